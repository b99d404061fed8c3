// The transitions T1 to T19, one by one.

#include "conversation/transition.h"

#include "conversation/fence.h"
#include "conversation/scenes.h"

namespace lampjack::conversation {
namespace {

TEST(T1, opens_an_unseen_conversation_with_epoch_1_and_episode_0) {
    Scene scene;
    EXPECT_FALSE(scene.now.seen());
    scene.apply(UserMessage{.at = 5});
    EXPECT_TRUE(scene.last.opened);
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_EQ(scene.now.epoch, 1U);
    EXPECT_EQ(scene.now.episode, 0U);
    EXPECT_EQ(scene.now.version, 1U);
    EXPECT_EQ(scene.last.effects.to, To::bot);
    EXPECT_TRUE(scene.runs(TimerKind::idle_bot));
    EXPECT_FALSE(scene.last.effects.fence_below.has_value());
}

TEST(T1, opens_with_whatever_comes_first_and_then_applies_it) {
    Scene scene;
    scene.apply(wanted());
    EXPECT_TRUE(scene.last.opened);
    EXPECT_EQ(scene.now.state, State::requested);
    EXPECT_EQ(scene.now.epoch, 1U);
    EXPECT_EQ(scene.now.episode, 1U);
}

TEST(T1, does_not_open_for_a_command_that_is_refused) {
    Scene scene;
    scene.apply(release("ana"));
    EXPECT_EQ(scene.refused(), Code::not_owner);
    EXPECT_EQ(scene.now, Conversation{});
}

TEST(T2, an_accepted_request_waits_for_a_human_while_the_bot_still_owns_it) {
    Scene scene = bot_scene();
    scene.apply(wanted());
    EXPECT_EQ(scene.last.rule, "T2");
    EXPECT_EQ(scene.now.state, State::requested);
    EXPECT_EQ(scene.now.episode, 1U);
    EXPECT_EQ(scene.now.epoch, 1U);
    EXPECT_EQ(owner_of(scene.now).kind, Owner::bot);
    EXPECT_EQ(scene.last.effects.to, To::desk);
    EXPECT_EQ(scene.last.effects.answer, (Answer{.accepted = true, .muted = false}));
    EXPECT_EQ(scene.now.timer(TimerKind::accept)->due, scene.clock + 180 * kSecond);
    EXPECT_EQ(scene.now.offer->deadline, scene.clock + 180 * kSecond);
    scene.apply(UserMessage{});
    EXPECT_EQ(scene.last.effects.to, To::desk);
    EXPECT_TRUE(scene.last.effects.flags.bot_too);
}

TEST(T2, asks_the_other_side_where_we_are_the_platform_and_nobody_asked_us) {
    for (const bool asks : {true, false}) {
        Scene scene = bot_scene({.asks_by_call = asks});
        scene.apply(by("", CommandKind::request));
        EXPECT_EQ(scene.now.state, State::requested);
        EXPECT_EQ(scene.acted(Action::request), asks);
        scene.apply(by("", CommandKind::request));
        EXPECT_FALSE(scene.acted(Action::request)) << "asked already";
        EXPECT_FALSE(requested_scene({.asks_by_call = asks}).acted(Action::request));
    }
}

TEST(T2, with_pause_bot_the_answer_mutes_and_nobody_owns_the_wait) {
    Scene scene = bot_scene(muting_by_answer());
    scene.apply(wanted(true));
    EXPECT_EQ(scene.last.effects.answer, (Answer{.accepted = true, .muted = true}));
    EXPECT_EQ(scene.now.muted, Muted::yes);
    EXPECT_EQ(scene.now.sync, Sync::confirmed);
    EXPECT_TRUE(scene.last.effects.actions.empty());
    EXPECT_EQ(owner_of(scene.now).kind, Owner::nobody);
    scene.apply(UserMessage{});
    EXPECT_EQ(scene.last.effects.to, To::desk);
}

TEST(T2, mutes_by_a_call_where_the_answer_cannot) {
    Scene scene = bot_scene({.mute = MuteWhen::on_accept, .mute_by = MuteBy::call});
    scene.apply(wanted(true));
    EXPECT_TRUE(scene.acted(Action::mute));
    EXPECT_EQ(scene.now.muted, Muted::unknown);
    EXPECT_EQ(scene.now.sync, Sync::unconfirmed);
    EXPECT_TRUE(scene.runs(TimerKind::reconcile));
    EXPECT_EQ(scene.last.effects.answer, (Answer{.accepted = true, .muted = false}));
}

TEST(T2, never_mutes_an_account_that_never_mutes) {
    Scene scene = bot_scene({.mute = MuteWhen::never, .mute_by = MuteBy::answer});
    scene.apply(wanted(true));
    EXPECT_EQ(scene.now.muted, Muted::no);
    EXPECT_EQ(scene.last.effects.answer, (Answer{.accepted = true, .muted = false}));
}

TEST(T2, during_a_return_takes_the_return_call_back) {
    Scene scene = returning_scene(muting_by_answer());
    const auto epoch = scene.now.epoch;
    scene.apply(wanted(true));
    EXPECT_EQ(scene.now.state, State::requested);
    EXPECT_EQ(scene.now.epoch, epoch + 1);
    EXPECT_FALSE(may_leave(scene.now, Action::unmute, epoch));
}

TEST(T3, a_declined_request_stays_with_the_bot_and_tells_the_user) {
    Scene scene = bot_scene();
    scene.apply(unwanted());
    EXPECT_EQ(scene.last.rule, "T3");
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_EQ(scene.now.epoch, 1U);
    EXPECT_EQ(scene.last.effects.answer,
              (Answer{.accepted = false, .muted = false, .reason = Reason::no_agent}));
    EXPECT_EQ(scene.last.effects.notices.size(), 1U);
    EXPECT_EQ(scene.now.end_reason, Reason::no_agent);
}

TEST(T4, a_place_in_the_queue_is_told_at_most_twice_a_minute) {
    Scene scene = requested_scene();
    Command queue{.kind = CommandKind::queue, .position = 3};
    scene.apply(queue);
    EXPECT_EQ(scene.now.queue_position, 3);
    ASSERT_EQ(scene.last.effects.notices.size(), 1U);
    EXPECT_EQ(scene.last.effects.notices[0].position, 3);
    queue.position = 2;
    scene.later(29 * kSecond).apply(queue);
    EXPECT_EQ(scene.now.queue_position, 2);
    EXPECT_TRUE(scene.last.effects.notices.empty());
    scene.later(kSecond).apply(queue);
    EXPECT_EQ(scene.last.effects.notices.size(), 1U);
}

TEST(T5, a_take_raises_the_epoch_mutes_the_bot_and_starts_the_lease) {
    Scene scene = requested_scene();
    scene.apply(take("ana"));
    EXPECT_EQ(scene.last.rule, "T5");
    EXPECT_EQ(scene.now.state, State::agent);
    EXPECT_EQ(scene.now.agent, "ana");
    EXPECT_EQ(scene.now.epoch, 2U);
    EXPECT_EQ(scene.now.episode, 1U);
    EXPECT_EQ(scene.last.effects.actions, std::vector{Action::mute});
    EXPECT_EQ(scene.last.effects.fence_below, 2U);
    EXPECT_TRUE(scene.told(FactKind::owner_changed, Reason::accepted));
    EXPECT_TRUE(scene.runs(TimerKind::first));
    EXPECT_TRUE(scene.runs(TimerKind::idle_agent));
    EXPECT_TRUE(scene.runs(TimerKind::idle_user));
    EXPECT_FALSE(scene.runs(TimerKind::accept));
    EXPECT_FALSE(scene.now.offer.has_value());
}

TEST(T5, orders_no_mute_when_the_answer_has_muted_already) {
    Scene scene = requested_scene(muting_by_answer(), true);
    scene.apply(take("ana"));
    EXPECT_TRUE(scene.last.effects.actions.empty());
    EXPECT_EQ(scene.now.muted, Muted::yes);
}

TEST(T5, a_gate_mutes_without_a_call) {
    Scene scene = requested_scene(muting_by_gate());
    scene.apply(take("ana"));
    EXPECT_TRUE(scene.last.effects.actions.empty());
    EXPECT_EQ(scene.now.muted, Muted::yes);
    EXPECT_EQ(scene.now.sync, Sync::confirmed);
}

TEST(T6, a_reply_without_a_take_takes_and_leaves_behind_the_mute) {
    Scene scene = requested_scene();
    scene.apply(reply("ana"));
    EXPECT_EQ(scene.last.rule, "T6");
    EXPECT_EQ(scene.now.agent, "ana");
    EXPECT_EQ(scene.last.effects.actions, (std::vector{Action::mute, Action::reply}));
    EXPECT_FALSE(scene.runs(TimerKind::first));
    EXPECT_TRUE(may_leave(scene.now, Action::reply, scene.now.epoch));
}

TEST(T6, can_be_switched_off) {
    Scene scene = requested_scene({.message_takes = false});
    scene.apply(reply("ana"));
    EXPECT_EQ(scene.refused(), Code::not_owner);
    scene.apply(AgentMessage{.agent = "ana"});
    EXPECT_EQ(scene.now.state, State::requested);
}

TEST(T6, an_agents_message_from_elsewhere_takes_too) {
    Scene scene = requested_scene();
    scene.apply(AgentMessage{.agent = "ana"});
    EXPECT_EQ(scene.last.rule, "T6");
    EXPECT_EQ(scene.now.agent, "ana");
    EXPECT_EQ(scene.last.effects.actions, std::vector{Action::mute});
    EXPECT_FALSE(scene.runs(TimerKind::first));
}

TEST(T7, a_decline_that_names_another_target_replaces_the_offer) {
    Scene scene = bot_scene();
    HandoverRequested request = wanted();
    request.target = agent_target("ana");
    scene.apply(request).later(kMinute);
    Command decline = by("ana", CommandKind::decline);
    decline.target = agent_target("bo");
    scene.apply(decline);
    EXPECT_EQ(scene.last.rule, "T7");
    EXPECT_EQ(scene.now.offer->target, agent_target("bo"));
    EXPECT_EQ(scene.now.offer->deadline, scene.clock + 180 * kSecond);
    scene.apply(take("ana"));
    EXPECT_EQ(scene.refused(), Code::not_owner);
    scene.apply(take("bo"));
    EXPECT_EQ(scene.now.agent, "bo");
}

TEST(T8, an_unanswered_request_goes_back_to_the_bot_and_tells_the_user) {
    Scene scene = requested_scene();
    scene.fire(TimerKind::accept);
    EXPECT_EQ(scene.last.rule, "T8");
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_EQ(scene.now.epoch, 1U);
    EXPECT_EQ(scene.now.end_reason, Reason::accept_timeout);
    EXPECT_TRUE(scene.told(FactKind::handover_ended, Reason::accept_timeout));
    EXPECT_EQ(scene.last.effects.notices.size(), 1U);
    EXPECT_TRUE(scene.last.effects.actions.empty());
}

TEST(T8, of_a_muted_request_unmutes_and_raises_the_epoch) {
    const Command cancel{.kind = CommandKind::cancel, .by = By::user};
    const Command decline{.kind = CommandKind::decline};
    for (const Command& command : {cancel, decline}) {
        Scene scene = requested_scene(muting_by_answer(), true);
        scene.apply(command);
        EXPECT_EQ(scene.last.rule, "T8");
        EXPECT_EQ(scene.now.state, State::returning);
        EXPECT_EQ(scene.now.epoch, 2U);
        EXPECT_EQ(scene.last.effects.actions, std::vector{Action::unmute});
        scene.apply(ReturnDone{});
        EXPECT_EQ(scene.now.state, State::bot);
        EXPECT_EQ(scene.now.muted, Muted::no);
        EXPECT_EQ(scene.now.epoch, 2U);
    }
}

TEST(T8, tells_who_no_longer_wants_it) {
    const std::pair<By, Reason> reasons[] = {{By::user, Reason::user_cancelled},
                                             {By::bot, Reason::bot_withdrew},
                                             {By::desk, Reason::desk_error}};
    for (const auto& [who, reason] : reasons) {
        Scene scene = requested_scene();
        scene.apply(Command{.kind = CommandKind::cancel, .by = who});
        EXPECT_EQ(scene.now.end_reason, reason);
    }
}

TEST(T8, ends_a_request_without_t_accept_when_the_user_falls_silent) {
    Scene scene = requested_scene({.accept = 0});
    EXPECT_FALSE(scene.runs(TimerKind::accept));
    EXPECT_EQ(scene.now.offer->deadline, 0);
    scene.fire(TimerKind::idle_user);
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_EQ(scene.now.end_reason, Reason::idle_user);
}

TEST(T8, becomes_a_close_where_the_account_says_so) {
    Policy policy = muting_by_answer();
    policy.on_accept_timeout = OnTimeout::close;
    Scene scene = requested_scene(policy, true);
    scene.fire(TimerKind::accept);
    EXPECT_EQ(scene.last.rule, "T15");
    EXPECT_EQ(scene.now.state, State::returning);
    scene.apply(ReturnDone{});
    EXPECT_EQ(scene.now.state, State::closed);
}

TEST(T9, an_agent_takes_without_a_request) {
    Scene scene = bot_scene();
    scene.apply(take("ana"));
    EXPECT_EQ(scene.last.rule, "T9");
    EXPECT_EQ(scene.now.agent, "ana");
    EXPECT_EQ(scene.now.epoch, 2U);
    EXPECT_EQ(scene.now.episode, 1U);
    EXPECT_TRUE(scene.told(FactKind::owner_changed, Reason::taken));
}

TEST(T9, a_take_during_a_return_mutes_again_and_stops_the_return_call) {
    Scene scene = returning_scene();
    const auto epoch = scene.now.epoch;
    scene.apply(take("bo"));
    EXPECT_EQ(scene.now.state, State::agent);
    EXPECT_EQ(scene.now.epoch, epoch + 1);
    EXPECT_EQ(scene.last.effects.actions, std::vector{Action::mute});
    EXPECT_FALSE(may_leave(scene.now, Action::unmute, epoch));
    EXPECT_TRUE(may_leave(scene.now, Action::mute, epoch + 1));
}

TEST(T10, a_pass_drains_then_the_new_owner_has_it) {
    Scene scene = agent_scene();
    scene.apply(pass("ana", agent_target("bo")));
    EXPECT_EQ(scene.now.agent, "ana");
    EXPECT_EQ(scene.now.epoch, 2U);
    EXPECT_TRUE(scene.last.effects.drain);
    scene.drained();
    EXPECT_EQ(scene.last.rule, "T10");
    EXPECT_EQ(scene.now.state, State::agent);
    EXPECT_EQ(scene.now.agent, "bo");
    EXPECT_EQ(scene.now.epoch, 3U);
    EXPECT_EQ(scene.now.muted, Muted::yes);
    EXPECT_TRUE(scene.last.effects.actions.empty());
    EXPECT_TRUE(scene.runs(TimerKind::first));
    EXPECT_FALSE(scene.last.effects.fence_below.has_value());
}

TEST(T10, a_pass_to_a_team_waits_for_whoever_accepts_with_the_bot_still_muted) {
    Scene scene = agent_scene();
    scene.apply(pass("ana", team_target("billing"))).drained();
    EXPECT_EQ(scene.now.state, State::requested);
    EXPECT_EQ(scene.now.offer->target, team_target("billing"));
    EXPECT_EQ(scene.now.muted, Muted::yes);
    EXPECT_TRUE(scene.runs(TimerKind::accept));
    scene.apply(take("bo"));
    EXPECT_EQ(scene.now.agent, "bo");
}

TEST(T11, a_release_drains_then_the_return_call_goes_and_the_epoch_rises) {
    Scene scene = agent_scene();
    scene.apply(release("ana"));
    EXPECT_EQ(scene.now.state, State::agent);
    EXPECT_EQ(scene.now.epoch, 2U);
    EXPECT_TRUE(scene.last.effects.drain);
    EXPECT_TRUE(scene.last.effects.actions.empty());
    EXPECT_FALSE(scene.last.effects.fence_below.has_value());
    EXPECT_TRUE(may_leave(scene.now, Action::reply, 2));
    scene.drained();
    EXPECT_EQ(scene.last.rule, "T11");
    EXPECT_EQ(scene.now.state, State::returning);
    EXPECT_EQ(scene.now.epoch, 3U);
    EXPECT_EQ(scene.last.effects.actions, std::vector{Action::unmute});
    EXPECT_TRUE(scene.runs(TimerKind::return_check));
    EXPECT_TRUE(scene.told(FactKind::owner_changed, Reason::released));
}

TEST(T11, while_the_owner_leaves_new_commands_are_refused_and_user_messages_are_not) {
    Scene scene = agent_scene();
    scene.apply(release("ana"));
    for (const auto kind :
         {CommandKind::reply, CommandKind::notify, CommandKind::pass, CommandKind::extend,
          CommandKind::close, CommandKind::request, CommandKind::decline, CommandKind::cancel}) {
        scene.apply(by("ana", kind));
        EXPECT_EQ(scene.refused(), Code::not_owner) << name_of(kind);
    }
    scene.apply(take("bo"));
    EXPECT_EQ(scene.refused(), Code::not_owner);
    scene.apply(UserMessage{});
    EXPECT_EQ(scene.last.effects.to, To::desk);
}

TEST(T11, a_release_of_a_bot_that_was_never_muted_needs_no_call) {
    Scene scene = agent_scene({.mute = MuteWhen::never});
    scene.apply(release("ana")).drained();
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_EQ(scene.now.epoch, 3U);
    EXPECT_TRUE(scene.last.effects.actions.empty());
}

TEST(T11, a_release_behind_a_gate_is_back_at_once) {
    Scene scene = agent_scene(muting_by_gate());
    scene.apply(release("ana")).drained();
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_EQ(scene.now.muted, Muted::no);
    EXPECT_EQ(scene.now.sync, Sync::confirmed);
}

TEST(T11, by_force_does_not_wait_for_what_was_accepted) {
    Scene scene = agent_scene();
    scene.apply(forced(release("ana")));
    EXPECT_EQ(scene.now.state, State::returning);
    EXPECT_EQ(scene.last.effects.fence_below, 3U);
    EXPECT_FALSE(may_leave(scene.now, Action::reply, 2));
}

TEST(T11, the_platform_may_say_that_its_bot_is_in_charge_again) {
    Scene scene = agent_scene();
    scene.apply(HandoverToBot{});
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_EQ(scene.now.end_reason, Reason::platform);
    EXPECT_EQ(scene.last.effects.fence_below, 3U);
    EXPECT_TRUE(scene.last.effects.actions.empty());
}

TEST(T11, a_mute_that_takes_effect_when_nobody_wants_it_is_undone) {
    for (const State state : {State::bot, State::closed}) {
        Scene scene = scene_in(state);
        scene.apply(MuteDone{});
        EXPECT_EQ(scene.now.state, State::returning);
        EXPECT_TRUE(scene.acted(Action::unmute));
        scene.apply(ReturnDone{});
        EXPECT_EQ(scene.now.state, state);
    }
}

TEST(T12, without_confirmation_the_call_is_enough_and_the_bots_next_message_proves_it) {
    Scene scene = returning_scene();
    scene.apply(ReturnDone{});
    EXPECT_EQ(scene.last.rule, "T12");
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_EQ(scene.now.epoch, 3U);
    EXPECT_EQ(scene.now.sync, Sync::unconfirmed);
    scene.apply(BotMessage{});
    EXPECT_EQ(scene.now.sync, Sync::confirmed);
}

TEST(T12, with_confirmation_the_call_alone_is_not_enough) {
    Policy policy;
    policy.return_is_confirmed = true;
    const Input proofs[] = {ReturnConfirmed{}, HandoverToBot{}, BotMessage{}};
    for (const Input& proof : proofs) {
        Scene scene = returning_scene(policy);
        scene.apply(ReturnDone{});
        EXPECT_EQ(scene.now.state, State::returning);
        scene.apply(proof);
        EXPECT_EQ(scene.now.state, State::bot);
        EXPECT_EQ(scene.now.sync, Sync::confirmed);
    }
}

TEST(T12, each_return_to_the_bot_is_flagged_whatever_row_it_takes) {
    const auto returned = [](Scene scene, const Input& input) {
        scene.apply(input);
        EXPECT_EQ(scene.now.state, State::bot);
        return scene.last.effects.returned;
    };
    const Command cancel{.kind = CommandKind::cancel, .by = By::user};
    Scene leaving = agent_scene(muting_by_gate());
    leaving.apply(release("ana"));
    EXPECT_FALSE(leaving.last.effects.returned) << "the owner is still there";
    EXPECT_TRUE(returned(requested_scene(), cancel));
    EXPECT_TRUE(returned(leaving, DrainDone{.epoch = leaving.now.epoch}));
    EXPECT_TRUE(returned(returning_scene(), ReturnDone{}));
    EXPECT_TRUE(returned(agent_scene(), HandoverToBot{}));
    EXPECT_FALSE(returned(closed_scene(), UserMessage{})) << "nobody had it";
    Scene idle = agent_scene(muting_by_gate());
    idle.fire(TimerKind::idle_agent);
    EXPECT_EQ(idle.last.rule, "T14");
    EXPECT_TRUE(idle.last.effects.returned);
    Scene ended = agent_scene(muting_by_gate());
    ended.apply(forced(close("ana")));
    EXPECT_FALSE(ended.last.effects.returned);
}

TEST(T12, a_stray_bot_message_does_not_keep_the_return_call_from_leaving) {
    Scene scene = returning_scene();
    const auto epoch = scene.now.epoch;
    scene.apply(BotMessage{});
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_TRUE(may_leave(scene.now, Action::unmute, epoch));
    scene.apply(ReturnFailed{});
    EXPECT_TRUE(scene.acted(Action::unmute));
}

TEST(T12, a_bot_that_stays_silent_after_a_return_is_woken_again) {
    Scene scene = returning_scene();
    scene.apply(ReturnDone{});
    EXPECT_FALSE(scene.runs(TimerKind::reconcile));
    scene.apply(UserMessage{});
    scene.fire(TimerKind::reconcile);
    EXPECT_EQ(scene.now.sync, Sync::diverged);
    EXPECT_TRUE(scene.acted(Action::unmute));
    EXPECT_TRUE(scene.alarmed(Alarm::diverged));
}

TEST(T12, a_bot_that_answers_after_a_return_is_left_alone) {
    Scene scene = returning_scene();
    scene.apply(ReturnDone{}).apply(UserMessage{}).apply(BotMessage{});
    EXPECT_FALSE(scene.runs(TimerKind::reconcile));
    EXPECT_EQ(scene.now.sync, Sync::confirmed);
}

TEST(T13, an_unconfirmed_return_alarms_at_doubling_distances_and_moves_nothing) {
    Scene scene = returning_scene();
    Millis expected = 15 * kSecond;
    for (int times = 0; times < 12; ++times) {
        EXPECT_EQ(scene.now.timer(TimerKind::return_check)->due - scene.clock, expected);
        scene.fire(TimerKind::return_check);
        EXPECT_EQ(scene.last.rule, "T13");
        EXPECT_TRUE(scene.alarmed(Alarm::stuck));
        EXPECT_EQ(scene.now.state, State::returning);
        expected = std::min(2 * expected, kHour);
    }
    EXPECT_TRUE(scene.last.effects.actions.empty());
}

TEST(T13, a_return_refused_for_good_diverges_and_is_tried_at_every_alarm) {
    Scene scene = returning_scene();
    scene.apply(ReturnFailed{.permanent = true});
    EXPECT_EQ(scene.now.state, State::returning);
    EXPECT_EQ(scene.now.sync, Sync::diverged);
    EXPECT_TRUE(scene.alarmed(Alarm::diverged));
    EXPECT_FALSE(scene.acted(Action::unmute));
    scene.fire(TimerKind::return_check);
    EXPECT_TRUE(scene.acted(Action::unmute));
    scene.apply(ReturnDone{});
    EXPECT_EQ(scene.now.state, State::bot);
}

TEST(T14, an_agent_who_never_speaks_is_warned_about_and_then_loses_the_lease) {
    Scene scene = agent_scene();
    scene.fire(TimerKind::first);
    EXPECT_EQ(scene.last.rule, "T14");
    EXPECT_TRUE(scene.alarmed(Alarm::agent_idle));
    EXPECT_EQ(scene.now.agent, "ana");
    EXPECT_FALSE(scene.runs(TimerKind::first));
    scene.fire(TimerKind::idle_agent);
    EXPECT_EQ(scene.now.state, State::returning);
    EXPECT_EQ(scene.now.end_reason, Reason::idle_agent);
    EXPECT_EQ(scene.last.effects.fence_below, 3U);
    EXPECT_TRUE(scene.acted(Action::unmute));
}

TEST(T14, warns_once_where_the_account_says_so_and_returns_the_second_time) {
    Scene scene = agent_scene({.on_idle = OnIdle::warn});
    scene.fire(TimerKind::idle_agent);
    EXPECT_EQ(scene.now.state, State::agent);
    EXPECT_TRUE(scene.now.warned);
    scene.fire(TimerKind::idle_agent);
    EXPECT_EQ(scene.now.state, State::returning);
}

TEST(T14, forgets_the_warning_when_the_agent_speaks) {
    Scene scene = agent_scene({.on_idle = OnIdle::warn});
    scene.fire(TimerKind::idle_agent).apply(reply("ana"));
    EXPECT_FALSE(scene.now.warned);
    scene.fire(TimerKind::idle_agent);
    EXPECT_EQ(scene.now.state, State::agent);
}

TEST(T14, asks_for_another_human_where_the_account_says_so) {
    Scene scene = agent_scene({.on_first = OnIdle::requeue});
    scene.fire(TimerKind::first);
    EXPECT_EQ(scene.now.state, State::requested);
    EXPECT_EQ(scene.now.muted, Muted::yes);
    EXPECT_EQ(scene.now.epoch, 3U);
    EXPECT_TRUE(scene.runs(TimerKind::accept));
    scene.apply(reply("ana"));
    EXPECT_EQ(scene.now.agent, "ana");
}

TEST(T14, any_action_of_the_agent_renews_the_lease_and_an_extension_is_capped) {
    Scene scene = agent_scene();
    scene.later(10 * kMinute).apply(reply("ana"));
    EXPECT_EQ(scene.now.timer(TimerKind::idle_agent)->due, scene.clock + 30 * kMinute);
    Command extend = by("ana", CommandKind::extend);
    extend.extend_for = 30 * kDay;
    scene.apply(extend);
    EXPECT_EQ(scene.now.timer(TimerKind::idle_agent)->due, scene.clock + 7 * kDay);
    EXPECT_EQ(scene.now.timer(TimerKind::idle_user)->due, scene.clock + 7 * kDay);
    scene.apply(reply("ana"));
    EXPECT_EQ(scene.now.timer(TimerKind::idle_agent)->due, scene.clock + 7 * kDay);
}

TEST(T14, the_lease_ends_a_drain_that_never_ends) {
    Scene scene = agent_scene({.on_idle = OnIdle::warn});
    scene.apply(pass("ana", agent_target("bo")));
    scene.fire(TimerKind::idle_agent);
    EXPECT_EQ(scene.last.rule, "T10");
    EXPECT_EQ(scene.now.agent, "bo");
    EXPECT_EQ(scene.last.effects.fence_below, 3U);
}

TEST(T15, a_close_drains_goes_through_returning_and_ends) {
    Scene scene = agent_scene();
    scene.apply(close("ana"));
    EXPECT_EQ(scene.last.rule, "T15");
    EXPECT_EQ(scene.now.state, State::agent);
    scene.drained();
    EXPECT_EQ(scene.now.state, State::returning);
    EXPECT_TRUE(scene.now.ending);
    EXPECT_EQ(scene.now.epoch, 3U);
    scene.apply(ReturnDone{});
    EXPECT_EQ(scene.now.state, State::closed);
    EXPECT_EQ(scene.now.epoch, 3U);
    EXPECT_EQ(scene.now.muted, Muted::no);
    EXPECT_EQ(scene.now.end_reason, Reason::closed);
    EXPECT_TRUE(scene.runs(TimerKind::retain));
    EXPECT_EQ(owner_of(scene.now).kind, Owner::nobody);
}

TEST(T15, the_desk_may_close_and_another_agent_may_not) {
    Scene scene = agent_scene();
    scene.apply(close("bo"));
    EXPECT_EQ(scene.refused(), Code::not_owner);
    scene.apply(close(""));
    EXPECT_TRUE(scene.now.draining.has_value());
}

TEST(T15, a_close_during_a_return_ends_after_it) {
    Scene scene = returning_scene();
    scene.apply(close("ana")).apply(ReturnDone{});
    EXPECT_EQ(scene.now.state, State::closed);
}

TEST(T15, a_silent_user_ends_the_conversation) {
    Scene scene = agent_scene();
    scene.apply(reply("ana"));
    for (int hours = 0; hours < 23; ++hours)
        scene.later(kHour).apply(by("ana", CommandKind::extend));
    scene.fire(TimerKind::idle_user);
    EXPECT_EQ(scene.now.draining->reason, Reason::idle_user);
    scene.drained().apply(ReturnDone{});
    EXPECT_EQ(scene.now.state, State::closed);
    EXPECT_EQ(scene.now.end_reason, Reason::idle_user);
}

TEST(T15, a_conversation_that_never_escalated_ends_after_30_days_without_activity) {
    Scene scene = bot_scene();
    scene.later(10 * kDay).apply(BotMessage{});
    EXPECT_TRUE(scene.last.effects.timers.empty());
    scene.fire(TimerKind::idle_bot);
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_EQ(scene.now.timer(TimerKind::idle_bot)->due, scene.now.active_at + 30 * kDay);
    scene.fire(TimerKind::idle_bot);
    EXPECT_EQ(scene.last.rule, "T15");
    EXPECT_EQ(scene.now.state, State::closed);
    EXPECT_EQ(scene.now.end_reason, Reason::idle_bot);
}

TEST(T15, a_closed_conversation_is_erased_when_its_retention_is_over) {
    Scene scene = closed_scene();
    scene.fire(TimerKind::retain);
    EXPECT_TRUE(scene.last.effects.erase);
    EXPECT_EQ(scene.now.state, State::closed);
}

TEST(T16, a_message_reopens_to_the_bot_and_never_requests) {
    const Input messages[] = {UserMessage{}, BotMessage{}, by("", CommandKind::say)};
    for (const Input& message : messages) {
        Scene scene = closed_scene({.reopen_asks_last_agent = true});
        const Conversation before = scene.now;
        scene.apply(message);
        EXPECT_EQ(scene.last.rule, "T16");
        EXPECT_EQ(scene.now.state, State::bot);
        EXPECT_EQ(scene.now.epoch, before.epoch + 1);
        EXPECT_EQ(scene.now.episode, before.episode + 1);
        EXPECT_TRUE(scene.told(FactKind::owner_changed, Reason::reopened));
    }
}

TEST(T16, a_reopen_asks_the_last_agent_where_the_account_says_so) {
    Scene scene = closed_scene({.reopen_asks_last_agent = true});
    scene.apply(by("", CommandKind::reopen));
    EXPECT_EQ(scene.now.state, State::requested);
    EXPECT_EQ(scene.now.offer->target, agent_target("ana"));
    scene.apply(take("bo"));
    EXPECT_EQ(scene.refused(), Code::not_owner);
    scene.apply(take("ana"));
    EXPECT_EQ(scene.now.agent, "ana");
}

TEST(T16, a_request_reopens_and_asks) {
    Scene scene = closed_scene();
    const Conversation before = scene.now;
    scene.apply(wanted());
    EXPECT_EQ(scene.now.state, State::requested);
    EXPECT_EQ(scene.now.epoch, before.epoch + 1);
    EXPECT_EQ(scene.now.episode, before.episode + 1);
    scene = closed_scene();
    scene.apply(unwanted());
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_FALSE(scene.last.effects.answer->accepted);
}

TEST(T17, a_take_by_the_present_owner_succeeds_and_changes_no_epoch) {
    Scene scene = agent_scene();
    const auto epoch = scene.now.epoch;
    scene.later(kMinute).apply(under(1, take("ana")));
    EXPECT_EQ(scene.last.rule, "T17");
    EXPECT_EQ(scene.refused(), Code::ok);
    EXPECT_EQ(scene.now.epoch, epoch);
    EXPECT_TRUE(scene.last.effects.actions.empty());
    EXPECT_FALSE(scene.last.effects.fence_below.has_value());
}

TEST(T17, asking_twice_to_leave_succeeds_and_drains_once) {
    Scene scene = agent_scene();
    scene.apply(release("ana"));
    const Conversation leaving = scene.now;
    scene.apply(release("ana"));
    EXPECT_EQ(scene.refused(), Code::ok);
    EXPECT_FALSE(scene.last.effects.drain);
    EXPECT_EQ(scene.now.draining, leaving.draining);
    Scene closed = closed_scene();
    closed.apply(close("ana"));
    EXPECT_EQ(closed.last.rule, "T17");
}

TEST(T18, an_unknown_event_changes_nothing_at_all) {
    for (std::size_t s = 0; s < kStateCount; ++s) {
        Scene scene = scene_in(static_cast<State>(s));
        const Conversation before = scene.now;
        scene.later(kDay).apply(UnknownEvent{});
        EXPECT_EQ(scene.last.rule, "T18");
        EXPECT_EQ(scene.now, before);
        EXPECT_EQ(scene.last.effects, Effects{});
    }
}

TEST(T19, a_mute_refused_for_good_gives_the_conversation_back_to_the_bot) {
    Scene scene = requested_scene();
    scene.apply(take("ana")).apply(MuteFailed{.permanent = true});
    EXPECT_EQ(scene.last.rule, "T19");
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_EQ(scene.now.epoch, 3U);
    EXPECT_EQ(scene.now.muted, Muted::no);
    EXPECT_TRUE(scene.told(FactKind::mute_failed, Reason::mute_failed));
    EXPECT_TRUE(scene.told(FactKind::owner_changed, Reason::mute_failed));
    EXPECT_EQ(scene.last.effects.fence_below, 3U);
    EXPECT_EQ(scene.last.effects.actions, std::vector{Action::unmute});
}

TEST(T19, is_not_sure_that_the_bot_speaks_until_it_does) {
    Scene scene = returning_scene();
    scene.apply(take("bo")).apply(MuteFailed{.permanent = true});
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_EQ(scene.now.sync, Sync::unconfirmed);
    scene.apply(ReturnFailed{.permanent = true});
    EXPECT_EQ(scene.now.sync, Sync::diverged);
    EXPECT_TRUE(scene.alarmed(Alarm::diverged));
    scene.apply(UserMessage{}).fire(TimerKind::reconcile);
    EXPECT_TRUE(scene.acted(Action::unmute));
    scene.apply(ReturnDone{}).apply(BotMessage{});
    EXPECT_EQ(scene.now.sync, Sync::confirmed);
    EXPECT_FALSE(scene.runs(TimerKind::reconcile));
}

TEST(T19, does_not_follow_from_a_failure_that_may_pass) {
    Scene scene = requested_scene();
    scene.apply(take("ana")).apply(MuteFailed{.permanent = false});
    EXPECT_EQ(scene.now.state, State::agent);
    EXPECT_TRUE(scene.acted(Action::mute));
    scene.apply(MuteDone{});
    EXPECT_EQ(scene.now.sync, Sync::confirmed);
    EXPECT_FALSE(scene.runs(TimerKind::reconcile));
}

}  // namespace
}  // namespace lampjack::conversation
