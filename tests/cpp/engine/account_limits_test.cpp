// What one account, and whoever has no token, may send in a while; and how much is kept of what belongs to no conversation.
#include "engine/limits.h"

#include "relay_request.h"
#include "test_hub.h"

namespace lampjack::test {
namespace {

using T = TestHub;

std::string of_user(std::string_view user, int number, std::string_view event = "messages") {
    std::string body = event == "messages"
                           ? T::messages(T::user_item("hi", 1, "m" + std::to_string(number)), 1)
                           : T::offload("", 1 + number % 50);
    const std::string_view session = R"("sessionId":"s-1")";
    body.replace(body.find(session), session.size(),
                 R"("sessionId":")" + std::string(user) + "\"");
    return body;
}

const std::string kOptional = std::string(T::kFull) + R"(,"offload_token":"optional")";

struct Busy : TestHub {
    explicit Busy(const std::string& options) : TestHub(kOptional, options) {}

    std::int32_t says(std::string_view user) {
        return post(of_user(user, ++number_)).status;
    }
    model::Answer asks_without_token(std::string_view user) {
        return post(of_user(user, ++number_, "offload"), accept(false), "");
    }

private:
    int number_ = 0;
};

constexpr const char* kLow = R"("account_events_per_second":3,"account_events_limit":5,)";

TEST(AccountLimits, warn_first_and_refuse_what_is_far_above) {
    Busy busy(kLow);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(busy.says("u" + std::to_string(i)), 200);
    EXPECT_EQ(busy.log.find("account.busy"), std::string::npos) << busy.log;
    for (int i = 3; i < 5; ++i) EXPECT_EQ(busy.says("u" + std::to_string(i)), 200);
    EXPECT_EQ(support::lines_of(busy.log, "warning account.busy", "account=shop"), 1U) << busy.log;
    const auto refused = busy.post(of_user("u9", 9));
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(model::header(refused.headers, "retry-after"), "1");
    busy.clock->advance(1'000);
    EXPECT_EQ(busy.says("u9"), 200) << "to come again in a second";

    TestHub control;
    for (int i = 0; i < 50; ++i) EXPECT_EQ(control.post(of_user("c" + std::to_string(i), i)).status, 200);
}

TEST(AccountLimits, let_a_request_for_a_human_and_the_words_to_one_pass) {
    Busy busy(kLow);
    EXPECT_EQ(busy.post(of_user("asks", 1, "offload"), T::accept(false)).status, 200);
    EXPECT_EQ(busy.says("bot-only"), 200);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(busy.says("asks"), 200) << "a human is asked for";
    EXPECT_EQ(busy.says("bot-only"), 429);
    EXPECT_EQ(busy.post(of_user("new", 2, "offload"), T::accept(false)).status, 200);
}

TEST(AccountLimits, of_one_conversation_do_not_hold_for_words_to_a_human_either) {
    Busy busy(R"("events_per_second":1,"events_burst":1,)");
    EXPECT_EQ(busy.post(of_user("asks", 1, "offload"), T::accept(false)).status, 200);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(busy.says("asks"), 200);
    EXPECT_EQ(busy.says("bot-only"), 200);
    EXPECT_EQ(busy.says("bot-only"), 429) << "the control";
}

TEST(AnonymousLimits, refuse_too_many_requests_a_second) {
    Busy busy({});
    for (int i = 0; i < 5; ++i) EXPECT_EQ(busy.asks_without_token("u").status, 200);
    const auto refused = busy.asks_without_token("u");
    EXPECT_EQ(refused.status, 429);
    EXPECT_FALSE(model::header(refused.headers, "retry-after").empty());
    EXPECT_EQ(busy.post(of_user("u", 77, "offload"), T::accept(false)).status, 200)
        << "whoever has the token is heard";
    busy.clock->advance(1'000);
    EXPECT_EQ(busy.asks_without_token("u").status, 200);
}

TEST(AnonymousLimits, refuse_too_many_new_conversations_a_minute) {
    Busy busy(R"("anonymous_requests":1000,"anonymous_conversations":3,)");
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(busy.asks_without_token("u" + std::to_string(i)).status, 200);
    EXPECT_EQ(busy.asks_without_token("u3").status, 429);
    EXPECT_EQ(busy.asks_without_token("u0").status, 200) << "it is known";
    busy.clock->advance(60'000);
    EXPECT_EQ(busy.asks_without_token("u3").status, 200);
}

TEST(AnonymousLimits, refuse_too_many_bytes_a_minute) {
    Busy busy(R"("anonymous_requests":1000,"anonymous_bytes":500,)");
    int taken = 0;
    while (taken < 10 && busy.asks_without_token("u").status == 200) ++taken;
    EXPECT_GT(taken, 0);
    EXPECT_LT(taken, 5);
    busy.clock->advance(60'000);
    EXPECT_EQ(busy.asks_without_token("u").status, 200);
}

TEST(AccountLimits, are_counted_by_windows_that_begin_with_what_comes) {
    engine::Window window(1'000);
    EXPECT_EQ(window.with(2, 50), 2);
    window.add(2, 50);
    EXPECT_EQ(window.with(1, 999), 3);
    EXPECT_EQ(window.with(1, 1'050), 1);
    window.add(1, 5'000);
    EXPECT_EQ(window.with(1, 4'000), 1) << "a clock that was set back begins anew";
}

struct Nameless : TestHub {
    explicit Nameless(const std::string& options)
        : TestHub(R"("platform":"chatlayer_app","relay_token":"rt-made-up")", options) {}
    std::int32_t sends(int number) {
        const std::string body = R"({"inputData":{"messages":[{"text_message":{"text":"line )" +
                                 std::to_string(number) + std::string(200, '.') + R"("}}]}})";
        return hub->receive("shop", relay_request("/send", body), {}).status;
    }
    std::string kept() const {
        const auto text = hub->transcript("shop:live:~unattributed", 0, 1'000);
        return text ? *text : std::string{};
    }
};

TEST(UnattributedLimit, removes_the_oldest_and_counts_them) {
    Nameless low(R"("unattributed_bytes":8000,)");
    for (int i = 100; i < 200; ++i) ASSERT_EQ(low.sends(i), 200);
    EXPECT_LT(low.kept().size(), 20'000U);
    EXPECT_NE(low.kept().find("line 199"), std::string::npos) << "the newest stay";
    EXPECT_EQ(low.kept().find("line 100"), std::string::npos);
    EXPECT_GE(support::lines_of(low.log, "warning unattributed.dropped"), 1U) << low.log;
    EXPECT_EQ(low.hub->stats().find("\"events_not_kept\":0"), std::string::npos);

    Nameless control({});
    for (int i = 100; i < 200; ++i) ASSERT_EQ(control.sends(i), 200);
    EXPECT_NE(control.kept().find("line 100"), std::string::npos);
}

}  // namespace
}  // namespace lampjack::test
