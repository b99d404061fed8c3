#include "engine/hub.h"

#include "sender_world.h"
#include "store/memory_store.h"
#include "test_hub.h"

#include <functional>
#include <future>
#include <thread>

namespace lampjack::test {
namespace {

/// Lets something happen between the look for due timers and their firing, or after the next look at a conversation.
class GapStore final : public store::MemoryStore {
public:
    std::function<void()> in_gap;
    std::function<void()> after_look;
    Result<store::ConversationRow> conversation(const store::ConversationKey& key) override {
        auto row = MemoryStore::conversation(key);
        if (after_look) std::exchange(after_look, {})();
        return row;
    }
    Result<std::vector<store::DueTimer>> due_timers(Millis now, std::size_t limit,
                                                    store::OfAccounts of) override {
        auto due = MemoryStore::due_timers(now, limit, of);
        if (in_gap) std::exchange(in_gap, {})();
        return due;
    }
};

struct GapHub : TestHub {
    explicit GapHub(std::function<void(GapHub&)> on_log = {}) {
        http->close();
        http = std::make_shared<support::FakeHttpClient>();
        engine::World world;
        world.clock = clock;
        world.random = std::make_shared<SeededRandom>(7);
        world.http = http;
        world.store = store;
        if (on_log)
            world.log = [this, on_log](std::string_view, std::string_view) { on_log(*this); };
        auto opened = engine::Hub::open(std::string(R"({"store":"memory:","account":{"shop":{)") +
                                            kFull + "}}}",
                                        engine::run_nothing, std::move(world));
        EXPECT_TRUE(opened.has_value());
        if (opened) hub = std::move(*opened);
    }
    std::size_t facts_about(std::string_view delivery) const {
        std::size_t count = 0;
        for (const auto& item : transcript()) {
            const json::Value* fact = item.as_object().if_contains("fact");
            if (fact == nullptr) continue;
            const json::Value* about = fact->as_object().if_contains("delivery");
            if (about != nullptr && json::text_of(about->as_object(), "id") == delivery) ++count;
        }
        return count;
    }
    std::shared_ptr<GapStore> store = std::make_shared<GapStore>();
};

using T = TestHub;
constexpr const char* kHi = R"({"type":"text","text":"hi"})";

TEST(Races, a_lease_renewed_while_its_timer_was_looked_up_does_not_expire) {
    for (const bool renewed : {true, false}) {
        GapHub t;
        t.post(T::offload("", 1), T::accept(true));
        t.command("take", "dana");
        t.command("reply", "dana", kHi);
        t.answer_next(200);
        t.clock->advance(1'800'000);
        if (renewed)
            t.store->in_gap = [&] {
                EXPECT_EQ(t.command("reply", "dana", kHi).error.code, Code::ok);
            };
        t.hub->step();
        EXPECT_EQ(t.state(), renewed ? "agent" : "returning") << "the second is the control";
    }
}

TEST(Races, the_first_of_two_decisions_about_one_request_is_the_answer_to_both) {
    TestHub t;
    const std::string body = T::offload("", 1);
    std::string first;
    const auto second = t.post(body, [&](const engine::Question&) {
        first = t.post(body, T::accept(true)).body;
        return engine::Decision{false, false, "closed"};
    });
    EXPECT_EQ(first, R"({"offloadSuccess":true,"pauseBot":true})");
    EXPECT_EQ(second.body, first);
    EXPECT_EQ(t.state(), "requested");
}

TEST(Races, a_decision_that_throws_is_no_decision) {
    TestHub t;
    const auto answer =
        t.post(T::offload("", 1), [](const engine::Question&) -> engine::Decision { throw 1; });
    EXPECT_EQ(answer.body, R"({"offloadSuccess":false,"pauseBot":false})");
    EXPECT_EQ(support::lines_of(t.log, "error decision.failed", "account=shop"), 1U) << t.log;
}

TEST(Races, the_log_may_ask_the_hub_because_no_lock_is_held) {
    std::size_t seen = 0;
    GapHub t([&seen](GapHub& hub) { seen += hub.transcript().size(); });
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    t.post(T::messages(T::bot_item("I talk over you", 5), 5));
    EXPECT_GT(seen, 0u);
}

TEST(Races, an_outcome_that_comes_after_the_hub_has_gone_is_dropped) {
    const auto store = std::make_shared<store::MemoryStore>();
    TestHub t(T::kFull, {}, store);
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    const auto reply = t.command("reply", "dana", kHi);
    t.hub->step();
    ASSERT_EQ(t.http->in_flight().size(), 1u);
    t.hub.reset();
    EXPECT_TRUE(t.http->answer(1, 200, "{}"));
    t.http->deliver();
    std::string ref;
    EXPECT_EQ(store->delivery(reply.delivery_id, ref)->status, store::DeliveryStatus::pending)
        << "nobody wrote it down: the next process sends it again";
}

TEST(Races, a_lane_whose_rows_were_all_refused_is_not_due) {
    GapHub t;
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    t.command("reply", "dana", kHi);
    EXPECT_EQ(*t.store->next_delivery_at(false), kStart) << "the control";
    t.command("take", "lee", {}, {}, {}, true);
    EXPECT_EQ(*t.store->next_delivery_at(false), store::kNever);
}

TEST(Races, a_reply_refused_while_it_was_under_way_stays_refused_and_is_told_once) {
    for (const std::int32_t status : {503, 200}) {
        GapHub t;
        t.post(T::offload("", 1), T::accept(true));
        t.command("take", "dana");
        const auto reply = t.command("reply", "dana", kHi);
        t.hub->step();
        ASSERT_EQ(t.http->in_flight().size(), 1u);
        t.command("take", "lee", {}, {}, {}, true);
        t.http->answer(1, status, "{}");
        t.http->deliver();
        t.hub->step();
        EXPECT_EQ(json::text_of(t.delivery(reply.delivery_id), "status"),
                  status == 200 ? "sent" : "refused");
        EXPECT_EQ(t.facts_about(reply.delivery_id), status == 200 ? 2u : 1u)
            << "what went through is told all the same";
        const auto next = t.command("reply", "lee", kHi);
        t.clock->advance(400'000);
        t.hub->step();
        EXPECT_EQ(t.http->in_flight().size(), 1u) << "the lane goes on";
        EXPECT_EQ(json::text_of(t.delivery(next.delivery_id), "status"), "pending");
    }
}

TEST(Races, a_repeated_relay_carries_the_message_to_the_bot_again) {
    TestHub t(R"("platform":"chatlayer_app","relay_token":"rt-made-up")");
    const std::array headers{model::HeaderView{"content-type", "application/json"},
                             model::HeaderView{"authorization", "Bearer rt-made-up"}};
    const auto relay = [&] {
        model::Request request;
        request.method = "POST";
        request.path = "/receive";
        request.headers = headers;
        request.body =
            R"({"request":{"content":{"odd":"form"},"method":"POST","query":{},"headers":{}}})";
        const auto reception = t.hub->begin("shop", request);
        EXPECT_NE(t.hub->untranslated(*reception), nullptr);
        EXPECT_TRUE(t.hub->translate(
            *reception,
            R"([{"v":1,"kind":"message","conversation":{"mode":"live","id":"s-1"},)"
            R"("actor":{"role":"user"},"sent_at":"2026-01-05T10:00:01.000Z","vendor_id":"m-1",)"
            R"("content":[{"type":"text","text":"hello"}]}])"));
        return t.hub->finish(*reception, nullptr).body;
    };
    const std::string first = relay();
    EXPECT_NE(first.find("hello"), std::string::npos);
    EXPECT_EQ(relay(), first) << "the first answer may have been lost";
    EXPECT_EQ(t.events(), 1u);
    t.command("take", "dana", {}, {}, {}, true);
    EXPECT_EQ(relay(), "[]") << "a human has it now";
}

TEST(Races, a_return_that_may_have_woken_the_bot_before_it_was_refused_is_followed_by_a_mute) {
    TestHub t;
    t.post(TestHub::offload("", 1), TestHub::accept(true));
    t.command("take", "dana");
    t.command("release", "dana");
    t.hub->step();
    ASSERT_EQ(t.http->in_flight().size(), 1u) << "the return";
    t.post(TestHub::offload("", 2), TestHub::accept(true));
    t.http->fail_with(t.http->in_flight().front(), transport::FailureKind::unknown_after_sent);
    t.http->deliver();
    t.hub->step();
    EXPECT_EQ(json::text_of(t.conversation(), "muted"), "yes") << "the answer said so";
    t.clock->advance(100'000);  // its next try is due, and T_accept is not
    t.hub->step();
    t.answer_next(200);
    EXPECT_EQ(t.http->calls().back().request.body, R"({"pause":true})")
        << "the return took effect after the answer, for all that is known";
    EXPECT_EQ(t.state(), "requested");
    EXPECT_EQ(json::text_of(t.conversation(), "muted"), "yes");
}

TEST(Races, a_return_that_is_refused_while_the_agent_releases_does_not_end_the_next_one) {
    GapHub t;
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    t.command("release", "dana");
    t.hub->step();
    ASSERT_EQ(t.http->in_flight().size(), 1u) << "the return";
    t.post(T::offload("", 2), T::accept(true));
    t.command("take", "dana");
    t.http->fail_with(t.http->in_flight().front(), transport::FailureKind::unknown_after_sent);
    t.http->deliver();
    t.hub->step();
    t.clock->advance(100'000);  // its next try is due, and T_first is not
    t.store->after_look = [&] { t.command("release", "dana"); };  // the fence has seen dana
    t.hub->step();
    EXPECT_FALSE(t.store->after_look);
    EXPECT_EQ(t.state(), "returning") << "the call of the second release has no answer yet";
    EXPECT_NE(json::text_of(t.conversation(), "muted"), "no") << "nobody knows yet";
}

TEST(Races, only_a_wrong_method_is_answered_with_the_right_ones) {
    TestHub t;
    const auto refused = t.post(T::offload("", 1), {}, "challenge.verifyToken=wrong");
    EXPECT_EQ(refused.status, 401);
    EXPECT_TRUE(model::header(refused.headers, "allow").empty());
    model::Request request;
    request.method = "PUT";
    request.path = "/";
    const auto put = t.hub->receive("shop", request, {});
    EXPECT_EQ(put.status, 405);
    EXPECT_EQ(model::header(put.headers, "allow"), "GET, POST");
}

TEST(Races, a_close_ends_a_drain_that_waits) {
    SenderWorld world;
    world.offload("s-1");
    world.reply("s-1", "on its way");
    world.hub().step();
    ASSERT_EQ(world.http().in_flight().size(), 1U);
    auto draining =
        std::async(std::launch::async, [&] { return world.hub().drain(std::chrono::seconds(30)); });
    ASSERT_EQ(draining.wait_for(std::chrono::milliseconds(300)), std::future_status::timeout)
        << "it waits";
    world.hub().close();
    ASSERT_EQ(draining.wait_for(std::chrono::seconds(10)), std::future_status::ready);
    const auto drained = draining.get();
    ASSERT_FALSE(drained);
    EXPECT_EQ(drained.error().code, Code::closed);
}

TEST(Races, waits_without_sense_do_not_overflow) {
    TestHub t;
    t.post(T::offload("", 1), T::accept(true));
    EXPECT_TRUE(t.hub->next("desk", std::chrono::milliseconds::max()));
    EXPECT_TRUE(t.hub->drain(std::chrono::milliseconds::max()));
    EXPECT_EQ(t.hub->next("nobody", std::chrono::milliseconds::min()).has_value(), true);
}

}  // namespace
}  // namespace lampjack::test
