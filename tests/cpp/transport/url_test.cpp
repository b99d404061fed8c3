#include "transport/url.h"

#include <gtest/gtest.h>

#include <string>

namespace lampjack::transport {
namespace {

TEST(SplitUrl, takes_an_address_apart) {
    const Url url = *split_url("HTTPS://Api.Example.COM:8443/v1/bots/?version=LIVE&x=%2F");
    EXPECT_EQ(url, (Url{"https", "api.example.com", 8443, "/v1/bots/", "version=LIVE&x=%2F"}));
    EXPECT_EQ(*split_url("http://127.0.0.1"), (Url{"http", "127.0.0.1", 80, "/", ""}));
    EXPECT_EQ(*split_url("https://[2001:DB8::1]:444?a=b"),
              (Url{"https", "[2001:db8::1]", 444, "/", "a=b"}));
    EXPECT_EQ(*split_url("https://[::1]/x"), (Url{"https", "[::1]", 443, "/x", ""}));
    EXPECT_EQ(split_url("https://a_b.example/bot:1,2;3=(x)@!$&'*+~")->path,
              "/bot:1,2;3=(x)@!$&'*+~");
    EXPECT_EQ(split_url("https://h.example/?q[]=a/b?c:@")->query, "q[]=a/b?c:@");
}

TEST(SplitUrl, puts_it_together_again) {
    for (const char* text :
         {"https://h.example/", "https://h.example/a/b/", "https://h.example:8443/a?b=c",
          "http://[::1]:8080/", "http://127.0.0.1:81/?x", "https://h.example/%41%2f"})
        EXPECT_EQ(to_string(*split_url(text)), text);
    EXPECT_EQ(to_string(*split_url("https://h.example:443")), "https://h.example/");
    EXPECT_EQ(to_string(*split_url("http://h.example:80/a?")), "http://h.example/a");
}

class RefusedUrl : public testing::TestWithParam<std::string> {};

TEST_P(RefusedUrl, is_a_configuration_error_that_does_not_repeat_it) {
    const auto url = split_url(GetParam());
    ASSERT_FALSE(url) << GetParam();
    EXPECT_EQ(url.error().code, Code::config);
    EXPECT_EQ(url.error().message.find("s3cret"), std::string::npos);
    EXPECT_EQ(redact(GetParam()), "(an address that cannot be read)");
}

using namespace std::string_literals;
INSTANTIATE_TEST_SUITE_P(
    Url, RefusedUrl,
    testing::Values(
        // schemes
        ""s, "h.example"s, "//h.example/"s, "/s3cret"s, "file:///etc/passwd"s, "ftp://h.example/"s,
        "gopher://h.example/"s, "https:h.example"s, "https:/h.example"s, "javascript://h.example/"s,
        // user names and confusing authorities
        "https://user@h.example/"s, "https://user:s3cret@h.example/"s, "https://@h.example/"s,
        "https://h.example\\@evil.example/"s, "https://h.example%40evil.example/"s, "https:///x"s,
        "https://"s, "https://?x"s, "https://:443/"s, "https://h.example:/"s,
        "https://h.example:0/"s, "https://h.example:65536/"s, "https://h.example:8a/"s,
        "https://h.example:-1/"s, "https://h.example:80:80/"s, "https://.example/"s,
        "https://h..example/"s, "https://h.example./"s, "https://-h.example/"s,
        "https://h-.example/"s, "https://h ex.example/"s, "https://h\xc3\xa9.example/"s,
        "https://*.example/"s, "https://"s + std::string(64, 'a') + ".example/",
        // numbers in disguise
        "https://127.1/"s, "https://2130706433/"s, "https://0x7f000001/"s, "https://0x7f.1/"s,
        "https://0177.0.0.1/"s, "https://0/"s, "https://1.2.3.4.5/"s, "https://h.example.1/"s,
        "https://1.2.3.256/"s, "https://0x/"s,
        // IPv6
        "https://[::1"s, "https://[::1]x/"s, "https://[1.2.3.4]/"s, "https://[]/"s,
        "https://[fe80::1%25lo]/"s, "https://::1/"s, "https://[::1]:/"s,
        // paths, queries, fragments
        "https://h.example/a b"s, "https://h.example/a\r\nX: y"s, "https://h.example/a\tb"s,
        "https://h.example/a\0b"s, "https://h.example/\x7f"s, "https://h.example/\xff"s,
        "https://h.example/a\\b"s, "https://h.example/a//b"s, "https://h.example//"s,
        "https://h.example/./a"s, "https://h.example/a/.."s, "https://h.example/%2e%2E/a"s,
        "https://h.example/a/.%2e/b"s, "https://h.example/%"s, "https://h.example/%4"s,
        "https://h.example/%zz"s, "https://h.example/a<b>"s, "https://h.example/s3cret#f"s,
        "https://h.example/#"s, "https://h.example?a b"s, "https://h.example?a\nb"s,
        "https://h.example?%g1"s, "https://h.example?a#b"s, " https://h.example/"s,
        "https://h.example/ "s, "https://h.example/a\"b"s, "https://h.example/{id}"s));

TEST(JoinPath, puts_exactly_one_slash_between_and_encodes_once) {
    EXPECT_EQ(*join_path("https://h.example", {"send_message"}), "https://h.example/send_message");
    EXPECT_EQ(*join_path("https://h.example/", {"send_message"}), "https://h.example/send_message");
    EXPECT_EQ(*join_path("https://h.example/base", {"a", "b"}), "https://h.example/base/a/b");
    EXPECT_EQ(*join_path("https://h.example/base/", {"a", "b"}), "https://h.example/base/a/b");
    EXPECT_EQ(*join_path("https://h.example:81/b%20c", {"d e"}),
              "https://h.example:81/b%20c/d%20e");
    EXPECT_EQ(*join_path("https://h.example", {"a%2fb"}), "https://h.example/a%252fb");
    EXPECT_EQ(*join_path("https://h.example",
                         {"whatsapp:+15550100", "a?b#c", "\xc3\xa9", "...", "%2e%2e"}),
              "https://h.example/whatsapp%3A%2B15550100/a%3Fb%23c/%C3%A9/.../%252e%252e");
}

TEST(JoinPath, keeps_the_query_behind_the_path) {
    EXPECT_EQ(*join_path("https://h.example/bot?secret=s3cret", {"send_message"}),
              "https://h.example/bot/send_message?secret=s3cret");
    EXPECT_EQ(*join_path("https://h.example?secret=a%2Fb", {"x"}),
              "https://h.example/x?secret=a%2Fb");
}

TEST(JoinPath, controls_the_trailing_slash) {
    using enum TrailingSlash;
    EXPECT_EQ(*join_path("https://h.example/b/", {"a"}, none), "https://h.example/b/a");
    EXPECT_EQ(*join_path("https://h.example/b/", {"a"}, as_base), "https://h.example/b/a/");
    EXPECT_EQ(*join_path("https://h.example/b", {"a"}, as_base), "https://h.example/b/a");
    EXPECT_EQ(*join_path("https://h.example/", {"a"}, as_base), "https://h.example/a");
    EXPECT_EQ(*join_path("https://h.example/b?q=1", {"a"}, always), "https://h.example/b/a/?q=1");
    EXPECT_EQ(*join_path("https://h.example/b/", {}, none), "https://h.example/b");
    EXPECT_EQ(*join_path("https://h.example", {}, none), "https://h.example/");
    EXPECT_EQ(*join_path("https://h.example/b", {}, always), "https://h.example/b/");
}

TEST(JoinPath, refuses_segments_that_could_lead_elsewhere) {
    for (const std::string& segment : {""s, "."s, ".."s, "../../x"s, "a/b"s, "/"s, "a\\b"s,
                                       "a\r\nX: y"s, "a\0"s, "\x7f"s, "\t"s}) {
        const auto joined = join_path("https://h.example", {"v1", segment});
        ASSERT_FALSE(joined) << segment;
        EXPECT_EQ(joined.error().code, Code::argument);
    }
    EXPECT_EQ(join_path("ftp://h.example", {"a"}).error().code, Code::config);
}

TEST(AddQuery, appends_an_encoded_pair) {
    EXPECT_EQ(*add_query("https://h.example/a", "version", "DRAFT"),
              "https://h.example/a?version=DRAFT");
    EXPECT_EQ(*add_query("https://h.example/a?b=c", "d&", "e=\r\nf"),
              "https://h.example/a?b=c&d%26=e%3D%0D%0Af");
}

TEST(Redact, shows_neither_path_nor_query) {
    EXPECT_EQ(redact("https://h.example/s3cret/bot?token=s3cret"), "https://h.example/...");
    EXPECT_EQ(redact("https://h.example:8443/?token=s3cret"), "https://h.example:8443/...");
    EXPECT_EQ(redact("https://h.example"), "https://h.example");
    EXPECT_EQ(redact("https://user:s3cret@h.example/"), "(an address that cannot be read)");
}

}  // namespace
}  // namespace lampjack::transport
