// Requests whose body comes compressed.

#include "test_hub.h"

#include "../support/compress.h"

namespace lampjack::test {
namespace {

using T = TestHub;
using support::Coding;
using support::compress;

const std::string kAllowed = R"("compressed_bodies":true,)";

model::Answer post(TestHub& hub, std::string_view body, std::string_view coding,
                   std::string_view token = "vt-made-up") {
    const model::HeaderView header{"Content-Encoding", coding};
    const std::string query = "challenge.verifyToken=" + std::string(token);
    model::Request request;
    request.method = "POST";
    request.path = "/";
    request.query = query;
    request.body = body;
    request.headers = std::span(&header, 1);
    return hub.hub->receive("shop", request, T::accept(true));
}

TEST(Compressed, bodies_are_read_where_the_configuration_says_so) {
    TestHub t(T::kFull, kAllowed);
    const std::string hello = T::messages(T::user_item("hello", 1, "m1"), 1);
    EXPECT_EQ(post(t, compress(hello), "gzip").status, 200);
    EXPECT_EQ(post(t, compress(hello, Coding::deflate), "Deflate").status, 200);
    EXPECT_EQ(post(t, compress(hello), " x-gzip ").status, 200);
    EXPECT_EQ(post(t, hello, "identity").status, 200);
    ASSERT_EQ(t.events(), 1U) << "it is one message, however it is packed";
    EXPECT_NE(json::to_text(t.transcript()).find("hello"), std::string::npos);
}

TEST(Compressed, bodies_are_refused_where_it_does_not) {
    TestHub t;
    const auto answer = post(t, compress(T::messages(T::user_item("hello", 1, "m1"), 1)), "gzip");
    EXPECT_EQ(answer.status, 415);
    EXPECT_EQ(model::header(answer.headers, "accept-encoding"), "identity");
}

TEST(Compressed, bodies_of_other_codings_are_told_which_are_known) {
    TestHub t(T::kFull, kAllowed);
    for (const char* coding : {"br", "gzip, gzip", "zstd"}) {
        const auto answer = post(t, "{}", coding);
        EXPECT_EQ(answer.status, 415) << coding;
        EXPECT_EQ(model::header(answer.headers, "accept-encoding"), "gzip, deflate") << coding;
    }
}

TEST(Compressed, bodies_may_grow_ten_times) {
    TestHub t(T::kFull, kAllowed);
    std::string body = T::messages(T::user_item("hello", 1, "m1"), 1);
    while (body.size() <= compress(body).size() * 10) body += ' ';
    EXPECT_EQ(post(t, compress(body), "gzip").status, 413);
    while (body.size() > compress(body).size() * 10) body.pop_back();
    EXPECT_EQ(post(t, compress(body), "gzip").status, 200);
    EXPECT_EQ(post(t, compress(std::string(1 << 20, ' ')), "gzip").status, 413) << "a bomb";
}

TEST(Compressed, bodies_may_grow_to_the_bound_of_those_that_are_not) {
    TestHub t(T::kFull, kAllowed + R"("max_body":500,)");
    std::string body = T::messages(T::user_item("hello", 1, "m1"), 1);
    body.resize(501, ' ');
    EXPECT_EQ(post(t, compress(body), "gzip").status, 413);
    body.resize(500);
    EXPECT_EQ(post(t, compress(body), "gzip").status, 200);
    EXPECT_EQ(post(t, compress(""), "gzip").status, 400) << "nothing is no JSON";
}

TEST(Compressed, bodies_that_are_broken_are_a_bad_request) {
    TestHub t(T::kFull, kAllowed);
    const std::string whole = compress(T::messages(T::user_item("hello", 1, "m1"), 1));
    EXPECT_EQ(post(t, whole.substr(0, whole.size() - 1), "gzip").status, 400);
    EXPECT_EQ(post(t, "{}", "gzip").status, 400);
    EXPECT_EQ(post(t, "{}", "gzip", "wrong").status, 401) << "verified before it is inflated";
    EXPECT_EQ(t.transcript().size(), 0U);
}

TEST(Compressed, bodies_are_switched_on_by_true_or_false) {
    engine::World world;
    const auto opened = engine::Hub::open(R"({"store":"memory:","compressed_bodies":1})",
                                          engine::run_nothing, std::move(world));
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, Code::config);
}

}  // namespace
}  // namespace lampjack::test
