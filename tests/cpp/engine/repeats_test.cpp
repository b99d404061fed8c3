// A platform asks again because it never got our answer: the answer is the same, and what has changed meanwhile still holds.

#include "test_hub.h"

namespace lampjack::test {
namespace {

using T = TestHub;

/// An offload that was accepted and muted the bot, and a conversation that has gone back to it.
std::string return_to_bot(TestHub& t, const std::string& offload) {
    const auto answer = t.post(offload, T::accept(true));
    t.command("take", "dana");
    t.command("release", "dana");
    t.answer_next(200);
    t.post(T::messages(T::bot_item("I am back", 9), 9));
    return answer.body;
}

TEST(Repeats, an_answer_that_silences_a_bot_which_is_to_speak_is_followed_by_a_call_that_wakes_it) {
    TestHub t;
    const std::string offload = T::offload("", 1);
    const std::string answer = return_to_bot(t, offload);
    ASSERT_EQ(t.state(), "bot");
    const auto calls = t.http->calls().size();
    EXPECT_EQ(t.post(offload, T::accept(true)).body, answer);
    t.answer_next(200);
    ASSERT_EQ(t.http->calls().size(), calls + 1);
    EXPECT_EQ(t.http->calls().back().request.body, R"({"resume":true})");
    EXPECT_EQ(t.state(), "bot");
}

TEST(Repeats, an_answer_that_silences_nobody_is_followed_by_nothing) {
    TestHub t;
    const std::string offload = T::offload("", 1);
    t.post(offload, T::accept(false));
    t.command("take", "dana");
    t.answer_next(200);  // the mute
    t.command("release", "dana");
    t.answer_next(200);
    t.post(T::messages(T::bot_item("I am back", 9), 9));
    const auto calls = t.http->calls().size();
    t.post(offload, T::accept(false));
    t.hub->step();
    EXPECT_EQ(t.http->calls().size(), calls);
}

TEST(Repeats, an_answer_that_silences_a_bot_while_a_human_speaks_is_followed_by_nothing) {
    TestHub t;
    const std::string offload = T::offload("", 1);
    t.post(offload, T::accept(true));
    t.command("take", "dana");
    t.post(offload, T::accept(true));
    t.hub->step();
    EXPECT_TRUE(t.http->calls().empty());
    EXPECT_EQ(t.state(), "agent");
}

TEST(Repeats, a_transcript_that_has_grown_is_merged_although_the_answer_is_an_old_one) {
    TestHub t;
    const auto first = t.post(T::offload(T::user_item("one", 1, "m1"), 3), T::accept(true));
    const auto before = t.events();
    const auto second =
        t.post(T::offload(T::user_item("one", 1, "m1") + "," + T::user_item("two", 2, "m2"), 3),
               T::accept(true));
    EXPECT_EQ(second.body, first.body);
    EXPECT_EQ(t.events(), before + 1);
    t.post(T::offload(T::user_item("one", 1, "m1") + "," + T::user_item("two", 2, "m2"), 3),
           T::accept(true));
    EXPECT_EQ(t.events(), before + 1) << "and only once";
}

}  // namespace
}  // namespace lampjack::test
