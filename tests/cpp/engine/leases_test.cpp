// Two hubs on one store: what one leased when it died or stood still comes to the other within 15 s, and what the first then
// does counts no more. The controls leave the protection out.
#include "engine/hub.h"

#include "kept_store.h"
#include "test_hub.h"

#include "../support/forward_store.h"
#include "store/memory_store.h"

#include <functional>
#include <thread>
#include <utility>

namespace lampjack::test {
namespace {

using std::chrono::milliseconds;
using T = TestHub;

constexpr Millis kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute;

/// A store whose heartbeats fail, or whose dead holders nobody notices.
class BrokenStore final : public support::ForwardStore {
public:
    using ForwardStore::ForwardStore;
    bool no_beats = false;
    bool no_reclaims = false;
    std::function<void()> finished;  ///< when an outcome is stored, before the hub knows
    Result<void> beat(const store::Holder& holder) override {
        if (no_beats) return fail(Code::store, "no space left");
        return ForwardStore::beat(holder);
    }
    Result<store::Reclaimed> reclaim(Millis now, Millis call_time) override {
        if (no_reclaims) return store::Reclaimed{};
        return ForwardStore::reclaim(now, call_time);
    }
    Result<void> finish_item(Text subscription, const store::LeasedItem& item,
                             store::ItemOutcome outcome, Millis at, Text reason) override {
        auto done = ForwardStore::finish_item(subscription, item, outcome, at, reason);
        if (finished) finished();
        return done;
    }
};

std::shared_ptr<engine::Item> lease(TestHub& t) {
    const auto item = t.hub->next("desk", milliseconds(0));
    return item ? *item : nullptr;
}
void receive(TestHub& t) {
    ASSERT_TRUE(t.hub->subscribe("desk", R"({"kinds":["message"]})"));
    t.post(T::messages(T::user_item("one", 1, "m1"), 1));
}
std::string why(TestHub& t) {
    const auto text = t.hub->stuck();
    EXPECT_TRUE(text) << text.error().message;
    if (!text) return {};
    const json::Value all = *json::parse_value(*text, "stuck");
    const auto& list = all.as_array();
    return list.empty() ? "" : json::to_text(list.at(0).as_object().at("why"));
}
Code reply_of(TestHub& t, const engine::Item& item) {
    engine::CommandRequest request;
    request.name = "notify";
    request.content = R"([{"type":"text","text":"hello"}])";
    request.item = &item;
    return t.hub->command(T::kRef, request).error.code;
}
/// An agent's words wait to be sent to the platform.
void reply(TestHub& t, int second) {
    t.post(T::offload("", second), T::accept(true));
    EXPECT_EQ(t.command("take", "dana").error.code, Code::ok);
    EXPECT_EQ(t.command("reply", "dana", R"({"type":"text","text":"hello"})").error.code, Code::ok);
}
void later(Millis by, std::initializer_list<TestHub*> hubs) {
    for (TestHub* t : hubs) t->clock->advance(by);
}

/// One of them does nothing for twenty seconds, while the other looks.
void stand_still(TestHub& one, TestHub& other) {
    for (int looks = 0; looks < 4; ++looks) {
        later(5 * kSecond, {&one, &other});
        other.hub->step();
    }
}

class Leases : public OnEveryStore {
protected:
    void SetUp() override {
        OnEveryStore::SetUp();
        if (IsSkipped()) return;
        one_ = std::make_unique<TestHub>(T::kFull, options_, kept_.open(), 7);
        broken_ = std::make_shared<BrokenStore>(kept_.open());
        other_ = std::make_unique<TestHub>(T::kFull, options_, broken_, 8);
    }
    std::string options_;
    std::unique_ptr<TestHub> one_, other_;
    std::shared_ptr<BrokenStore> broken_;  ///< the other's way to it
};
LJK_ON_EVERY_STORE(Leases);

TEST_P(Leases, what_a_dead_hub_held_comes_to_another_within_fifteen_seconds) {
    receive(*one_);
    const auto held = lease(*one_);
    ASSERT_NE(held, nullptr);
    EXPECT_EQ(lease(*other_), nullptr);
    later(15 * kSecond - 1, {&*other_});
    other_->hub->step();
    EXPECT_EQ(lease(*other_), nullptr) << "it may be alive";
    later(5 * kSecond, {&*other_});
    other_->hub->step();
    const auto again = lease(*other_);
    ASSERT_NE(again, nullptr);
    EXPECT_EQ(again->lease.attempt, 2U);
    EXPECT_EQ(support::lines_of(other_->log, "warning holder.dead", "items=1", "deliveries=0"), 1U)
        << other_->log;
    EXPECT_EQ(one_->hub->done(*held, true).error().code, Code::lease_lost);
    EXPECT_EQ(
        support::lines_of(one_->log, "warning lease.lost", "account=shop", "subscription=desk"), 1U)
        << one_->log;
    EXPECT_TRUE(other_->hub->done(*again, true));
}

TEST_P(Leases, control_where_nobody_looks_for_the_dead_it_takes_five_minutes) {
    broken_->no_reclaims = true;
    receive(*one_);
    ASSERT_NE(lease(*one_), nullptr);
    EXPECT_EQ(lease(*other_), nullptr);
    for (Millis past = 0; past < 295 * kSecond; past += 5 * kSecond) {
        later(5 * kSecond, {&*other_});
        other_->hub->step();
        ASSERT_EQ(lease(*other_), nullptr);
    }
    later(5 * kSecond, {&*other_});
    EXPECT_NE(lease(*other_), nullptr);
}

TEST_P(Leases, what_a_living_hub_holds_stays_with_it) {
    receive(*one_);
    const auto held = lease(*one_);
    ASSERT_NE(held, nullptr);
    for (Millis past = 0; past < 290 * kSecond; past += 5 * kSecond) {
        later(5 * kSecond, {&*one_, &*other_});
        one_->hub->step();
        other_->hub->step();
        ASSERT_EQ(lease(*other_), nullptr);
    }
    EXPECT_TRUE(one_->hub->done(*held, true));
}

TEST_P(Leases, a_call_of_a_dead_hub_is_repeated_when_its_time_is_over) {
    reply(*one_, 1);
    one_->hub->step();
    ASSERT_EQ(one_->http->in_flight().size(), 1U);
    other_->hub->step();
    later(15 * kSecond - 1, {&*other_});
    other_->hub->step();
    EXPECT_TRUE(other_->http->in_flight().empty());
    later(5 * kSecond, {&*other_});
    other_->hub->step();
    EXPECT_EQ(other_->http->in_flight().size(), 1U) << "total_ms is over";
}

TEST_P(Leases, a_hub_that_stood_still_is_told_at_its_next_command) {
    receive(*one_);
    const auto held = lease(*one_);
    ASSERT_NE(held, nullptr);
    EXPECT_EQ(lease(*other_), nullptr);
    EXPECT_EQ(reply_of(*one_, *held), Code::ok);
    stand_still(*one_, *other_);
    ASSERT_NE(lease(*other_), nullptr);
    const std::size_t before = one_->transcript().size();
    EXPECT_EQ(reply_of(*one_, *held), Code::lease_lost);
    EXPECT_EQ(one_->transcript().size(), before);
    EXPECT_EQ(one_->hub->say("shop", "{}", "[]", {}, held.get()).error.code, Code::lease_lost);
}

TEST_P(Leases, a_hub_that_stood_still_goes_on_where_nobody_took_over) {
    receive(*one_);
    const auto held = lease(*one_);
    ASSERT_NE(held, nullptr);
    EXPECT_EQ(lease(*other_), nullptr);
    stand_still(*one_, *other_);
    EXPECT_EQ(reply_of(*one_, *held), Code::ok);
    EXPECT_EQ(lease(*other_), nullptr) << "it is leased anew";
    EXPECT_TRUE(one_->hub->done(*held, true));
    EXPECT_EQ(reply_of(*one_, *held), Code::ok) << "what it began is allowed to end";
}

TEST_P(Leases, nothing_is_leased_while_the_heartbeat_cannot_be_written) {
    receive(*one_);
    reply(*one_, 2);
    broken_->no_beats = true;
    for (int looks = 0; looks < 3; ++looks) {
        EXPECT_EQ(other_->hub->next("desk", milliseconds(0)).error().code, Code::store);
        later(kSecond, {&*other_});
        other_->hub->step();
    }
    EXPECT_TRUE(other_->http->in_flight().empty());
    EXPECT_EQ(support::lines_of(other_->log, "error heartbeat.failed", "reason=no_space_left"), 1U)
        << other_->log;
    broken_->no_beats = false;
    EXPECT_NE(lease(*other_), nullptr);
    other_->hub->step();
    EXPECT_EQ(other_->http->in_flight().size(), 1U);
    EXPECT_EQ(support::lines_of(other_->log, "info heartbeat.recovered"), 1U) << other_->log;
}

TEST_P(Leases, an_orderly_end_leaves_no_row_and_what_is_held_fifteen_seconds) {
    receive(*one_);
    const auto store = kept_.open();
    const auto item = lease(*one_);
    ASSERT_NE(item, nullptr);
    ASSERT_EQ(store->holders()->size(), 1U);
    EXPECT_EQ(store->holders()->at(0).accounts, std::vector<std::string>{"shop"});
    EXPECT_EQ(store->holders()->at(0).subscriptions.at(0).name, "desk");
    EXPECT_TRUE(one_->hub->give_back(*item));
    one_->hub->close();
    EXPECT_TRUE(store->holders()->empty());

    const auto held = lease(*other_);
    ASSERT_NE(held, nullptr);
    EXPECT_EQ(held->lease.attempt, 1U);
    other_->hub->close();
    TestHub third(T::kFull, options_, kept_.open(), 9);
    EXPECT_EQ(lease(third), nullptr);
    for (int looks = 0; looks < 3; ++looks) {
        later(5 * kSecond, {&third});
        third.hub->step();
    }
    EXPECT_NE(lease(third), nullptr);
}

TEST_P(Leases, a_look_while_an_outcome_is_recorded_loses_nothing) {
    receive(*other_);
    const auto held = lease(*other_);
    ASSERT_NE(held, nullptr);
    later(4 * kMinute, {&*other_});  // it is to be renewed
    bool looked = false;
    broken_->finished = [&] {
        looked = true;
        other_->hub->step();
    };
    EXPECT_TRUE(other_->hub->done(*held, true));
    EXPECT_TRUE(looked);
    EXPECT_EQ(support::lines_of(other_->log, "warning lease.lost"), 0U) << other_->log;
}

// ---- What takes too long

TEST_P(Leases, an_item_that_is_held_for_too_long_is_handed_out_again) {
    receive(*one_);
    const auto hung = lease(*one_);
    ASSERT_NE(hung, nullptr);
    later(kMinute, {&*one_});
    one_->hub->step();
    EXPECT_EQ(why(*one_), R"(["handler"])");
    EXPECT_NE(
        one_->hub->stuck()->find(R"("subscription":"desk","since":"2026-01-05T10:00:00.000Z")"),
        std::string::npos)
        << *one_->hub->stuck();
    later(4 * kMinute, {&*one_});
    one_->hub->step();
    EXPECT_EQ(support::lines_of(one_->log, "error handler.hung", "account=shop",
                                "subscription=desk", "seconds=300"),
              1U)
        << one_->log;
    EXPECT_EQ(reply_of(*one_, *hung), Code::lease_lost);
    EXPECT_EQ(one_->hub->done(*hung, true).error().code, Code::lease_lost);
    EXPECT_EQ(one_->hub->give_back(*hung).error().code, Code::lease_lost);
    EXPECT_EQ(why(*one_), R"(["handler"])") << "it still hangs";
    later(kSecond, {&*one_});
    const auto again = lease(*one_);
    ASSERT_NE(again, nullptr);
    EXPECT_EQ(again->lease.attempt, 2U);
    one_->hub->step();
    EXPECT_EQ(support::lines_of(one_->log, "error handler.hung"), 1U) << "said once";
}

TEST_P(Leases, what_hangs_is_named_from_the_moment_its_lease_ends) {
    options_ = R"("item_hold_ms":2000,)";
    SetUp();
    receive(*one_);
    const auto hung = lease(*one_);
    ASSERT_NE(hung, nullptr);
    later(kSecond, {&*one_});
    one_->hub->step();
    EXPECT_EQ(why(*one_), "") << "the control: it may take two seconds";
    later(kSecond, {&*one_});
    one_->hub->step();
    EXPECT_EQ(why(*one_), R"(["handler"])");
}

TEST_P(Leases, without_a_limit_an_item_stays_for_as_long_as_its_hub_lives) {
    options_ = R"("item_hold_ms":0,)";
    SetUp();
    receive(*one_);
    const auto held = lease(*one_);
    ASSERT_NE(held, nullptr);
    for (Millis past = 0; past < kHour; past += 5 * kSecond) {
        later(5 * kSecond, {&*one_, &*other_});
        one_->hub->step();
        other_->hub->step();
        ASSERT_EQ(lease(*other_), nullptr) << past;
    }
    EXPECT_TRUE(one_->hub->done(*held, true));
    EXPECT_EQ(lease(*other_), nullptr);
}

TEST_P(Leases, handlers_have_a_limit_of_their_own) {
    options_ = R"("handler_timeout_ms":1000,)";
    SetUp();
    receive(*one_);
    const auto hung = one_->hub->next("desk", milliseconds(0), engine::Keeper::handler);
    ASSERT_TRUE(hung);
    later(kSecond, {&*one_});
    one_->hub->step();
    EXPECT_TRUE((*hung)->hold.is_lost());
}

TEST_P(Leases, a_handler_hangs_when_its_time_is_over_and_not_when_its_lease_is_lost) {
    options_ = R"("handler_timeout_ms":60000,)";
    SetUp();
    receive(*one_);
    const auto held = one_->hub->next("desk", milliseconds(0), engine::Keeper::handler);
    ASSERT_TRUE(held);
    stand_still(*one_, *other_);
    ASSERT_NE(lease(*other_), nullptr);
    one_->hub->step();
    EXPECT_TRUE((*held)->hold.is_lost());
    EXPECT_FALSE((*held)->hold.is_hung()) << "it may end at any moment";
    later(kMinute, {&*one_});
    one_->hub->step();
    EXPECT_TRUE((*held)->hold.is_hung());
}

TEST_P(Leases, a_message_that_is_held_for_too_long_counts_a_try_before_another_hub_gets_it) {
    constexpr const char* kChannel =
        R"("platform":"omnichannel","webhook_token":"wt-made-up","auth":"none")";
    TestHub one(kChannel, "", kept_.open(), 17), other(kChannel, "", kept_.open(), 18);
    one.hub->say("shop", R"({"id":"s-1"})", R"([{"type":"text","text":"hello"}])", {});
    const auto* body = R"({"chat_id":"s-1","message":{"kind":"operator","text":"hello"}})";
    const model::Request request{"POST", "/send_message", {}, {}, body};
    ASSERT_EQ(one.hub->receive("shop", request, {}).status, 200);
    const auto hung = one.hub->next_sink("shop", milliseconds(0));
    ASSERT_TRUE(hung) << hung.error().message;
    for (Millis past = 0; past < 300 * kSecond; past += 5 * kSecond) {
        EXPECT_FALSE(other.hub->next_sink("shop", milliseconds(0))) << past;
        later(5 * kSecond, {&one, &other});
        if (past < 295 * kSecond) one.hub->step();
        other.hub->step();
    }
    EXPECT_FALSE(other.hub->next_sink("shop", milliseconds(0))) << "the other looks first";
    one.hub->step();
    EXPECT_EQ(support::lines_of(one.log, "error handler.hung", "account=shop"), 1U) << one.log;
    later(kMinute, {&one, &other});
    other.hub->step();
    const auto again = other.hub->next_sink("shop", milliseconds(0));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ((*again)->lease.row.attempts, 1U);
}

// ---- Clocks that are set

/// A hub whose wall clock may be set, while its steady one goes on.
struct Set {
    Set(std::shared_ptr<store::Store> store, bool knows_steady, const std::string& run = "") {
        engine::World world;
        world.clock = wall;
        if (knows_steady) world.steady = [clock = steady] { return clock->now(); };
        world.http = http;
        world.store = std::move(store);
        auto opened = engine::Hub::open("{\"store\":\"memory:\"," + run +
                                            "\"account\":{\"shop\":{" + T::kFull + "}}}",
                                        engine::run_nothing, std::move(world));
        EXPECT_TRUE(opened) << opened.error().message;
        if (opened) hub = std::move(*opened);
    }
    ~Set() { http->close(); }
    void pass(Millis by) {
        wall->advance(by);
        steady->advance(by);
        hub->step();
    }
    bool gets() { return hub->next("desk", milliseconds(0)).has_value(); }

    std::shared_ptr<ManualClock> wall = std::make_shared<ManualClock>(kStart);
    std::shared_ptr<ManualClock> steady = std::make_shared<ManualClock>(kStart);
    std::shared_ptr<support::FakeHttpClient> http = std::make_shared<support::FakeHttpClient>();
    std::unique_ptr<engine::Hub> hub;
};

/// Whether the second of two hubs takes over from the first, which is alive, when the machine's clock is set.
bool takes_over(Kind kind, Millis jump, bool knows_steady) {
    KeptStore kept(kind);
    TestHub source(T::kFull, "", kept.open(), 9);
    receive(source);
    Set one(kept.open(), knows_steady), other(kept.open(), knows_steady);
    const auto held = one.hub->next("desk", milliseconds(0));
    EXPECT_TRUE(held);
    EXPECT_FALSE(other.gets());
    for (int i = 0; i < 4; ++i) {
        other.pass(2 * kSecond);
        one.pass(2 * kSecond);
    }
    one.wall->advance(jump);
    other.wall->advance(jump);
    for (int i = 0; i < 20; ++i) {
        other.pass(2 * kSecond);
        if (other.gets()) return true;
        one.pass(2 * kSecond);
    }
    EXPECT_TRUE(held && one.hub->done(**held, true));
    return false;
}

TEST_P(Leases, a_clock_that_is_set_makes_nobody_dead) {
    for (const Millis jump : {kMinute, kHour, -kMinute, -kHour})
        EXPECT_FALSE(takes_over(GetParam(), jump, true)) << jump;
}

TEST_P(Leases, control_without_a_steady_clock_a_lease_is_over_when_the_clock_is_set) {
    EXPECT_TRUE(takes_over(GetParam(), kHour, false));
}

/// How long another hub waits before it sends what one is sending, when the machine's clock is set forward meanwhile.
Millis sends_again_after(Kind kind, bool knows_steady) {
    KeptStore kept(kind);
    TestHub source(T::kFull, "", kept.open(), 9);
    receive(source);
    Set one(kept.open(), knows_steady), other(kept.open(), knows_steady);
    engine::CommandRequest notice;
    notice.name = "notify";
    notice.content = R"({"type":"text","text":"a moment, please"})";
    EXPECT_EQ(one.hub->command("shop:live:s-1", notice).error.code, Code::ok);
    one.pass(1);
    other.pass(1);
    EXPECT_EQ(one.http->calls().size(), 1U) << "it is under way";
    EXPECT_TRUE(other.http->calls().empty());
    one.wall->advance(kHour);
    other.wall->advance(kHour);
    Millis waited = 0;
    while (other.http->calls().empty() && waited < kMinute) {
        other.pass(kSecond);
        one.pass(kSecond);
        waited += kSecond;
    }
    return waited;
}

TEST_P(Leases, a_clock_that_is_set_forward_sends_nothing_twice_while_a_call_is_under_way) {
    EXPECT_GE(sends_again_after(GetParam(), true), 15 * kSecond) << "as long as a call may take";
}

TEST_P(Leases, control_without_a_steady_clock_it_is_sent_at_once) {
    EXPECT_LE(sends_again_after(GetParam(), false), 2 * kSecond);
}

/// Somebody sets it to an hour later right after a look, as a test's own thread may.
class SetMeanwhile final : public Clock {
public:
    Millis now() const noexcept override {
        const Millis seen = now_;
        if (std::exchange(is_armed, false)) now_ += kHour;
        return seen;
    }
    mutable bool is_armed = false;

private:
    mutable Millis now_ = kStart;
};

TEST(LeaseClock, that_is_set_between_two_looks_is_no_clock_that_disagrees_with_itself) {
    const auto clock = std::make_shared<SetMeanwhile>();
    engine::World world;
    world.clock = clock;
    world.store = std::make_shared<store::MemoryStore>();
    auto hub = engine::Hub::open(std::string(R"({"store":"memory:","account":{"shop":{)") +
                                     T::kFull + "}}}",
                                 engine::run_nothing, std::move(world));
    ASSERT_TRUE(hub) << hub.error().message;
    ASSERT_TRUE((*hub)->subscribe("desk", R"({"kinds":["message"]})"));
    const std::string body = T::messages(T::user_item("one", 1, "m1"), 1);
    const model::Request request{"POST", "/", "challenge.verifyToken=vt-made-up", {}, body};
    ASSERT_EQ((*hub)->receive("shop", request, {}).status, 200);
    (void)(*hub)->next("other", milliseconds(0));  // the first beat
    clock->is_armed = true;
    (void)(*hub)->next("desk", milliseconds(0));
    EXPECT_TRUE((*hub)->next("desk", milliseconds(0))) << "nothing was leased for five seconds";
}

// ---- The thread

TEST(LeaseThreads, beat_while_nobody_calls_the_hub) {
    const auto store = std::make_shared<store::MemoryStore>();
    engine::World world;
    const auto clock = std::make_shared<ManualClock>(kStart);
    world.clock = clock;
    world.store = store;
    auto hub = engine::Hub::open(std::string(R"({"store":"memory:","account":{"shop":{)") +
                                     T::kFull + "}}}",
                                 engine::run_timers, std::move(world));
    ASSERT_TRUE(hub) << hub.error().message;
    EXPECT_TRUE(store->holders()->empty()) << "nothing is leased yet";
    EXPECT_EQ((*hub)->next("desk", milliseconds(0)).error().code, Code::timeout);
    ASSERT_EQ(store->holders()->size(), 1U);
    for (Millis now = kStart + 5000; now < kStart + 20'000; now += 5000) {
        clock->advance(5000);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (store->holders()->at(0).until != now + 15'000) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline);
            std::this_thread::yield();
        }
    }
    (*hub)->close();
    EXPECT_TRUE(store->holders()->empty());
}

}  // namespace
}  // namespace lampjack::test
