#include "transport/request_check.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lampjack::transport {
namespace {

using namespace std::string_literals;

model::HttpRequest with_header(std::string name, std::string value) {
    return {"POST", "https://h.example/", {{std::move(name), std::move(value)}}, "{}"};
}

TEST(CheckRequest, accepts_what_platforms_need) {
    for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"})
        EXPECT_TRUE(check_request({method, "https://h.example/", {}, ""})) << method;
    EXPECT_TRUE(check_request(with_header("Authorization", "Bearer a.b-c_d~e+f/g==")));
    EXPECT_TRUE(check_request(with_header("X-Empty", "")));
    EXPECT_TRUE(check_request(with_header("X-Tab", "a\tb")));
}

TEST(CheckRequest, refuses_values_that_would_split_the_header) {
    for (const std::string& value :
         {"a\r\nX: y"s, "a\nb"s, "a\rb"s, "a\0b"s, "\x7f"s, "caf\xc3\xa9"s, "\x1b[0m"s}) {
        const auto checked = check_request(with_header("X-Id", value));
        ASSERT_FALSE(checked) << value;
        EXPECT_EQ(checked.error().code, Code::argument);
        EXPECT_NE(checked.error().message.find("X-Id"), std::string::npos);
        EXPECT_EQ(checked.error().message.find(value), std::string::npos);
    }
}

TEST(CheckRequest, refuses_names_that_are_no_tokens) {
    for (const std::string& name :
         {""s, "a b"s, "a:"s, "a\r\nb"s, "a\0"s, "caf\xc3\xa9"s, "a;"s, "(a)"s})
        EXPECT_FALSE(check_request(with_header(name, "x"))) << name;
}

TEST(CheckRequest, refuses_headers_that_are_the_clients) {
    for (const char* name :
         {"Host", "content-length", "Transfer-Encoding", "CONNECTION", "Expect", "Upgrade", "TE",
          "Trailer", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection"})
        EXPECT_FALSE(check_request(with_header(name, "x"))) << name;
}

TEST(CheckRequest, refuses_methods_that_are_unknown_or_do_not_fit) {
    for (const char* method : {"", "get", "HEAD", "CONNECT", "TRACE", "POST /x HTTP/1.1\r\nX:"})
        EXPECT_FALSE(check_request({method, "https://h.example/", {}, ""})) << method;
    EXPECT_FALSE(check_request({"GET", "https://h.example/", {}, "x"}));
}

TEST(CheckRequest, bounds_number_and_size) {
    model::HttpRequest request{"POST", "https://h.example/", {}, ""};
    request.headers.assign(kMaxRequestHeaders, {"X-A", "b"});
    EXPECT_TRUE(check_request(request));
    request.headers.emplace_back("X-A", "b");
    EXPECT_FALSE(check_request(request));

    EXPECT_TRUE(check_request(with_header("X-A", std::string(kMaxHeaderBytes - 3, 'b'))));
    EXPECT_FALSE(check_request(with_header("X-A", std::string(kMaxHeaderBytes - 2, 'b'))));
    EXPECT_FALSE(
        check_request({"POST", "https://h.example/" + std::string(kMaxUrlBytes, 'a'), {}, ""}));
}

TEST(CheckUrl, judges_scheme_and_numeric_host_before_any_name_is_resolved) {
    const AddressPolicy strict;
    EXPECT_TRUE(check_url("https://h.example/", strict));
    EXPECT_TRUE(check_url("https://8.8.8.8/", strict));
    for (const char* url :
         {"http://h.example/", "http://8.8.8.8/", "https://127.0.0.1/", "https://[::1]/",
          "https://[::ffff:127.0.0.1]/", "https://[::]/", "https://0.0.0.0/", "https://127.1/",
          "https://169.254.169.254/", "https://2130706433/", "https://user@h.example/"})
        EXPECT_FALSE(check_url(url, strict)) << url;

    const AddressPolicy local(*parse_networks(std::vector<std::string>{"127.0.0.0/8"}));
    EXPECT_TRUE(check_url("http://127.0.0.1:8080/", local));
    EXPECT_TRUE(check_url("http://h.example/", local));  // judged again when it is resolved
    EXPECT_FALSE(check_url("http://8.8.8.8/", local));
    EXPECT_FALSE(check_url("http://[::1]/", local));
}

}  // namespace
}  // namespace lampjack::transport
