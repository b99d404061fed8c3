// The rules for conflicts and races, R2 to R14.

#include "conversation/transition.h"

#include "conversation/scenes.h"

namespace lampjack::conversation {
namespace {

CommandSet commands(std::initializer_list<CommandKind> kinds) {
    CommandSet set;
    for (const CommandKind kind : kinds) set.set(static_cast<std::size_t>(kind));
    return set;
}

TEST(R2, a_command_of_an_old_epoch_is_refused_with_the_owner_and_the_epoch_of_now) {
    for (const auto kind : {CommandKind::reply, CommandKind::notify, CommandKind::release,
                            CommandKind::pass, CommandKind::extend, CommandKind::close}) {
        Scene scene = agent_scene();
        const Conversation before = scene.now;
        scene.apply(under(1, by("ana", kind)));
        ASSERT_EQ(scene.refused(), Code::stale_owner) << name_of(kind);
        EXPECT_EQ(scene.last.refusal->owner, (OwnerRef{.kind = Owner::agent, .agent = "ana"}));
        EXPECT_EQ(scene.last.refusal->epoch, 2U);
        EXPECT_EQ(scene.now, before);
        EXPECT_EQ(scene.last.effects, Effects{});
        scene.apply(under(2, by("ana", kind)));
        EXPECT_EQ(scene.refused(), Code::ok) << name_of(kind);
    }
}

TEST(R2, a_command_without_an_epoch_is_bound_to_now) {
    Scene scene = agent_scene();
    scene.apply(reply("ana"));
    EXPECT_EQ(scene.refused(), Code::ok);
}

TEST(R2, a_supervisor_may_send_back_what_changed_hands_meanwhile) {
    Scene scene = agent_scene();
    scene.apply(supervised(under(1, release("boss"))));
    EXPECT_EQ(scene.refused(), Code::ok);
    EXPECT_TRUE(scene.now.draining.has_value());
}

TEST(R3, the_first_accept_wins_and_the_second_is_told_who_has_it) {
    Scene scene = requested_scene();
    scene.apply(under(1, take("ana"))).apply(under(1, take("bo")));
    EXPECT_EQ(scene.last.rule, "R3");
    EXPECT_EQ(scene.refused(), Code::not_owner);
    EXPECT_EQ(scene.last.refusal->owner.agent, "ana");
    EXPECT_EQ(scene.last.refusal->epoch, 2U);
    scene.apply(take("ana"));
    EXPECT_EQ(scene.refused(), Code::ok);
}

TEST(R3, a_reply_of_another_agent_is_refused_and_says_what_is_allowed) {
    Scene scene = agent_scene();
    scene.apply(reply("bo"));
    EXPECT_EQ(scene.refused(), Code::not_owner);
    EXPECT_EQ(scene.last.refusal->allowed, commands({CommandKind::notify, CommandKind::say}));
    EXPECT_EQ(scene.last.refusal->why, "the agent does not own the conversation");
}

TEST(R3, a_refusal_as_unsupported_says_what_is_allowed) {
    Scene scene = closed_scene();
    scene.apply(reply("ana"));
    EXPECT_EQ(scene.refused(), Code::unsupported);
    EXPECT_EQ(scene.last.refusal->allowed, commands({CommandKind::say, CommandKind::close,
                                                     CommandKind::reopen, CommandKind::request}));
}

TEST(R4, a_supervisor_beats_an_agent_and_the_agents_pending_replies) {
    Scene scene = agent_scene();
    scene.apply(supervised(take("boss")));
    EXPECT_EQ(scene.last.rule, "T9");
    EXPECT_EQ(scene.now.agent, "boss");
    EXPECT_EQ(scene.now.epoch, 3U);
    EXPECT_EQ(scene.last.effects.fence_below, 3U);
    EXPECT_TRUE(scene.told(FactKind::owner_changed, Reason::taken));
    EXPECT_TRUE(scene.last.effects.actions.empty());
}

TEST(R4, force_beats_an_owner_who_is_leaving) {
    Scene scene = agent_scene();
    scene.apply(release("ana")).apply(forced(take("bo")));
    EXPECT_EQ(scene.now.agent, "bo");
    EXPECT_FALSE(scene.now.draining.has_value());
    scene.apply(DrainDone{.epoch = 2});
    EXPECT_EQ(scene.now.agent, "bo");
}

TEST(R4, a_users_cancel_beats_a_request_but_not_an_agent) {
    const Command cancel{.kind = CommandKind::cancel, .by = By::user};
    Scene waiting = requested_scene();
    waiting.apply(cancel);
    EXPECT_EQ(waiting.now.state, State::bot);
    Scene owned = agent_scene();
    owned.apply(cancel);
    EXPECT_EQ(owned.refused(), Code::unsupported);
    EXPECT_EQ(owned.now.agent, "ana");
}

TEST(R5, the_platform_is_believed_when_it_says_that_a_human_has_it) {
    for (const State state : {State::bot, State::requested, State::returning}) {
        Scene scene = scene_in(state);
        scene.apply(HandoverToAgent{.agent = "bo"});
        EXPECT_EQ(scene.now.state, State::agent) << name_of(state);
        EXPECT_EQ(scene.now.agent, "bo");
        EXPECT_EQ(scene.now.muted, Muted::yes);
        EXPECT_EQ(scene.now.sync, Sync::confirmed);
        EXPECT_TRUE(scene.last.effects.actions.empty());
    }
}

TEST(R5, the_platforms_word_for_the_bot_is_not_believed_while_a_mute_is_on_its_way) {
    Scene scene = requested_scene();
    scene.apply(take("ana")).apply(HandoverToBot{});
    EXPECT_EQ(scene.now.state, State::agent);
    EXPECT_EQ(scene.now.agent, "ana");
}

TEST(R5, an_echo_of_our_own_mute_during_a_return_takes_nothing_back) {
    Scene scene = returning_scene();
    scene.apply(HandoverToAgent{});
    EXPECT_EQ(scene.now.state, State::returning);
    EXPECT_FALSE(scene.acted(Action::unmute));
}

TEST(R14, a_platform_that_mutes_its_bot_after_the_return_call_gets_another_one) {
    Scene scene = returning_scene({.return_is_confirmed = true});
    scene.apply(ReturnDone{}).apply(HandoverToAgent{});
    EXPECT_EQ(scene.now.state, State::returning);
    EXPECT_TRUE(scene.acted(Action::unmute));
}

TEST(R5, silence_is_bounded_by_the_lease_whatever_the_account_says) {
    Scene scene = agent_scene({.first = 0, .idle_agent = 0, .idle_user = 0});
    EXPECT_EQ(scene.now.timer(TimerKind::idle_agent)->due, scene.clock + 30 * kMinute);
}

TEST(R6, an_accept_after_the_timeout_becomes_a_take) {
    Scene scene = requested_scene();
    scene.fire(TimerKind::accept).apply(under(1, take("ana")));
    EXPECT_EQ(scene.last.rule, "T9");
    EXPECT_EQ(scene.now.agent, "ana");
}

TEST(R6, an_accept_after_the_timeout_is_refused_where_only_supervisors_take) {
    Scene scene = requested_scene({.agents_may_take = false});
    scene.fire(TimerKind::accept).apply(take("ana"));
    EXPECT_EQ(scene.last.rule, "R6");
    EXPECT_EQ(scene.refused(), Code::not_owner);
    EXPECT_EQ(scene.last.refusal->owner.kind, Owner::bot);
    scene.apply(supervised(take("boss")));
    EXPECT_EQ(scene.now.agent, "boss");
}

TEST(R6, a_timeout_after_the_accept_does_nothing) {
    Scene scene = requested_scene();
    const Timer timer = *scene.now.timer(TimerKind::accept);
    scene.apply(take("ana")).later(kHour);
    const Conversation before = scene.now;
    scene.apply(
        TimerFired{.kind = TimerKind::accept, .episode = timer.episode, .epoch = timer.epoch});
    EXPECT_EQ(scene.now, before);
}

TEST(R7, a_bot_message_while_an_agent_owns_is_flagged_and_for_nobody) {
    Scene scene = agent_scene();
    scene.apply(BotMessage{});
    EXPECT_TRUE(scene.last.effects.flags.talk_over);
    EXPECT_EQ(scene.last.effects.to, To::nobody);
    EXPECT_TRUE(scene.alarmed(Alarm::talk_over));
    EXPECT_EQ(scene.now.talk_overs, 1U);
    EXPECT_EQ(scene.now.agent, "ana");
}

TEST(R7, a_bot_message_in_a_muted_wait_is_flagged_and_in_an_unmuted_one_is_not) {
    Scene muted = requested_scene(muting_by_answer(), true);
    muted.apply(BotMessage{});
    EXPECT_TRUE(muted.last.effects.flags.talk_over);
    Scene unmuted = requested_scene();
    unmuted.apply(BotMessage{});
    EXPECT_FALSE(unmuted.last.effects.flags.talk_over);
}

TEST(R7, a_bot_that_goes_on_talking_is_muted_again_and_diverged) {
    Scene scene = agent_scene();
    for (int message = 0; message < 3; ++message) {
        scene.apply(BotMessage{});
        EXPECT_FALSE(scene.acted(Action::mute));
    }
    scene.apply(BotMessage{});
    EXPECT_EQ(scene.now.sync, Sync::diverged);
    EXPECT_TRUE(scene.acted(Action::mute));
    EXPECT_TRUE(scene.last.effects.flags.talk_over);
    EXPECT_TRUE(scene.alarmed(Alarm::diverged));
    scene.apply(MuteDone{});
    EXPECT_EQ(scene.now.sync, Sync::confirmed);
}

TEST(R10, what_is_older_than_what_was_handled_is_late_and_moves_nothing) {
    Scene scene = closed_scene();
    scene.apply(UserMessage{.at = 1000}).apply(close(""));
    ASSERT_EQ(scene.now.state, State::closed);
    scene.apply(UserMessage{.at = 999});
    EXPECT_EQ(scene.last.rule, "R10");
    EXPECT_TRUE(scene.last.effects.flags.late);
    EXPECT_EQ(scene.now.state, State::closed);
    EXPECT_EQ(scene.last.effects.to, To::nobody);
    scene.apply(UserMessage{.at = 1000});
    EXPECT_EQ(scene.now.state, State::bot);
}

TEST(R10, a_late_user_message_still_reaches_the_owner) {
    Scene scene = agent_scene();
    scene.apply(UserMessage{.at = 1000}).apply(UserMessage{.at = 900});
    EXPECT_TRUE(scene.last.effects.flags.late);
    EXPECT_EQ(scene.last.effects.to, To::desk);
}

TEST(R10, a_late_bot_message_confirms_no_return) {
    Scene scene = agent_scene();
    scene.apply(UserMessage{.at = 1000}).apply(release("ana")).drained();
    scene.apply(BotMessage{.at = 999});
    EXPECT_TRUE(scene.last.effects.flags.late);
    EXPECT_EQ(scene.now.state, State::returning);
    scene.apply(BotMessage{.at = 1001});
    EXPECT_EQ(scene.now.state, State::bot);
}

TEST(R10, a_human_takes_over_although_the_user_spoke_later) {
    Scene scene = bot_scene();
    scene.apply(UserMessage{.at = 1000}).apply(AgentMessage{.at = 900, .agent = "ana"});
    EXPECT_EQ(scene.now.agent, "ana");
}

TEST(R10, a_request_reported_late_is_still_a_request) {
    Scene scene = bot_scene();
    HandoverRequested request = wanted();
    request.at = 900;
    scene.apply(UserMessage{.at = 1000}).apply(request);
    EXPECT_EQ(scene.now.state, State::requested);
}

TEST(R10, a_request_from_before_the_last_return_is_answered_and_moves_nothing) {
    Scene scene = agent_scene();
    HandoverRequested request = wanted();
    request.at = 900;
    scene.apply(UserMessage{.at = 1000}).apply(release("ana")).drained().apply(ReturnDone{});
    scene.apply(request);
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_EQ(scene.last.effects.answer, (Answer{.reason = Reason::late}));
}

TEST(R10, events_without_a_time_are_never_late) {
    Scene scene = closed_scene();
    scene.apply(UserMessage{.at = 1000}).apply(close("")).apply(UserMessage{});
    EXPECT_EQ(scene.now.state, State::bot);
}

TEST(R11, after_two_failed_handovers_in_ten_minutes_only_a_person_may_ask) {
    Scene scene = bot_scene();
    scene.apply(unwanted()).later(kMinute).apply(unwanted()).later(kMinute).apply(wanted());
    EXPECT_EQ(scene.last.rule, "R11");
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_EQ(scene.last.effects.answer->reason, Reason::loop_guard);
    scene.apply(Command{.kind = CommandKind::request, .by = By::rule});
    EXPECT_EQ(scene.refused(), Code::unsupported);
    Scene person = scene;
    person.apply(Command{.kind = CommandKind::request, .by = By::user});
    EXPECT_EQ(person.now.state, State::requested);
    HandoverRequested asked_by_user = wanted();
    asked_by_user.by = By::user;
    scene.apply(asked_by_user);
    EXPECT_EQ(scene.now.state, State::requested);
}

TEST(R11, forgets_after_ten_minutes_and_does_not_count_its_own_refusals) {
    Scene scene = bot_scene();
    scene.apply(unwanted()).apply(unwanted()).later(9 * kMinute).apply(wanted());
    ASSERT_EQ(scene.last.rule, "R11");
    scene.later(kMinute).apply(wanted());
    EXPECT_EQ(scene.now.state, State::requested);
}

TEST(R11, counts_requests_that_nobody_accepted_but_not_those_the_user_cancelled) {
    Scene scene = bot_scene({.accept = kMinute});
    scene.apply(wanted()).fire(TimerKind::accept).apply(wanted()).fire(TimerKind::accept);
    scene.apply(wanted());
    EXPECT_EQ(scene.last.rule, "R11");
    Scene cancelled = bot_scene();
    for (int times = 0; times < 3; ++times) {
        cancelled.apply(wanted());
        EXPECT_EQ(cancelled.now.state, State::requested);
        cancelled.apply(Command{.kind = CommandKind::cancel, .by = By::user});
    }
}

TEST(R12, our_own_text_coming_back_is_an_echo_and_takes_nothing) {
    for (const State state :
         {State::bot, State::requested, State::agent, State::returning, State::closed}) {
        Scene scene = scene_in(state);
        scene.apply(AgentMessage{.agent = "bo", .echo = true});
        EXPECT_TRUE(scene.last.effects.flags.echo);
        EXPECT_EQ(scene.now.state, state);
        EXPECT_EQ(scene.last.effects.to, To::nobody);
        scene.apply(BotMessage{.echo = true});
        EXPECT_TRUE(scene.last.effects.flags.echo);
        EXPECT_FALSE(scene.last.effects.flags.talk_over);
        EXPECT_EQ(scene.now.state, state);
    }
}

TEST(R13, a_message_from_nobody_is_a_humans_only_where_the_platform_declares_it) {
    Scene silent = bot_scene();
    silent.apply(AgentMessage{});
    EXPECT_EQ(silent.now.state, State::bot);
    Scene declared = bot_scene({.unnamed_takes = true});
    declared.apply(AgentMessage{});
    EXPECT_EQ(declared.now.agent, kUnnamedAgent);
    declared.apply(take("ana"));
    EXPECT_EQ(declared.now.agent, "ana");
}

TEST(R14, mute_and_return_calls_are_repeated_while_the_state_wants_them) {
    Scene scene = requested_scene();
    scene.apply(take("ana"));
    for (int times = 0; times < 3; ++times) {
        scene.apply(MuteFailed{});
        EXPECT_TRUE(scene.acted(Action::mute));
    }
    scene.apply(MuteDone{}).apply(release("ana")).drained();
    for (int times = 0; times < 3; ++times) {
        scene.apply(ReturnFailed{});
        EXPECT_TRUE(scene.acted(Action::unmute));
    }
    scene.apply(MuteFailed{});
    EXPECT_FALSE(scene.acted(Action::mute));
}

TEST(R14, a_mute_that_is_not_confirmed_in_time_diverges_and_heals) {
    Scene scene = requested_scene();
    scene.apply(take("ana")).fire(TimerKind::reconcile);
    EXPECT_EQ(scene.now.sync, Sync::diverged);
    EXPECT_TRUE(scene.alarmed(Alarm::diverged));
    EXPECT_EQ(scene.now.agent, "ana");
    scene.apply(MuteDone{});
    EXPECT_EQ(scene.now.sync, Sync::confirmed);
}

TEST(R14, a_return_that_took_effect_under_a_new_owner_is_undone) {
    Scene scene = returning_scene(muting_by_answer());
    scene.apply(wanted(true)).apply(ReturnDone{});
    EXPECT_EQ(scene.now.state, State::requested);
    EXPECT_TRUE(scene.acted(Action::mute));
}

TEST(Timers, do_nothing_when_moved_cancelled_or_of_another_epoch) {
    Scene scene = agent_scene();
    const Timer lease = *scene.now.timer(TimerKind::idle_agent);
    scene.later(20 * kMinute).apply(reply("ana"));
    scene.clock = lease.due;
    scene.apply(
        TimerFired{.kind = TimerKind::idle_agent, .episode = lease.episode, .epoch = lease.epoch});
    EXPECT_EQ(scene.now.agent, "ana");
    scene.clock = scene.now.timer(TimerKind::idle_agent)->due;
    scene.apply(TimerFired{
        .kind = TimerKind::idle_agent, .episode = lease.episode, .epoch = lease.epoch - 1});
    EXPECT_EQ(scene.now.agent, "ana");
    scene.apply(
        TimerFired{.kind = TimerKind::idle_agent, .episode = lease.episode, .epoch = lease.epoch});
    EXPECT_EQ(scene.now.state, State::returning);
}

TEST(Timers, are_reported_as_what_changed) {
    Scene scene = requested_scene();
    scene.apply(take("ana"));
    std::size_t set = 0;
    std::size_t cancelled = 0;
    for (const TimerChange& change : scene.last.effects.timers) {
        EXPECT_EQ(change.timer, scene.now.timer(change.kind));
        ++(change.timer ? set : cancelled);
    }
    EXPECT_EQ(set, 4U);        // first, idle_agent, idle_user, reconcile
    EXPECT_EQ(cancelled, 1U);  // accept
}

}  // namespace
}  // namespace lampjack::conversation
