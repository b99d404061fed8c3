#include "conversation/fence.h"

#include "conversation/scenes.h"

namespace lampjack::conversation {
namespace {

TEST(Fence, lets_words_leave_only_under_the_epoch_they_were_decided_under) {
    const Scene scene = agent_scene();
    for (const Action words : {Action::reply, Action::forward}) {
        EXPECT_TRUE(may_leave(scene.now, words, scene.now.epoch));
        EXPECT_FALSE(may_leave(scene.now, words, scene.now.epoch - 1));
    }
}

TEST(Fence, lets_a_request_for_a_human_leave_only_while_nobody_has_come) {
    Scene scene = requested_scene();
    EXPECT_TRUE(may_leave(scene.now, Action::request, scene.now.epoch));
    const auto epoch = scene.now.epoch;
    scene.apply(take("ana"));
    EXPECT_FALSE(may_leave(scene.now, Action::request, epoch));
    EXPECT_FALSE(may_leave(bot_scene().now, Action::request, 1));
}

TEST(Fence, lets_a_notice_outlive_a_change_of_owner) {
    Scene scene = requested_scene();
    const auto epoch = scene.now.epoch;
    scene.apply(by("", CommandKind::notify)).apply(take("ana"));
    EXPECT_TRUE(may_leave(scene.now, Action::notify, epoch));
}

TEST(Fence, lets_a_mute_leave_only_while_it_is_wanted) {
    Scene scene = requested_scene();
    EXPECT_FALSE(may_leave(scene.now, Action::mute, 1));
    scene.apply(take("ana"));
    EXPECT_TRUE(may_leave(scene.now, Action::mute, 2));
    scene.apply(supervised(take("boss")));
    EXPECT_TRUE(may_leave(scene.now, Action::mute, 2));
    scene.apply(MuteDone{});
    EXPECT_FALSE(may_leave(scene.now, Action::mute, 3));
    EXPECT_FALSE(may_leave(returning_scene().now, Action::mute, 3));
}

TEST(Fence, lets_a_return_call_leave_whenever_the_bot_is_to_speak) {
    EXPECT_TRUE(may_leave(scene_in(State::bot).now, Action::unmute, 1));
    EXPECT_TRUE(may_leave(scene_in(State::returning).now, Action::unmute, 1));
    EXPECT_TRUE(may_leave(scene_in(State::closed).now, Action::unmute, 1));
    Scene asked = scene_in(State::requested);
    asked.now.muted = Muted::no;
    EXPECT_TRUE(may_leave(asked.now, Action::unmute, 1))
        << "the request may be older than the mute";
    asked.now.muted = Muted::yes;
    EXPECT_FALSE(may_leave(asked.now, Action::unmute, 1));
    EXPECT_FALSE(may_leave(scene_in(State::agent).now, Action::unmute, 2));
}

TEST(Fence, lets_a_late_mute_hold_only_while_a_human_is_wanted_and_the_bot_is_muted) {
    Scene scene = agent_scene();
    EXPECT_TRUE(still_holds(scene.now, Action::mute)) << "it was sent, and may be carried out now";
    scene.apply(release("ana")).drained();
    EXPECT_FALSE(still_holds(scene.now, Action::mute)) << "a return follows it";
    EXPECT_FALSE(still_holds(bot_scene().now, Action::mute));
    EXPECT_FALSE(still_holds(requested_scene().now, Action::mute)) << "the bot is to speak";
}

TEST(Fence, lets_a_late_return_hold_only_while_the_bot_is_to_speak) {
    EXPECT_TRUE(still_holds(returning_scene().now, Action::unmute));
    EXPECT_TRUE(still_holds(bot_scene().now, Action::unmute));
    EXPECT_FALSE(still_holds(agent_scene().now, Action::unmute)) << "another agent has taken it";
}

TEST(Fence, lets_words_that_have_left_stay_said) {
    for (const Action words : {Action::reply, Action::forward, Action::notify})
        EXPECT_TRUE(still_holds(bot_scene().now, words));
    EXPECT_TRUE(still_holds(requested_scene().now, Action::request));
    EXPECT_FALSE(still_holds(bot_scene().now, Action::request));
}

}  // namespace
}  // namespace lampjack::conversation
