#include "engine/hub.h"

#include "test_hub.h"

namespace lampjack::test {
namespace {

using T = TestHub;

/// The words of "why" of each stuck conversation, and the list itself.
std::string why(TestHub& t) {
    std::string words;
    const auto text = t.hub->stuck();
    EXPECT_TRUE(text) << text.error().message;
    if (!text) return words;
    const json::Value list = *json::parse_value(*text, "stuck");
    for (const auto& one : list.as_array())
        for (const auto& word : one.as_object().at("why").as_array())
            words.append(words.empty() ? "" : " ").append(word.as_string());
    return words;
}

bool has_alarm(TestHub& t, std::string_view alarm) {
    for (const auto& item : t.transcript())
        if (const json::Value* fact = item.as_object().if_contains("fact"))
            if (json::text_of(fact->as_object(), "alarm") == alarm) return true;
    return false;
}

void hand_back(TestHub& t) {
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    t.command("release", "dana");
}

TEST(Stuck, tells_of_a_return_that_the_platform_refuses) {
    TestHub t;
    hand_back(t);
    EXPECT_EQ(why(t), "");
    t.answer_next(422);
    EXPECT_EQ(why(t), "return_fails");
    EXPECT_NE(t.hub->stuck()->find(R"("last_error":"status 422","last_code":422)"),
              std::string::npos);
    EXPECT_TRUE(has_alarm(t, "diverged"));
}

TEST(Stuck, tells_of_a_return_that_is_never_confirmed_until_it_is) {
    TestHub t;
    hand_back(t);
    t.answer_next(500);
    t.clock->advance(16'000);
    t.hub->step();
    EXPECT_EQ(why(t), "return_fails");
    EXPECT_TRUE(has_alarm(t, "stuck"));
    EXPECT_EQ(support::lines_of(t.log, "warning return.stuck", "account=shop", "alarms=1",
                                "reason=status_500"),
              1U)
        << t.log;
    t.answer_next(200);
    EXPECT_EQ(t.state(), "bot");
    EXPECT_EQ(why(t), "") << "the control";
}

TEST(Stuck, says_in_each_alarm_what_the_platform_said_to_the_call_before) {
    TestHub t;
    hand_back(t);
    t.answer_next(422);  // refused for good: what follows is a call of its own
    for (int alarms = 1; alarms <= 2; ++alarms) {
        t.clock->advance(60'000);
        t.hub->step();
        EXPECT_EQ(support::lines_of(t.log, "warning return.stuck",
                                    "alarms=" + std::to_string(alarms), "reason=status_422"),
                  1U)
            << t.log;
    }
}

TEST(Stuck, tells_of_timers_and_messages_that_nobody_looks_after) {
    TestHub t;
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    t.command("reply", "dana", R"({"type":"text","text":"hi"})");
    EXPECT_EQ(why(t), "");
    t.clock->advance(61'000);
    EXPECT_EQ(why(t), "unsent");
    t.answer_next(200);
    EXPECT_EQ(why(t), "") << "the control";
    t.clock->advance(31 * 60'000);
    EXPECT_EQ(why(t), "overdue");
}

TEST(Stuck, tells_of_a_bot_that_cannot_be_silenced) {
    TestHub t(std::string(T::kFull) + R"(,"mute":"on_take")");
    t.post(T::messages(T::user_item("hi", 1, "m1"), 1));
    t.command("take", "dana");
    t.answer_next(422);
    EXPECT_EQ(t.state(), "bot");
    EXPECT_EQ(why(t), "mute_refused");
    EXPECT_NE(t.hub->stuck()->find("\"last_code\":422"), std::string::npos);
}

}  // namespace
}  // namespace lampjack::test
