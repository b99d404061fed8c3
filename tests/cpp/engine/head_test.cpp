// The head before the body: what check_head() refuses receive() refuses in the same words, and it asks the store for nothing.

#include "engine/head.h"

#include "../support/forward_store.h"
#include "store/memory_store.h"
#include "test_hub.h"

#include <vector>

namespace lampjack::test {
namespace {

using T = TestHub;
using Headers = std::vector<model::HeaderView>;

constexpr std::string_view kToken = "challenge.verifyToken=vt-made-up";
const std::string kOptional = std::string(T::kFull) + R"(,"offload_token":"optional")";

model::Request request_of(const Headers& headers, std::string_view query = kToken,
                          std::string_view method = "POST", std::string_view path = "/") {
    model::Request request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.headers = headers;
    return request;
}

std::shared_ptr<engine::Head> check(T& t, const Headers& headers = {},
                                    std::string_view query = kToken) {
    return t.hub->check_head("shop", request_of(headers, query));
}

std::int32_t status_of(const engine::Head& head) {
    return head.answer() == nullptr ? 0 : head.answer()->status;
}

std::int64_t stat(T& t, std::string_view name) {
    const auto stats = json::parse_value(t.hub->stats(), "the counters");
    return json::integer_of(stats->as_object(), name, -1);
}

TEST(Head, is_refused_as_the_whole_request_is) {
    T t;
    const Headers crowd(65, {"a", "b"});
    const std::string long_header(9 << 10, 'x');
    const std::string long_query(9 << 10, 'q');
    const std::vector<model::Request> wrong{
        request_of({}, "challenge.verifyToken=wrong"),
        request_of({}, ""),
        request_of({}, "challenge.verifyToken=vt-made-up&challenge.verifyToken=vt-made-up"),
        request_of({}, kToken, "DELETE"),
        request_of({}, kToken, "POST", "/elsewhere"),
        request_of(crowd),
        request_of({}, long_query),
        request_of({}, kToken, "GET"),
    };
    for (const model::Request& request : wrong) {
        const auto head = t.hub->check_head("shop", request);
        ASSERT_NE(head->answer(), nullptr);
        EXPECT_EQ(*head->answer(), t.hub->receive("shop", request, {}));
        EXPECT_EQ(head->take(1), false);
    }
    const Headers forms[] = {
        {{"Content-Type", "text/xml"}}, {{"Content-Encoding", "gzip"}}, {{"X", long_header}}};
    for (const Headers& headers : forms) {
        const model::Request request = request_of(headers);
        const auto head = t.hub->check_head("shop", request);
        ASSERT_NE(head->answer(), nullptr);
        EXPECT_EQ(*head->answer(), t.hub->receive("shop", request, {}));
    }
    EXPECT_EQ(status_of(*t.hub->check_head("nobody", request_of({}))), 404);
}

TEST(Head, reads_what_content_length_says) {
    T t;
    const std::int64_t limit = 8 << 20;
    const std::string at = std::to_string(limit), beyond = std::to_string(limit + 1);
    EXPECT_EQ(status_of(*check(t, {{"Content-Length", at}})), 0);
    EXPECT_EQ(status_of(*check(t, {{"content-length", " 0 "}})), 0);
    EXPECT_EQ(status_of(*check(t, {{"CONTENT-LENGTH", beyond}})), 413);
    EXPECT_EQ(status_of(*check(t, {{"Content-Length", "18446744073709551617"}})), 413);
    for (const char* bad : {"", "-1", "+1", "0x10", "1e3", "1, 1", "12 3", "many"})
        EXPECT_EQ(status_of(*check(t, {{"Content-Length", bad}})), 400) << bad;
    EXPECT_EQ(status_of(*check(t, {{"Content-Length", "5"}, {"Content-Length", "5"}})), 0);
    EXPECT_EQ(status_of(*check(t, {{"Content-Length", "5"}, {"Content-Length", "6"}})), 400);
}

TEST(Head, counts_a_body_that_says_less_than_it_is) {
    T t;
    const auto head = check(t, {{"Content-Length", "5"}});
    EXPECT_TRUE(head->take(head->max_body()));
    EXPECT_EQ(stat(t, "body_bytes"), std::int64_t{8 << 20});
    EXPECT_FALSE(head->take(1));
    EXPECT_EQ(status_of(*head), 413);
    EXPECT_EQ(stat(t, "body_bytes"), 0);
}

TEST(Head, gives_bytes_back_when_it_is_closed_late_or_gone) {
    T t;
    auto head = check(t);
    EXPECT_TRUE(head->take(10));
    head->close();
    head->close();
    EXPECT_EQ(stat(t, "body_bytes"), 0);
    head = check(t);
    EXPECT_TRUE(head->take(10));
    head->late();
    EXPECT_EQ(status_of(*head), 408);
    EXPECT_EQ(stat(t, "body_bytes"), 0);
    head = check(t);
    EXPECT_TRUE(head->take(10));
    head.reset();
    EXPECT_EQ(stat(t, "body_bytes"), 0);
}

TEST(Head, is_counted_where_it_ends_a_request) {
    T t;
    (void)check(t);
    EXPECT_EQ(stat(t, "requests"), 0) << "receive() counts it";
    (void)check(t, {}, "");
    check(t)->late();
    EXPECT_EQ(stat(t, "requests"), 2);
    EXPECT_EQ(stat(t, "refused_requests"), 2);
    EXPECT_NE(t.log.find("request.refused account=shop status=401"), std::string::npos) << t.log;
    EXPECT_NE(t.log.find("request.refused account=shop status=408"), std::string::npos) << t.log;
}

TEST(Head, tells_the_settings) {
    T t(T::kFull, R"("body_timeout_ms":7,"max_body":100,)");
    EXPECT_EQ(check(t)->timeout(), 7);
    EXPECT_EQ(check(t)->max_body(), 100U);
    EXPECT_EQ(check(t, {}, "")->max_body(), 100U);
    EXPECT_EQ(t.hub->check_head("nobody", request_of({}))->max_body(), 0U);
}

/// What comes without a token, and what may: 1 MiB, and an eighth of what the account may hold.
TEST(Head, without_a_token_lets_a_small_body_pass) {
    T t(kOptional);
    const auto head = check(t, {}, "");
    ASSERT_EQ(status_of(*head), 0);
    EXPECT_EQ(head->max_body(), 1U << 20);
    EXPECT_EQ(status_of(*check(t, {{"Content-Length", "1048577"}}, "")), 413);
    EXPECT_EQ(status_of(*check(t, {{"Content-Length", "1048577"}})), 0) << "the control";
    EXPECT_FALSE(head->take((1 << 20) + 1));
    EXPECT_EQ(status_of(*head), 413);
}

TEST(Head, without_a_token_cannot_use_the_bytes_up) {
    T t(kOptional);
    std::vector<std::shared_ptr<engine::Head>> held;
    for (int i = 0; i < 40; ++i) {
        held.push_back(check(t, {}, ""));
        held.back()->take(1 << 20);
    }
    EXPECT_EQ(stat(t, "body_bytes"), 2 << 20) << "an eighth of 16 MiB";
    EXPECT_EQ(status_of(*held.back()), 503);
    EXPECT_EQ(model::header(held.back()->answer()->headers, "retry-after"), "1");
    const auto known = check(t);
    EXPECT_TRUE(known->take(8 << 20)) << "those with a token have the rest";
}

TEST(Head, without_a_token_has_the_same_limit_in_receive) {
    T t(kOptional);
    const auto offload = [](std::size_t size) {
        std::string body = T::offload(T::user_item("hi", 1, "m1"), 1);
        return body.insert(1, "\"more\":\"" + std::string(size - body.size() - 10, 'x') + "\",");
    };
    EXPECT_EQ(offload(1 << 20).size(), 1U << 20);
    EXPECT_EQ(t.post(offload((1 << 20) + 1), {}, "").status, 413);
    EXPECT_EQ(t.post(offload(1 << 20), {}, "").status, 200);
    EXPECT_EQ(t.post(offload(2 << 20)).status, 200) << "with a token";
}

TEST(Head, without_a_token_is_refused_where_too_many_came_and_counts_as_none) {
    T t(kOptional);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(status_of(*check(t, {}, "")), 0);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(t.post(T::offload("", 1), {}, "").status, 200);
    EXPECT_EQ(status_of(*check(t, {}, "")), 429);
    EXPECT_EQ(*check(t, {}, "")->answer(), t.post(T::offload("", 1), {}, ""));
    EXPECT_EQ(status_of(*check(t)), 0) << "whoever has the token";
}

TEST(Head, from_another_network_is_refused) {
    T t(std::string(T::kFull) + R"(,"allow_senders":["198.51.100.0/24"])");
    model::Request request = request_of({});
    for (const auto& [peer, status] :
         {std::pair{"203.0.113.7", 401}, std::pair{"", 401}, std::pair{"198.51.100.7", 0}}) {
        request.peer = peer;
        EXPECT_EQ(status_of(*t.hub->check_head("shop", request)), status) << peer;
    }
}

class NoStore final : public support::ForwardStore {
public:
    NoStore() : ForwardStore(std::make_shared<store::MemoryStore>()) {}
    int changes = 0;
    Result<std::unique_ptr<store::Tx>> begin() override {
        ++changes;
        return ForwardStore::begin();
    }
};

TEST(Head, asks_the_store_for_nothing) {
    const auto store = std::make_shared<NoStore>();
    T t(T::kFull, {}, store);
    const int before = store->changes;
    const auto head = check(t);
    EXPECT_TRUE(head->take(100));
    head->late();
    (void)check(t, {}, "");
    EXPECT_EQ(store->changes, before);
    t.post(T::messages(T::user_item("hi", 1, "m1"), 1));
    EXPECT_GT(store->changes, before) << "the control";
}

}  // namespace
}  // namespace lampjack::test
