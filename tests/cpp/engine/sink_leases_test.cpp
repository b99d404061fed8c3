// Messages that a host shows to end users: their leases are renewed while it works on them, and a host that stood still learns
// that another has the message. The controls leave the protection out.
#include "engine/hub.h"

#include "kept_store.h"
#include "paused_store.h"
#include "test_hub.h"

namespace lampjack::test {
namespace {

using engine::Keeper;
using std::chrono::milliseconds;

constexpr Millis kSecond = 1000, kLong = 1'200'000;  // some leases' time
constexpr const char* kChannel =
    R"("platform":"omnichannel","webhook_token":"wt-made-up","auth":"none")";

/// A store that renews no lease of a message.
class NoRenewals final : public support::ForwardStore {
public:
    using ForwardStore::ForwardStore;
    Result<bool> extend_delivery(const Key&, std::uint64_t, Millis, std::uint64_t) override {
        return true;
    }
};

using Message = std::shared_ptr<engine::SinkDelivery>;

Message lease(TestHub& t, Keeper keeper = Keeper::host) {
    const auto leased = t.hub->next_sink("shop", milliseconds(0), keeper);
    return leased ? *leased : nullptr;
}
/// A message waits for the end user.
void receive(TestHub& t) {
    t.hub->say("shop", R"({"id":"s-1"})", R"([{"type":"text","text":"hello"}])", {});
    const auto* body = R"({"chat_id":"s-1","message":{"kind":"operator","text":"hello"}})";
    const model::Request request{"POST", "/send_message", {}, {}, body};
    ASSERT_EQ(t.hub->receive("shop", request, {}).status, 200);
}

class SinkLeases : public OnEveryStore {
protected:
    /// Two hubs on one store; the first sees it through `way`.
    void open(const std::string& options, std::shared_ptr<store::Store> way = nullptr) {
        if (!way) way = kept_.open();
        one_ = std::make_unique<TestHub>(kChannel, options, std::move(way), 17);
        other_ = std::make_unique<TestHub>(kChannel, options, kept_.open(), 18);
        receive(*one_);
    }
    void pass(bool first_stands_still = false) {
        for (TestHub* t : {one_.get(), other_.get()}) t->clock->advance(5 * kSecond);
        if (!first_stands_still) one_->hub->step();
        other_->hub->step();
    }
    /// When the other gets the message that the first holds and works on; `end` when it does not.
    Millis taken_after(Millis end) {
        for (Millis past = 5 * kSecond; past <= end; past += 5 * kSecond) {
            pass();
            if (lease(*other_) != nullptr) return past;
        }
        return end;
    }
    /// What the first holds from now on; the other has looked for something, and found nothing.
    Message hold(Keeper keeper = Keeper::host) {
        Message held = lease(*one_, keeper);
        EXPECT_NE(held, nullptr);
        EXPECT_EQ(lease(*other_), nullptr);
        return held;
    }
    /// The first does nothing for so long that the other takes it for dead.
    void stand_still() {
        for (int looks = 0; looks < 12; ++looks) pass(true);
    }
    /// The first stands still with a message and then says what became of it: the other has it by then.
    void expect_told(bool success) {
        open({});
        const auto held = hold();
        ASSERT_NE(held, nullptr);
        stand_still();
        const auto again = lease(*other_);
        ASSERT_NE(again, nullptr);
        EXPECT_EQ(one_->hub->sink_done(*held, success, "late").error().code, Code::lease_lost);
        EXPECT_EQ(support::lines_of(one_->log, "warning lease.lost", "account=shop"), 1U)
            << one_->log;
        EXPECT_TRUE(other_->hub->sink_done(*again, true, {}));
        EXPECT_EQ(json::text_of(other_->delivery(again->lease.row.id), "status"), "sent");
    }
    std::unique_ptr<TestHub> one_, other_;
};
LJK_ON_EVERY_STORE(SinkLeases);

TEST_P(SinkLeases, a_reply_that_a_take_by_force_refuses_is_logged_with_that_reason) {
    open({});
    ASSERT_TRUE(one_->hub->sink_done(*lease(*one_), true, {}));  // the bot's line
    ASSERT_EQ(one_->command("request", {}).error.code, Code::ok);
    ASSERT_EQ(one_->command("take", "dana").error.code, Code::ok);
    ASSERT_EQ(one_->command("reply", "dana", R"({"type":"text","text":"hello"})").error.code,
              Code::ok);
    ASSERT_EQ(one_->command("take", "carl", {}, {}, {}, true).error.code, Code::ok);
    EXPECT_EQ(support::lines_of(one_->log, "warning delivery.refused", "reason=stale_owner"), 1U)
        << one_->log;
}

TEST_P(SinkLeases, without_a_limit_a_message_stays_for_as_long_as_its_hub_works) {
    open(R"("item_hold_ms":0,)");
    const auto held = hold();
    ASSERT_NE(held, nullptr);
    EXPECT_EQ(taken_after(kLong), kLong);
    EXPECT_TRUE(one_->hub->sink_done(*held, true, {}));
    EXPECT_EQ(lease(*other_), nullptr);
}

TEST_P(SinkLeases, control_where_nobody_renews_it_another_hub_gets_it_meanwhile) {
    open(R"("item_hold_ms":0,)", std::make_shared<NoRenewals>(kept_.open()));
    const auto held = hold();
    ASSERT_NE(held, nullptr);
    EXPECT_LE(taken_after(kLong), 305 * kSecond);
    EXPECT_EQ(one_->hub->sink_done(*held, true, {}).error().code, Code::lease_lost);
}

TEST_P(SinkLeases, the_limit_of_a_handler_ends_it_however_long_that_is) {
    open(R"("handler_timeout_ms":900000,)");
    const auto hung = hold(Keeper::handler);
    ASSERT_NE(hung, nullptr);
    EXPECT_EQ(taken_after(895 * kSecond), 895 * kSecond);
    EXPECT_FALSE(hung->hold.is_lost());
    pass();
    EXPECT_TRUE(hung->hold.is_lost());
    EXPECT_EQ(support::lines_of(one_->log, "error handler.hung", "account=shop", "seconds=900"), 1U)
        << one_->log;
    EXPECT_EQ(one_->hub->sink_done(*hung, true, {}).error().code, Code::lease_lost);
}

TEST_P(SinkLeases, a_hub_that_stood_still_is_told_when_it_is_done) { expect_told(true); }
TEST_P(SinkLeases, a_hub_that_stood_still_is_told_when_it_has_failed) { expect_told(false); }

TEST_P(SinkLeases, control_without_tokens_its_outcome_counts_though_another_has_the_message) {
    open({}, std::make_shared<PausedStore>(kept_.open(), false));
    const auto held = hold();
    ASSERT_NE(held, nullptr);
    stand_still();
    ASSERT_NE(lease(*other_), nullptr);
    EXPECT_TRUE(one_->hub->sink_done(*held, true, {}));
}

TEST_P(SinkLeases, a_hub_that_stood_still_goes_on_where_nobody_took_over) {
    open({});
    const auto held = hold();
    ASSERT_NE(held, nullptr);
    stand_still();
    one_->hub->step();
    EXPECT_EQ(lease(*other_), nullptr) << "it is leased anew";
    EXPECT_TRUE(one_->hub->sink_done(*held, true, {}));
}

}  // namespace
}  // namespace lampjack::test
