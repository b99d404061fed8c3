// What one account, and whoever has no token, may send in a while; and how much is kept of what belongs to no conversation.
#include "engine/limits.h"

#include "../support/forward_store.h"
#include "../support/forward_tx.h"
#include "relay_request.h"
#include "store/memory_store.h"
#include "test_hub.h"

namespace lampjack::test {
namespace {

using T = TestHub;

std::string of_user(std::string_view user, int number, std::string_view event = "messages") {
    std::string body = event == "messages"
                           ? T::messages(T::user_item("hi", 1, "m" + std::to_string(number)), 1)
                           : T::offload("", 1 + number % 50);
    const std::string_view session = R"("sessionId":"s-1")";
    body.replace(body.find(session), session.size(), R"("sessionId":")" + std::string(user) + "\"");
    return body;
}

const std::string kOptional = std::string(T::kFull) + R"(,"offload_token":"optional")";

struct Busy : TestHub {
    explicit Busy(const std::string& options) : TestHub(kOptional, options) {}

    std::int32_t says(std::string_view user) { return post(of_user(user, ++number_)).status; }
    model::Answer asks_without_token(std::string_view user) {
        return post(of_user(user, ++number_, "offload"), accept(false), "");
    }

private:
    int number_ = 0;
};

/// One event a second, and five at once.
constexpr const char* kLow = R"("account_events_per_second":3,"account_events_limit":1,)";

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
    EXPECT_EQ(busy.says("u9"), 429) << "one a second";

    TestHub control;
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(control.post(of_user("c" + std::to_string(i), i)).status, 200);
}

TEST(AccountLimits, are_a_budget_that_handovers_leave_without_debt) {
    engine::Limits limits;
    engine::LimitSettings settings;
    settings.account_events_limit = 10;
    bool alarm = false;
    const auto takes = [&](std::size_t events, bool passes, Millis now) {
        return limits.admit_account(settings, "a", events, passes, now, alarm);
    };
    EXPECT_TRUE(takes(50, false, 1'000)) << "five seconds' worth at once";
    EXPECT_FALSE(takes(1, false, 1'000));
    EXPECT_TRUE(takes(500, true, 1'000));
    EXPECT_TRUE(takes(10, false, 2'000)) << "what passed owes nothing";
    EXPECT_FALSE(takes(1, false, 2'000));
    EXPECT_TRUE(takes(100, false, 7'000)) << "let in whole, and waited for";
    EXPECT_FALSE(takes(1, false, 12'000));
    EXPECT_TRUE(takes(1, false, 12'100));
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
    explicit Nameless(const std::string& options, std::shared_ptr<store::Store> store = {})
        : TestHub(R"("platform":"chatlayer_app","relay_token":"rt-made-up")", options,
                  std::move(store)) {}
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

/// Takes no more items while it is full.
class FullStore final : public support::ForwardStore {
public:
    FullStore() : ForwardStore(std::make_shared<store::MemoryStore>()) {}
    bool full = false;
    Result<std::unique_ptr<store::Tx>> begin() override {
        LJK_TRY(begun, ForwardStore::begin());
        return std::unique_ptr<store::Tx>(std::make_unique<Tx>(std::move(begun), full));
    }

private:
    class Tx final : public support::ForwardTx {
    public:
        Tx(std::unique_ptr<store::Tx> to, const bool& full)
            : ForwardTx(std::move(to)),
              full_(full) {}
        Result<void> append(const Key& key, const store::ItemRow& item, Keys keys) override {
            if (full_) return fail(Code::store, "it is full");
            return ForwardTx::append(key, item, keys);
        }

    private:
        const bool& full_;
    };
};

TEST(UnattributedLimit, loses_nothing_when_what_stays_cannot_be_stored_again) {
    const auto store = std::make_shared<FullStore>();
    Nameless low(R"("unattributed_bytes":8000,)", store);
    for (int i = 100; i < 105; ++i) ASSERT_EQ(low.sends(i), 200);
    const std::string before = low.kept();
    store->full = true;
    for (int i = 105; i < 200; ++i) ASSERT_EQ(low.sends(i), 503);
    EXPECT_EQ(low.kept(), before);
    EXPECT_EQ(support::lines_of(low.log, "warning unattributed.dropped"), 0U) << low.log;
    store->full = false;
    EXPECT_EQ(low.sends(200), 200);
}

}  // namespace
}  // namespace lampjack::test
