#include "engine/limits.h"

#include "engine/shorten.h"
#include "store/memory_store.h"
#include "test_hub.h"

namespace lampjack::test {
namespace {

using T = TestHub;

constexpr const char* kHi = R"({"type":"text","text":"hi"})";

std::string message(int number) {
    return T::messages(T::user_item("hi", 1, "m" + std::to_string(number)), 1);
}

TEST(Limits, let_a_burst_of_events_pass_and_then_so_many_a_second) {
    TestHub t(T::kFull, R"("events_per_second":2,"events_burst":5,)");
    for (int i = 0; i < 5; ++i) EXPECT_EQ(t.post(message(i)).status, 200);
    const auto refused = t.post(message(5));
    EXPECT_EQ(refused.status, 429);
    EXPECT_FALSE(model::header(refused.headers, "retry-after").empty());
    EXPECT_NE(refused.body.find(R"("code":"limit")"), std::string::npos);
    EXPECT_EQ(t.events(), 5u) << "nothing of it was kept";
    t.clock->advance(500);
    EXPECT_EQ(t.post(message(5)).status, 200) << "the repetition is taken";
    EXPECT_EQ(t.post(message(6)).status, 429);
    EXPECT_EQ(t.events(), 6u);

    TestHub control;
    for (int i = 0; i < 50; ++i) EXPECT_EQ(control.post(message(i)).status, 200);
}

TEST(Limits, never_refuse_a_request_for_a_human) {
    TestHub t(T::kFull, R"("events_per_second":1,"events_burst":1,)");
    EXPECT_EQ(t.post(message(0)).status, 200);
    EXPECT_EQ(t.post(message(1)).status, 429);
    EXPECT_EQ(t.post(T::offload("", 2), T::accept(true)).status, 200);
    EXPECT_EQ(t.state(), "requested");
}

TEST(Limits, keep_only_so_many_events_of_a_bot_that_talks_and_talks) {
    TestHub t(T::kFull, R"("events_kept":3,)");
    for (int i = 0; i < 6; ++i) EXPECT_EQ(t.post(message(i)).status, 200);
    const auto kept = t.transcript();
    ASSERT_EQ(kept.size(), 4u);
    EXPECT_EQ(json::text_of(kept[3].as_object().at("fact").as_object(), "type"), "transcript_full");
    EXPECT_NE(t.hub->stats().find("\"events_not_kept\":3"), std::string::npos);
    t.post(T::offload("", 2), T::accept(true));
    t.post(message(7));
    EXPECT_EQ(t.events(), 5u) << "what a human has to see is kept";
}

TEST(Limits, refuse_an_agent_whose_messages_cannot_leave) {
    for (const char* limit : {R"("queue":3,)", R"("queue":100,)"}) {
        TestHub t(T::kFull, limit);
        t.post(T::offload("", 1), T::accept(true));
        t.command("take", "dana");
        engine::CommandResult last;
        for (int i = 0; i < 5; ++i) last = t.command("reply", "dana", kHi);
        const bool full = std::string_view(limit) == R"("queue":3,)";
        EXPECT_EQ(last.error.code, full ? Code::limit : Code::ok);
        EXPECT_EQ(is_retryable(last.error.code), full);
        EXPECT_EQ(t.command("release", "dana").error.code, Code::ok) << "leaving is always allowed";
    }
}

TEST(Limits, refuse_an_agent_whose_platform_is_out_of_reach) {
    TestHub t(T::kFull, R"("account_queue":2,)");
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    EXPECT_EQ(t.command("reply", "dana", kHi).error.code, Code::ok);
    EXPECT_EQ(t.command("reply", "dana", kHi).error.code, Code::ok);
    const auto refused = t.command("reply", "dana", kHi);
    EXPECT_EQ(refused.error.code, Code::limit);
    EXPECT_NE(refused.error.message.find("shop"), std::string::npos);
    t.answer_next(200);
    t.clock->advance(1000);
    EXPECT_EQ(t.command("reply", "dana", kHi).error.code, Code::ok) << "the control";
}

TEST(Limits, forget_nobody_whose_budget_is_used_up) {
    engine::Limits limits;
    const engine::LimitSettings settings{.events_per_second = 1, .events_burst = 2};
    const auto busy = store::key_of("busy");
    EXPECT_TRUE(limits.admit(settings, busy, 10, 0)) << "a large request passes once";
    EXPECT_FALSE(limits.admit(settings, busy, 1, 5000)) << "and is waited for";
    EXPECT_TRUE(limits.admit(settings, busy, 1, 9001));
    EXPECT_TRUE(limits.admit(settings, store::key_of("other"), 1, 9001));
}

TEST(Lengths, shorten_what_people_write_and_say_so) {
    TestHub t;
    std::string longest((64 << 10) - 1, 'x');
    longest += "\xC3\xA4";  // the limit falls into this letter
    EXPECT_EQ(t.post(T::messages(T::user_item(longest + "tail", 1, "m1"), 1)).status, 200);
    EXPECT_EQ(t.post(T::messages(T::user_item("short", 2, "m2"), 2)).status, 200);
    const auto items = t.transcript();
    const json::Object& cut = items[0].as_object().at("event").as_object();
    const json::Object& part = cut.at("content").as_array().at(0).as_object();
    EXPECT_EQ(json::text_of(part, "text").size(), (64u << 10) - 1);
    EXPECT_EQ(cut.at("warnings").as_array().at(0).as_string(), "shortened");
    EXPECT_FALSE(items[1].as_object().at("event").as_object().contains("warnings"))
        << "the control";
}

TEST(Lengths, take_no_id_that_is_too_long_for_one) {
    for (const std::size_t size : {257U, 256U}) {
        TestHub t;
        EXPECT_EQ(t.post(T::messages(T::user_item("hi", 1, std::string(size, 'i')), 1)).status,
                  200);
        const auto item = t.transcript().at(0).as_object();
        EXPECT_EQ(item.at("event").as_object().contains("vendor_id"), size == 256)
            << "the message counts, its id is a leftover; the second is the control";
    }
}

TEST(Lengths, shorten_no_id_because_it_would_be_another) {
    for (const std::size_t size : {257U, 256U}) {
        model::BatchPtr made = model::BatchPtr::make();
        model::Batch& batch = made.mutate();
        batch.text.assign({});
        batch.events.emplace_back();
        batch.events[0].vendor_id = batch.text.add(std::string(size, 'i'));
        const auto outcome = engine::shorten(batch);
        EXPECT_EQ(outcome ? Code::ok : outcome.error().code,
                  size == 256 ? Code::ok : Code::too_large);
    }
}

TEST(Lengths, refuse_an_agents_text_that_is_too_long) {
    TestHub t;
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    const auto say = [&](std::size_t size) {
        return t
            .command("reply", "dana", R"({"type":"text","text":")" + std::string(size, 'x') + "\"}")
            .error.code;
    };
    EXPECT_EQ(say((64 << 10) + 1), Code::too_large);
    EXPECT_EQ(say(64 << 10), Code::ok);
}

TEST(Lengths, cut_names_and_addresses) {
    model::BatchPtr made = model::BatchPtr::make();
    model::Batch& batch = made.mutate();
    batch.text.assign({});
    batch.events.emplace_back();
    batch.events[0].parts = {0, 1};
    batch.events[0].actor = 0;
    batch.parts.emplace_back();
    batch.parts[0].url = batch.text.add(std::string(3000, 'u'));
    batch.actors.emplace_back();
    batch.actors[0].first_name = batch.text.add(std::string(1500, 'n'));
    batch.actors[0].last_name = batch.text.add("Short");
    EXPECT_EQ(engine::check_lengths(batch).error().code, Code::too_large);
    ASSERT_TRUE(engine::shorten(batch));
    EXPECT_EQ(batch.parts[0].url.size, 2048u);
    EXPECT_EQ(batch.actors[0].first_name.size, 1024u);
    EXPECT_EQ(batch.view(batch.actors[0].last_name), "Short");
    EXPECT_TRUE(batch.events[0].warns(model::Warning::shortened));
    EXPECT_TRUE(engine::check_lengths(batch)) << "the control";
}

}  // namespace
}  // namespace lampjack::test
