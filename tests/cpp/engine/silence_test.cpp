// Requests that nobody hears or answers are told, once for each account and process, when one comes. What other processes do
// is known from the store: one that only receives does not warn while another handles.
#include "kept_store.h"
#include "test_hub.h"

#include "../support/forward_store.h"

namespace lampjack::test {
namespace {

using T = TestHub;
using std::chrono::milliseconds;

constexpr const char* kChannel =
    R"("platform":"omnichannel","webhook_token":"wt-made-up","auth":"none","transfer_token":"tt")";

std::size_t told(const TestHub& t, std::string_view event) {
    return support::lines_of(t.log, "warning " + std::string(event), "account=shop");
}

/// A request for a human, and a look of the timers.
void ask(TestHub& t, int second = 1, const engine::Decide& decide = T::accept(false)) {
    EXPECT_EQ(t.post(T::offload("", second), decide).status, 200);
    t.hub->step();
}

/// A request for a human to one of the accounts of kTwo, and no look.
void ask_only(TestHub& t, std::string_view account, int second) {
    const std::string body = T::offload("", second);
    const model::Request posted{"POST", "/", "challenge.verifyToken=vt-made-up", {}, body};
    EXPECT_EQ(t.hub->receive(account, posted, T::accept(false)).status, 200);
}

const std::string kTwo = T::kFull + std::string(R"(},"other":{)") + T::kFull;

/// How often a hub asks who hears.
class AskedStore final : public support::ForwardStore {
public:
    using ForwardStore::ForwardStore;
    int counts = 0, lists = 0, looks = 0;
    Result<std::vector<store::SubscriptionState>> subscriptions(Millis now,
                                                                store::OfAccounts of) override {
        ++counts;
        return ForwardStore::subscriptions(now, of);
    }
    Result<std::vector<store::KnownSubscription>> known_subscriptions() override {
        ++lists;
        return ForwardStore::known_subscriptions();
    }
    Result<std::vector<store::Holder>> holders() override {
        ++looks;
        return ForwardStore::holders();
    }
};

void say(TestHub& t) {
    const auto* body = R"({"chat_id":"s-1","message":{"kind":"operator","text":"hello"}})";
    const model::Request request{"POST", "/send_message", {}, {}, body};
    ASSERT_EQ(t.hub->receive("shop", request, {}).status, 200);
    t.hub->step();
}

class Silence : public OnEveryStore {
protected:
    std::unique_ptr<TestHub> hub(const std::string& settings = T::kFull, std::uint64_t seed = 7) {
        return std::make_unique<TestHub>(settings, std::string{}, kept_.open(), seed);
    }
};

TEST_P(Silence, of_a_request_that_no_subscription_wants_is_told_once) {
    const auto t = hub();
    ASSERT_TRUE(t->hub->subscribe("bot", R"({"to":"bot"})"));
    ASSERT_TRUE(t->hub->subscribe("words", R"({"to":"desk","kinds":["message"]})"));
    EXPECT_EQ(told(*t, "subscription.missing"), 0U) << "no request came";
    for (int second = 1; second < 4; ++second) {
        ask(*t, second);
        t->clock->advance(60'000);
    }
    EXPECT_EQ(told(*t, "subscription.missing"), 1U) << t->log;
    EXPECT_EQ(told(*t, "handler.missing"), 0U) << t->log;
}

TEST_P(Silence, of_a_process_with_handlers_is_nothing_to_tell) {
    int second = 0;
    for (const char* filter : {"", R"({"to":"desk"})", R"({"kinds":["handover_requested"]})",
                               R"({"accounts":["shop"]})"}) {
        const auto t = hub();
        ASSERT_TRUE(t->hub->subscribe("desk", filter)) << filter;
        ask(*t, ++second);
        EXPECT_EQ(t->log.find(".missing"), std::string::npos) << filter << t->log;
    }
}

TEST_P(Silence, of_a_process_that_only_receives_is_told_by_the_store) {
    const auto receives = hub(T::kFull, 17), handles = hub(T::kFull, 18);
    ASSERT_TRUE(handles->hub->subscribe("desk", R"({"to":"desk"})"));
    ask(*receives);
    EXPECT_EQ(receives->log.find(".missing"), std::string::npos) << receives->log;
    for (TestHub* t : {receives.get(), handles.get()}) t->clock->advance(61'000);  // it has died
    ask(*receives, 2);
    EXPECT_EQ(told(*receives, "handler.missing"), 1U) << receives->log;
    EXPECT_EQ(told(*receives, "subscription.missing"), 0U) << receives->log;
    receives->clock->advance(60'000);
    ask(*receives, 3);
    EXPECT_EQ(told(*receives, "handler.missing"), 1U) << "once";
}

TEST_P(Silence, of_a_process_that_leases_what_another_declared_is_nothing_to_tell) {
    const auto t = hub(T::kFull, 17);
    {
        const auto before = hub(T::kFull, 18);
        ASSERT_TRUE(before->hub->subscribe("desk", R"({"to":"desk"})"));
    }
    EXPECT_FALSE(t->hub->next("desk", milliseconds(0)));
    t->clock->advance(61'000);
    ask(*t);
    EXPECT_EQ(t->log.find(".missing"), std::string::npos) << t->log;
}

TEST_P(Silence, of_an_account_that_this_process_does_not_handle_is_told) {
    const std::string others = R"({"accounts":["other"]})", ours = R"({"accounts":["shop"]})";
    const auto t = hub(kTwo, 17), leases = hub(kTwo, 18), hears = hub(kTwo, 19);
    ASSERT_TRUE(t->hub->subscribe("one", others));
    ask(*t, 1);
    EXPECT_EQ(told(*t, "handler.missing"), 1U) << t->log;
    ASSERT_TRUE(leases->hub->subscribe("one", others));
    EXPECT_FALSE(leases->hub->next("one", milliseconds(0)));
    ask(*leases, 2);
    EXPECT_EQ(told(*leases, "handler.missing"), 1U) << leases->log;
    ASSERT_TRUE(hears->hub->subscribe("one", ours));
    ask(*hears, 3);
    EXPECT_EQ(hears->log.find(".missing"), std::string::npos) << "the control: " << hears->log;
}

TEST_P(Silence, of_an_account_that_no_process_handles_is_told) {
    const auto handles = hub(kTwo, 17), receives = hub(kTwo, 18), hears = hub(kTwo, 19);
    ASSERT_TRUE(handles->hub->subscribe("desk", R"({"accounts":["other"]})"));
    ask(*receives, 1);
    EXPECT_EQ(told(*receives, "handler.missing"), 1U) << receives->log;
    ASSERT_TRUE(handles->hub->subscribe("desk", R"({"accounts":["shop"]})"));
    ask(*hears, 2);
    EXPECT_EQ(hears->log.find(".missing"), std::string::npos) << "the control: " << hears->log;
}

TEST_P(Silence, of_an_account_is_told_though_others_are_leased_from_the_same_subscription) {
    const auto handles = hub(kTwo, 17), receives = hub(kTwo, 18);
    ASSERT_TRUE(handles->hub->subscribe("desk", R"({"accounts":["other"]})"));
    ask_only(*receives, "other", 1);
    EXPECT_TRUE(handles->hub->next("desk", milliseconds(0))) << "the store notes that it is served";
    ask(*receives, 2);
    EXPECT_EQ(told(*receives, "handler.missing"), 1U) << receives->log;
    EXPECT_EQ(receives->log.find(".missing account=other"), std::string::npos) << receives->log;
}

TEST_P(Silence, of_a_channel_whose_sink_is_served_and_whose_requests_nobody_handles_is_told) {
    const auto receives = hub(kChannel, 17), shows = hub(kChannel, 18);
    {
        const auto before = hub(kChannel, 19);
        ASSERT_TRUE(before->hub->subscribe("desk", R"({"to":"desk"})"));
    }
    static_cast<void>(shows->hub->next_sink("shop", milliseconds(0)));
    say(*receives);
    const auto* body = R"({"chat_id":"s-1"})";
    const std::vector<model::HeaderView> headers{{"authorization", "Token tt"}};
    const model::Request transfer{"POST", "/transfer", {}, headers, body};
    ASSERT_EQ(receives->hub->receive("shop", transfer, {}).status, 200);
    receives->clock->advance(60'000);
    shows->clock->advance(60'000);
    static_cast<void>(shows->hub->next_sink("shop", milliseconds(0)));  // it is alive
    receives->hub->step();
    EXPECT_EQ(told(*receives, "handler.missing"), 1U) << receives->log;
    EXPECT_EQ(told(*receives, "sink.missing"), 0U) << receives->log;
}

TEST_P(Silence, is_looked_for_once_a_minute_for_all_accounts_and_not_by_requests) {
    const auto handles = hub(kTwo, 17);
    ASSERT_TRUE(handles->hub->subscribe("desk", R"({"to":"desk"})"));
    const auto asked = std::make_shared<AskedStore>(kept_.open());
    TestHub receives(kTwo, {}, asked, 18);
    receives.hub->step();
    asked->counts = asked->lists = asked->looks = 0;
    for (int minute = 1; minute <= 5; ++minute) {
        for (const char* account : {"shop", "other"}) {
            ask_only(receives, account, 2 * minute);
            EXPECT_EQ(asked->lists, minute - 1) << "a request asks nothing";
        }
        for (int i = 0; i < 3; ++i) receives.hub->step();
        ask_only(receives, "shop", 2 * minute + 1);
        receives.hub->step();
        EXPECT_EQ(asked->lists, minute);
        EXPECT_EQ(asked->looks, minute);
        for (TestHub* t : {handles.get(), &receives}) t->clock->advance(60'000);
        handles->hub->step();
    }
    EXPECT_EQ(asked->counts, 0) << "nothing that waits is counted";
    EXPECT_EQ(receives.log.find(".missing"), std::string::npos) << receives.log;
}

TEST_P(Silence, is_not_looked_for_again_once_it_is_told) {
    const auto asked = std::make_shared<AskedStore>(kept_.open());
    TestHub t(kTwo, {}, asked, 18);
    for (int second = 1; second < 5; ++second) {
        ask_only(t, "shop", second);
        t.hub->step();
        EXPECT_EQ(asked->lists, 1);
        t.clock->advance(60'000);
    }
    EXPECT_EQ(told(t, "subscription.missing"), 1U) << t.log;
    ask_only(t, "other", 6);
    t.hub->step();
    EXPECT_EQ(asked->lists, 2) << "the other account has not been told";
}

TEST_P(Silence, of_a_channel_without_a_sink_is_told_once) {
    const auto t = hub(kChannel), other = hub(kChannel, 18);
    say(*t);
    t->clock->advance(61'000);
    say(*t);
    EXPECT_EQ(told(*t, "sink.missing"), 1U) << t->log;
    say(*other);
    EXPECT_EQ(told(*other, "sink.missing"), 1U) << "each process tells it: " << other->log;
}

TEST_P(Silence, of_a_channel_whose_sink_any_process_serves_is_nothing_to_tell) {
    const auto receives = hub(kChannel, 17), shows = hub(kChannel, 18);
    static_cast<void>(shows->hub->next_sink("shop", milliseconds(0)));
    say(*receives);
    say(*shows);
    for (const TestHub* t : {receives.get(), shows.get()})
        EXPECT_EQ(told(*t, "sink.missing"), 0U) << t->log;
}

TEST_P(Silence, of_a_missing_decide_function_is_told_where_the_answer_decides) {
    const auto t = hub();
    for (int second = 1; second < 4; ++second) ask(*t, second, {});
    EXPECT_EQ(told(*t, "decide.missing"), 1U) << t->log;
    const auto decides = hub(T::kFull, 18);
    ask(*decides, 5);
    ask(*decides, 6, [](const engine::Question&) { return std::nullopt; });
    EXPECT_EQ(told(*decides, "decide.missing"), 0U) << "it has one, whatever that gives";
}

TEST_P(Silence, of_a_missing_decide_function_is_nothing_to_tell_where_requests_are_accepted) {
    const auto t = hub(R"("platform":"certainly","webhook_token":"t","deployment_id":"d")");
    model::Request request;
    request.method = "POST";
    request.path = "/claim";
    request.query = "token=t";
    request.body = R"({"reply":"a human","from":"webbot:1","botId":"b"})";
    EXPECT_EQ(t->hub->receive("shop", request, {}).status, 200);
    t->hub->step();
    EXPECT_EQ(told(*t, "decide.missing"), 0U) << t->log;
    EXPECT_EQ(told(*t, "subscription.missing"), 1U) << t->log;
}

TEST_P(Silence, of_messages_and_of_refused_requests_is_nothing_to_tell) {
    const auto t = hub();
    t->post(T::messages(T::user_item("hi", 1, "m-1"), 1));
    t->post(T::offload("", 2), {}, "challenge.verifyToken=wrong");
    t->hub->step();
    EXPECT_EQ(t->log.find(".missing"), std::string::npos) << t->log;
}

LJK_ON_EVERY_STORE(Silence);

}  // namespace
}  // namespace lampjack::test
