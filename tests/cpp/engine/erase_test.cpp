#include "engine/hub.h"

#include "store/memory_store.h"
#include "test_hub.h"

namespace lampjack::test {
namespace {

using std::chrono::milliseconds;
using T = TestHub;

constexpr Millis kDay = 86'400'000;

Result<std::string> erase(TestHub& t, bool force = false) {
    return t.hub->erase("shop", "s-1", force, milliseconds(0));
}

TEST(Erase, removes_everything_about_a_user_and_reports_it) {
    TestHub t;
    ASSERT_TRUE(t.hub->subscribe("desk", {}));
    t.post(T::messages(T::user_item("my number is 5", 1, "m1"), 1));
    const auto report = erase(t);
    ASSERT_TRUE(report) << report.error().message;
    const json::Object one = T::object(report).at("conversations").as_array().at(0).as_object();
    EXPECT_EQ(json::text_of(one, "ref"), T::kRef);
    EXPECT_EQ(one.at("items").as_int64(), 1);
    EXPECT_EQ(t.hub->conversation(T::kRef).error().code, Code::not_found);
    EXPECT_EQ(t.hub->transcript(T::kRef, 0, 9).error().code, Code::not_found);
    EXPECT_EQ(t.hub->next("desk", milliseconds(0)).error().code, Code::timeout);
    EXPECT_EQ(*t.hub->conversations({}, 9), "[]");
    EXPECT_EQ(*erase(t), R"({"account":"shop","log":"empty","conversations":[]})")
        << "twice is no error";
    EXPECT_EQ(t.hub->erase("none", "s-1", false, milliseconds(0)).error().code, Code::not_found);
}

TEST(Erase, lets_a_later_conversation_go_on_above_the_numbers_of_the_first) {
    TestHub t;
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    t.command("release", "dana");
    t.answer_next(200);
    const auto before = t.conversation();
    const auto items = before.at("items").as_int64();
    ASSERT_TRUE(erase(t));
    t.post(T::messages(T::user_item("hello again", 30, "m1"), 30));
    const auto after = t.conversation();
    EXPECT_GT(after.at("epoch").as_int64(), before.at("epoch").as_int64());
    const auto transcript = t.transcript();
    ASSERT_EQ(transcript.size(), 1u) << "nothing of the first life shows";
    EXPECT_GT(transcript[0].as_object().at("seq").as_int64(), items);
    EXPECT_EQ(t.state(), "bot");
    EXPECT_EQ(t.command("reply", "dana", R"({"type":"text","text":"hi"})", 2).error.code,
              Code::stale_owner)
        << "a command of the first life does not count in the second";
}

TEST(Erase, returns_the_conversation_first) {
    TestHub t;
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    t.command("reply", "dana", R"({"type":"text","text":"hi"})");
    EXPECT_EQ(erase(t).error().code, Code::timeout);
    EXPECT_EQ(t.state(), "returning");
    t.answer_next(200);
    EXPECT_NE(t.http->calls().back().request.body.find("resume"), std::string::npos);
    EXPECT_TRUE(erase(t));
    EXPECT_EQ(t.hub->conversation(T::kRef).error().code, Code::not_found);
    t.hub->step();
    EXPECT_TRUE(t.http->in_flight().empty()) << "the reply did not leave afterwards";
}

/// The bot said something while its return was under way, which passes for the return; the call had no effect yet.
TEST(Erase, waits_for_a_return_that_a_stray_message_seemed_to_prove) {
    for (const bool force : {false, true}) {
        TestHub t;
        t.post(T::offload("", 1), T::accept(true));
        t.command("take", "dana");
        t.command("release", "dana");
        t.hub->step();
        ASSERT_EQ(t.http->in_flight().size(), 1u) << "the return is under way";
        t.http->fail_with(1, transport::FailureKind::unknown_after_sent);
        t.http->deliver();
        t.hub->step();
        t.post(T::messages(T::bot_item("too early", 5), 5));
        ASSERT_EQ(t.state(), "bot");
        const auto erased = t.hub->erase("shop", "s-1", force, std::chrono::milliseconds(0));
        EXPECT_EQ(erased.has_value(), force) << "by force, the control";
        if (force) continue;
        EXPECT_EQ(erased.error().code, Code::timeout);
        t.clock->advance(60'000);
        t.answer_next(200);
        EXPECT_EQ(t.http->count(), 2u) << "it was repeated";
        EXPECT_TRUE(t.hub->erase("shop", "s-1", force, std::chrono::milliseconds(0)));
    }
}

TEST(Erase, goes_without_a_return_only_by_force) {
    for (const bool force : {false, true}) {
        TestHub t;
        t.post(T::offload("", 1), T::accept(true));
        t.command("take", "dana");
        EXPECT_EQ(erase(t, force).has_value(), force);
        EXPECT_EQ(t.hub->conversation(T::kRef).has_value(), !force);
    }
}

TEST(Record, says_whose_transcripts_are_kept_after_their_end) {
    struct Case {
        std::string record;
        bool handed_over;
        bool kept;
    };
    for (const Case& c : {Case{"all", false, true}, Case{"handover", false, false},
                          Case{"handover", true, true}, Case{"none", true, false}}) {
        TestHub t(std::string(T::kFull) + R"(,"record":")" + c.record + "\"");
        t.post(T::messages(T::user_item("hi", 1, "m1"), 1));
        if (c.handed_over) t.post(T::offload("", 2), T::accept(false));
        EXPECT_EQ(t.command("close", {}).error.code, Code::ok);
        EXPECT_EQ(t.state(), "closed") << "it can be seen for a while";
        t.clock->advance(kDay);
        t.hub->step();
        EXPECT_EQ(t.hub->conversation(T::kRef).has_value(), c.kept) << c.record;
    }
}

/// The call that wakes the bot outlives the time for which its conversation is kept.
TEST(Retention, keeps_a_conversation_whose_return_is_still_to_be_made) {
    TestHub t(std::string(T::kFull) + R"(,"record":"none")");
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    t.command("release", "dana");
    t.answer_next(503);
    t.post(T::messages(T::bot_item("too early", 5), 5));  // passes for the return
    ASSERT_EQ(t.command("close", "", {}, {}, {}, true).error.code, Code::ok);
    ASSERT_EQ(t.state(), "closed");
    constexpr Millis kHour = 3'600'000;
    for (int hour = 0; hour < 3; ++hour) {
        t.clock->advance(kHour + 1000);
        t.answer_next(503);
        EXPECT_EQ(t.state(), "closed") << "kept for an hour, and for its call";
    }
    t.clock->advance(kHour + 1000);
    t.answer_next(200);
    t.clock->advance(kHour + 1000);
    t.hub->step();
    EXPECT_EQ(t.hub->conversation(T::kRef).error().code, Code::not_found) << "the control";
}

TEST(Retention, forgets_old_keys_and_ended_rows) {
    for (const bool old : {true, false}) {
        TestHub t;
        t.post(T::offload("", 1), T::accept(true));
        t.command("take", "dana");
        const auto reply = t.command("reply", "dana", R"({"type":"text","text":"hi"})");
        t.answer_next(200);
        EXPECT_TRUE(t.hub->delivery(reply.delivery_id));
        t.clock->advance(old ? 15 * kDay : kDay);
        t.hub->step();
        EXPECT_EQ(t.hub->delivery(reply.delivery_id).has_value(), !old)
            << "the second is the control";
        EXPECT_FALSE(t.transcript().empty()) << "the log is kept";
    }
}

TEST(Timers, of_accounts_that_the_hub_does_not_have_are_left_to_others) {
    const auto store = std::make_shared<store::MemoryStore>();
    {
        const auto tx = store->begin();
        for (int i = 0; i < 100; ++i) {
            store::ConversationRow row;
            row.ref = "other:live:" + std::to_string(i);
            row.key = store::key_of(row.ref);
            row.account = "other";
            row.state.epoch = 1;
            row.state.timers[static_cast<std::size_t>(conversation::TimerKind::idle_bot)] =
                conversation::Timer{.due = 1, .episode = 0, .epoch = 1};
            ASSERT_TRUE((*tx)->put(row));
        }
        ASSERT_TRUE((*tx)->commit());
    }
    TestHub t(T::kFull, {}, store);
    t.post(T::offload("", 1), T::accept(true));
    t.clock->advance(180'001);
    t.hub->step();
    EXPECT_EQ(t.state(), "returning") << "ours fires although a hundred stand before it";
    EXPECT_EQ(store->due_timers(2, 1000)->size(), 100u) << "and theirs are still there";
}

TEST(Policy, is_what_the_account_says) {
    TestHub t(std::string(T::kFull) + R"(,"agents_may_take":false,"on_accept_timeout":"close")");
    t.post(T::messages(T::user_item("hi", 1, "m1"), 1));
    EXPECT_EQ(t.command("take", "dana").error.code, Code::not_owner);
    t.post(T::offload("", 2), T::accept(false));
    t.clock->advance(180'001);
    t.hub->step();
    EXPECT_EQ(t.state(), "closed");
    TestHub control;
    control.post(T::messages(T::user_item("hi", 1, "m1"), 1));
    EXPECT_EQ(control.command("take", "dana").error.code, Code::ok);
}

TEST(Policy, stops_a_bot_that_asks_in_a_loop_when_the_account_says_so) {
    for (const std::string failures : {"1", "0"}) {
        TestHub t(std::string(T::kFull) + R"(,"loop_failures":)" + failures);
        t.post(T::offload("", 1), T::accept(false));
        t.clock->advance(180'001);
        t.hub->step();
        EXPECT_EQ(t.state(), "bot");
        t.post(T::offload("", 2), T::accept(false));
        EXPECT_EQ(t.state(), failures == "1" ? "bot" : "requested") << "0 is the control";
    }
}

TEST(Queries, do_not_list_what_belongs_to_no_conversation) {
    auto hub = engine::Hub::open(
        R"({"store":"memory:","account":{"c":{"platform":"certainly","webhook_token":"wt-made-up","deployment_id":"dep-1"}}})",
        engine::run_nothing);
    ASSERT_TRUE(hub) << hub.error().message;
    const std::string body = R"({"interlocutor":"bot","data":{"type":"text","text":"hello"}})";
    EXPECT_EQ((*hub)->receive("c", {"POST", "/messages", "token=wt-made-up", {}, body}, {}).status,
              200);
    EXPECT_TRUE((*hub)->transcript("c:live:~unattributed", 0, 9)) << "it is kept";
    EXPECT_EQ(*(*hub)->conversations({}, 9), "[]");
}

/// What bots say without naming a user, on an account that keeps it so many milliseconds.
struct Unattributed {
    explicit Unattributed(const std::string& settings) {
        engine::World world;
        world.clock = clock;
        auto opened = engine::Hub::open(
            R"({"store":"memory:","account":{"c":{"platform":"certainly","webhook_token":"wt-made-up","deployment_id":"dep-1")" +
                settings + "}}}",
            engine::run_nothing, std::move(world));
        EXPECT_TRUE(opened);
        if (opened) hub = std::move(*opened);
    }
    void say(const std::string& text) const {
        const std::string body =
            R"({"interlocutor":"bot","data":{"type":"text","text":")" + text + R"("}})";
        EXPECT_EQ(hub->receive("c", {"POST", "/messages", "token=wt-made-up", {}, body}, {}).status,
                  200);
    }
    std::string log() const {
        const auto found = hub->transcript("c:live:~unattributed", 0, 9);
        return found ? *found : std::string("none");
    }

    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(kStart);
    std::unique_ptr<engine::Hub> hub;
};

TEST(Retention, what_belongs_to_no_conversation_goes_after_its_time) {
    Unattributed t("");
    t.say("hello");
    t.clock->advance(29 * kDay);
    t.hub->step();
    t.say("once more");
    EXPECT_NE(t.log().find("hello"), std::string::npos) << "kept for t_retain";
    t.clock->advance(kDay + 1);
    t.hub->step();
    EXPECT_EQ(t.log(), "none");
    t.say("another month");
    EXPECT_NE(t.log().find("another month"), std::string::npos);
    EXPECT_EQ(t.log().find("hello"), std::string::npos);
    t.clock->advance(31 * kDay);
    t.hub->step();
    EXPECT_EQ(t.log(), "none");
}

TEST(Retention, what_belongs_to_no_conversation_goes_soon_where_only_handovers_are_kept) {
    Unattributed t(R"(,"record":"handover")");
    t.say("hello");
    t.clock->advance(2 * 3'600'000);
    t.hub->step();
    EXPECT_EQ(t.log(), "none");
}

}  // namespace
}  // namespace lampjack::test
