// Nothing that a user says is seen by nobody: what the platform has not got when an agent takes is offered to the desk, what
// a gate kept from the bot is forwarded when nobody came. On every store.
#include "channel_words.h"

namespace lampjack::test {
namespace {

class UserWords : public ChannelWords {};
LJK_ON_EVERY_STORE(UserWords);

TEST_P(UserWords, that_have_not_reached_the_platform_at_a_take_are_offered_to_the_desk_in_order) {
    open();
    const std::string one = say("one");
    EXPECT_EQ(send_all(200), Lines{"one"});
    const std::string two = say("two");
    EXPECT_EQ(send_all(503), Lines{"two"});
    const std::string three = say("three");
    EXPECT_TRUE(handed_out().empty());
    take();
    say("four");
    EXPECT_EQ(handed_out(),
              (Lines{"two desk rerouted maybe_forwarded", "three desk rerouted", "four desk"}));
    EXPECT_EQ(standing(one), "sent ");
    EXPECT_EQ(standing(two), "refused rerouted");
    EXPECT_EQ(standing(three), "refused rerouted");
    EXPECT_EQ(told(two), 1U);
    t().clock->advance(60'000);
    EXPECT_TRUE(send_all(200).empty()) << "a person reads it now";
    EXPECT_TRUE(handed_out().empty()) << "once";
}

TEST_P(UserWords, whose_call_had_begun_are_offered_too_and_its_outcome_is_recorded) {
    open();
    const std::string said = take_while_in_flight("on its way", 200);
    EXPECT_EQ(standing(said), "sent ");
}

TEST_P(UserWords, whose_call_had_begun_are_never_tried_again) {
    open();
    const std::string said = take_while_in_flight("on its way", 503);
    EXPECT_EQ(standing(said), "refused rerouted");
    t().clock->advance(60'000);
    EXPECT_TRUE(send_all(200).empty());
}

TEST_P(UserWords, that_the_platform_rejected_for_good_are_offered_and_stay_dead) {
    open();
    const std::string said = say("rejected");
    EXPECT_EQ(send_all(422), Lines{"rejected"});
    EXPECT_EQ(standing(said).substr(0, 4), "dead");
    take();
    EXPECT_EQ(handed_out(), Lines{"rejected desk rerouted maybe_forwarded"});
    EXPECT_EQ(standing(said).substr(0, 4), "dead");
    EXPECT_EQ(t().command("release", "dana").error.code, Code::ok);
    take();
    EXPECT_TRUE(handed_out().empty()) << "once, whoever takes later";
}

TEST_P(UserWords, of_several_parts_are_taken_back_together) {
    open();
    const std::string last = say(
        "part one", R"(,{"type":"text","text":"part two"},{"type":"text","text":"part three"})");
    t().hub->step();
    ASSERT_EQ(t().http->in_flight().size(), 1U);
    t().http->answer(t().http->in_flight().front(), 200, "{}");
    t().http->deliver();
    t().hub->step();  // the second part is in flight now
    take();
    EXPECT_EQ(standing(last), "refused rerouted");
    EXPECT_EQ(handed_out(), Lines{"part one desk rerouted maybe_forwarded"}) << "one item, once";
}

TEST_P(UserWords, that_both_were_to_get_come_once) {
    open();
    ASSERT_TRUE(t().hub->subscribe("bot", R"({"to":"bot","kinds":["message"]})"));
    ask(false);
    const std::string said = say("waiting");
    EXPECT_EQ(handed_out(), Lines{"waiting both"});
    EXPECT_EQ(handed_out("bot"), Lines{"waiting both"});
    take();
    EXPECT_EQ(standing(said), "refused rerouted");
    EXPECT_TRUE(handed_out().empty());
}

TEST_P(UserWords, wait_for_the_desk_alone_once_the_gate_closed_with_the_request) {
    open();
    const std::string before = say("before");
    ask(true);
    EXPECT_EQ(json::text_of(t().conversation(), "muted"), "yes");
    say("my order number is 4711");
    EXPECT_EQ(handed_out(), (Lines{"before desk rerouted", "my order number is 4711 desk"}));
    EXPECT_EQ(standing(before), "refused rerouted");
    EXPECT_TRUE(send_all(200).empty());
    take();
    EXPECT_TRUE(handed_out().empty());
}

TEST_P(UserWords, of_a_wait_that_nobody_answers_are_forwarded_in_order) {
    open();
    say("before");
    ask(true);
    say("wait 1");
    say("wait 2");
    t().clock->advance(200'000);
    t().hub->step();  // T_accept
    EXPECT_EQ(send_all(200), (Lines{"before", "wait 1", "wait 2"}));
    EXPECT_EQ(t().state(), "bot");
    say("after");
    EXPECT_EQ(send_all(200), Lines{"after"});
}

TEST_P(UserWords, that_a_later_gate_kept_from_the_bot_are_forwarded_when_nobody_came) {
    open();
    ask(false);
    say("the bot has had it");
    EXPECT_EQ(send_all(200), Lines{"the bot has had it"});
    const std::string said = say("for both");
    t().clock->advance(1000);
    ask(true);
    EXPECT_EQ(standing(said), "refused rerouted");
    EXPECT_TRUE(send_all(200).empty());
    t().clock->advance(200'000);
    t().hub->step();  // T_accept
    EXPECT_EQ(send_all(200), Lines{"for both"});
    EXPECT_EQ(t().state(), "bot");
}

TEST_P(UserWords, of_a_wait_stay_with_the_desk_where_nothing_is_replayed) {
    open(R"(,"replay":"none")");
    ask(true);
    say("wait 1");
    t().clock->advance(200'000);
    t().hub->step();  // T_accept
    EXPECT_TRUE(send_all(200).empty());
    EXPECT_EQ(t().state(), "bot");
    EXPECT_EQ(handed_out(), Lines{"wait 1 desk"});
}

TEST_P(UserWords, that_both_had_are_not_replayed_at_the_return) {
    open(R"(,"replay":"last")");
    ask(false);
    say("for both");
    EXPECT_EQ(send_all(200), Lines{"for both"});
    take();
    EXPECT_EQ(t().command("release", "dana").error.code, Code::ok);
    EXPECT_EQ(t().state(), "bot");
    EXPECT_TRUE(send_all(200).empty()) << "the bot has had it";
    take();
    say("for dana");
    EXPECT_EQ(t().command("release", "dana").error.code, Code::ok);
    EXPECT_EQ(send_all(200), Lines{"for dana"}) << "the control";
}

TEST_P(UserWords, for_both_that_were_taken_back_are_replayed_at_the_return) {
    open(R"(,"replay":"last")");
    ask(false);
    const std::string said = say("for both");
    take();
    EXPECT_EQ(standing(said), "refused rerouted");
    EXPECT_EQ(t().command("release", "dana").error.code, Code::ok);
    EXPECT_EQ(send_all(200), Lines{"for both"}) << "the bot has not had it";
}

TEST_P(UserWords, that_wait_for_the_bot_still_leave_when_the_conversation_is_closed) {
    open();
    const std::string said = say("goodbye");
    EXPECT_EQ(send_all(503), Lines{"goodbye"});
    EXPECT_EQ(t().command("close", "").error.code, Code::ok);
    EXPECT_EQ(t().state(), "closed");
    t().clock->advance(60'000);
    EXPECT_EQ(send_all(200), Lines{"goodbye"});
    EXPECT_EQ(standing(said), "sent ");
}

TEST_P(UserWords, in_flight_while_the_conversation_is_closed_are_tried_again) {
    open();
    const std::string said = say("goodbye");
    t().hub->step();
    ASSERT_EQ(t().http->in_flight().size(), 1U);
    EXPECT_EQ(t().command("close", "").error.code, Code::ok);
    t().http->answer(t().http->in_flight().front(), 503, "{}");
    t().http->deliver();
    t().hub->step();
    t().clock->advance(60'000);
    EXPECT_EQ(send_all(200), Lines{"goodbye"});
    EXPECT_EQ(standing(said), "sent ");
}

TEST_P(UserWords, and_the_bots_in_a_wait_reach_a_desk_that_asks_for_both) {
    open();
    ASSERT_TRUE(
        t().hub->subscribe("eager", R"({"to":"desk","kinds":["message"],"include_bot":true})"));
    bot_says("m-1");
    ask(false);
    bot_says("m-2");
    EXPECT_TRUE(handed_out().empty());
    EXPECT_EQ(handed_out("eager"), Lines{"hm nobody bot_line"});
}

TEST_P(UserWords, are_kept_by_a_gate_that_orders_no_call_when_the_bot_talks_on) {
    open();
    ask(true);
    for (int i = 0; i < 6; ++i) bot_says("m-" + std::to_string(i));
    EXPECT_TRUE(send_all(200).empty());
    EXPECT_EQ(json::text_of(t().conversation(), "muted"), "yes");
    say("still waiting");
    EXPECT_EQ(handed_out(), Lines{"still waiting desk"});
    EXPECT_EQ(*t().hub->dead_letters(10), "[]");
}

TEST(Filters, know_no_both_and_ask_for_the_bots_lines_with_the_desk_only) {
    TestHub t(kChannelLine);
    for (const char* filter :
         {R"({"to":"both"})", R"({"include_bot":true})", R"({"to":"bot","include_bot":true})",
          R"({"to":"desk","include_bot":1})"}) {
        const auto done = t.hub->subscribe("s", filter);
        ASSERT_FALSE(done) << filter;
        EXPECT_EQ(done.error().code, Code::argument) << done.error().message;
    }
}

}  // namespace
}  // namespace lampjack::test
