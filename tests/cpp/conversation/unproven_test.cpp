// A request that anybody may have sent: it leaves a doubt about the bot, and nothing else does.

#include "conversation/scenes.h"

namespace lampjack::conversation {
namespace {

HandoverRequested anybody_wants(bool mute) {
    return {.decision = {.accept = true, .mute = mute}, .proven = false};
}

Scene doubted_scene() {
    Scene scene = bot_scene(muting_by_answer());
    scene.apply(anybody_wants(true));
    EXPECT_EQ(scene.now.state, State::requested);
    EXPECT_EQ(scene.now.muted, Muted::no);
    EXPECT_TRUE(scene.now.doubted);
    return scene;
}

TEST(Unproven, request_is_shown_to_have_muted_by_the_silence_of_the_bot) {
    Scene scene = doubted_scene();
    EXPECT_FALSE(scene.runs(TimerKind::reconcile)) << "the user has said nothing";
    scene.apply(UserMessage{}).fire(TimerKind::reconcile);
    EXPECT_EQ(scene.now.muted, Muted::yes);
    EXPECT_FALSE(scene.now.doubted);
    EXPECT_FALSE(scene.alarmed(Alarm::diverged));
}

TEST(Unproven, request_is_shown_to_have_muted_nobody_by_a_bot_that_speaks) {
    Scene scene = doubted_scene();
    scene.apply(UserMessage{}).apply(BotMessage{});
    EXPECT_FALSE(scene.now.doubted);
    EXPECT_EQ(scene.now.sync, Sync::confirmed);
    EXPECT_FALSE(scene.runs(TimerKind::reconcile));
    EXPECT_FALSE(scene.alarmed(Alarm::talk_over));
}

TEST(Unproven, request_leaves_no_doubt_once_the_platform_asks_itself) {
    Scene scene = doubted_scene();
    scene.apply(wanted(false));
    EXPECT_FALSE(scene.now.doubted);
    EXPECT_EQ(scene.now.sync, Sync::confirmed);
    Scene muted = doubted_scene();
    muted.apply(wanted(true));
    EXPECT_FALSE(muted.now.doubted);
    EXPECT_EQ(muted.now.muted, Muted::yes);
}

TEST(Unproven, request_that_nobody_takes_is_undone) {
    Scene scene = doubted_scene();
    scene.fire(TimerKind::accept);
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_TRUE(scene.acted(Action::unmute));
    EXPECT_FALSE(scene.now.doubted);
}

TEST(Unproven, request_makes_no_call_while_the_bot_is_on_its_way_back) {
    Scene scene = returning_scene(muting_by_answer());
    scene.apply(anybody_wants(true));
    ASSERT_EQ(scene.now.state, State::requested);
    EXPECT_FALSE(scene.acted(Action::mute));
    EXPECT_EQ(scene.now.muted, Muted::no);
    EXPECT_TRUE(scene.now.doubted);
    scene.fire(TimerKind::accept);
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_TRUE(scene.acted(Action::unmute)) << "the call before may not have left";
}

TEST(Unproven, request_is_undone_without_a_call_where_the_platform_takes_it_back) {
    Scene scene = doubted_scene();
    scene.apply(HandoverToBot{});
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_EQ(scene.now.sync, Sync::confirmed);
    EXPECT_FALSE(scene.acted(Action::unmute));
}

TEST(Unproven, requests_alone_leave_such_a_doubt) {
    Scene scene = returning_scene(muting_by_answer());
    scene.apply(ReturnDone{});
    Command asks{.kind = CommandKind::request, .by = By::desk};
    asks.decision.accept = true;
    scene.apply(asks);
    ASSERT_EQ(scene.now.state, State::requested);
    ASSERT_EQ(scene.now.muted, Muted::no);
    ASSERT_EQ(scene.now.sync, Sync::unconfirmed) << "nothing has shown the return";
    EXPECT_FALSE(scene.now.doubted);
    scene.apply(UserMessage{});
    EXPECT_FALSE(scene.runs(TimerKind::reconcile));
    scene.apply(BotMessage{});
    EXPECT_EQ(scene.now.sync, Sync::unconfirmed);
    scene.fire(TimerKind::accept);
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_FALSE(scene.acted(Action::unmute));
}

}  // namespace
}  // namespace lampjack::conversation
