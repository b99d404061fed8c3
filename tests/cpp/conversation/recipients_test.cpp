// Whom a user's words are for, what the bot says meanwhile, and what is taken back or forwarded later.

#include "conversation/recipients.h"

#include "conversation/fence.h"
#include "conversation/scenes.h"

namespace lampjack::conversation {
namespace {

constexpr Recipients kBot{.to = To::bot};
constexpr Recipients kDesk{.to = To::desk};
constexpr Recipients kBoth{.to = To::desk, .bot_too = true};
constexpr Recipients kNobody{};

Recipients told(const Scene& scene) {
    return {.to = scene.last.effects.to, .bot_too = scene.last.effects.flags.bot_too};
}

Command say() { return {.kind = CommandKind::say, .by = By::user}; }

/// A call mutes, and its outcome is not known yet.
Scene muting_scene(Policy policy = muting_by_call()) {
    policy.mute = MuteWhen::on_accept;
    return requested_scene(policy, true);
}

struct Expected {
    const char* name;
    Scene scene;
    Recipients recipients;
};

TEST(Recipients, of_a_users_words_follow_the_table_of_states) {
    const Policy gate = through_us(muting_by_gate());
    const Policy call = through_us(muting_by_call());
    Policy confirmed = muting_by_call();
    confirmed.return_is_confirmed = true;
    Scene sent = returning_scene(confirmed);
    sent.apply(ReturnDone{});
    const Expected all[] = {
        {"bot", bot_scene(), kBot},
        {"requested, not muted", requested_scene(), kBoth},
        {"requested, mute on its way", muting_scene(), kBoth},
        {"requested, muted", requested_scene(muting_by_answer(), true), kDesk},
        {"requested, gate closed", requested_scene(gate, true), kDesk},
        {"requested, gate open", requested_scene(gate), kBoth},
        {"agent", agent_scene(), kDesk},
        {"agent, never muted", agent_scene({.mute = MuteWhen::never}), kDesk},
        {"returning", returning_scene(), kDesk},
        {"returning, through us", returning_scene(call), kBoth},
        {"returning, return call sent", sent, kBot},
        {"closed", closed_scene(), kBot},
    };
    for (const Expected& expected : all) {
        Scene heard = expected.scene;
        heard.apply(UserMessage{});
        EXPECT_EQ(told(heard), expected.recipients) << expected.name;
        Scene said = expected.scene;
        said.apply(say());
        EXPECT_EQ(told(said), expected.recipients) << expected.name;
        EXPECT_EQ(said.acted(Action::forward), expected.recipients.reaches_bot()) << expected.name;
        EXPECT_FALSE(heard.acted(Action::forward)) << "the platform has it: " << expected.name;
    }
}

TEST(Recipients, of_late_words_in_a_closed_conversation_are_nobody) {
    Scene scene = closed_scene();
    scene.apply(UserMessage{.at = 1000}).apply(close("")).apply(UserMessage{.at = 999});
    ASSERT_EQ(scene.now.state, State::closed);
    EXPECT_TRUE(scene.last.effects.flags.late);
    EXPECT_EQ(told(scene), kNobody);
}

TEST(Recipients, words_queued_during_a_return_leave_behind_the_return_call) {
    Scene scene = returning_scene(through_us(muting_by_call()));
    scene.apply(say());
    EXPECT_TRUE(may_leave(scene.now, Action::forward, scene.now.epoch));
    const auto epoch = scene.now.epoch;
    scene.apply(ReturnDone{});
    EXPECT_TRUE(may_leave(scene.now, Action::forward, epoch));
}

TEST(Flags, become_words_with_a_blank_between_them) {
    EXPECT_EQ(words_of({}), "");
    EXPECT_EQ(words_of({.late = true, .bot_too = true}), "late bot_too");
    EXPECT_EQ(words_of({.talk_over = true, .echo = true, .bot_line = true}),
              "talk_over echo bot_line");
}

TEST(BotLines, in_a_wait_are_flagged_for_desks_that_ask_and_stay_for_nobody) {
    Scene scene = requested_scene();
    scene.apply(BotMessage{.at = 1000});
    EXPECT_TRUE(scene.last.effects.flags.bot_line);
    EXPECT_EQ(scene.last.effects.to, To::nobody);
    scene.apply(BotMessage{.at = 999});
    EXPECT_TRUE(scene.last.effects.flags.late);
    EXPECT_FALSE(scene.last.effects.flags.bot_line) << "late";
    scene.apply(BotMessage{.at = 1001, .echo = true});
    EXPECT_FALSE(scene.last.effects.flags.bot_line) << "our own text";
}

TEST(BotLines, are_none_when_the_bot_talks_over_a_mute_or_nobody_waits) {
    for (Scene scene : {requested_scene(muting_by_answer(), true), muting_scene(), bot_scene(),
                        agent_scene(), returning_scene(), closed_scene()}) {
        scene.apply(BotMessage{});
        EXPECT_FALSE(scene.last.effects.flags.bot_line);
    }
}

TEST(TakenBack, at_each_take_are_the_forwards_of_the_epoch_that_ends) {
    const Policy policy = through_us(muting_by_gate());
    const Input takes[] = {take("ana"), reply("ana"), AgentMessage{.agent = "ana"},
                           HandoverToAgent{}};
    for (const Input& input : takes) {
        for (Scene scene : {bot_scene(policy), requested_scene(policy)}) {
            const auto epoch = scene.now.epoch;
            scene.apply(input);
            ASSERT_EQ(scene.now.state, State::agent);
            EXPECT_EQ(scene.last.effects.take_back, epoch);
            EXPECT_EQ(scene.last.effects.fence_below, epoch + 1);
        }
    }
    Scene returning = returning_scene(through_us(muting_by_call()));
    const auto epoch = returning.now.epoch;
    returning.apply(take("bo"));
    EXPECT_EQ(returning.last.effects.take_back, epoch);
}

TEST(TakenBack, is_nothing_where_the_words_do_not_go_through_us_or_an_agent_had_them) {
    Scene elsewhere = requested_scene(muting_by_gate());
    elsewhere.apply(take("ana"));
    EXPECT_FALSE(elsewhere.last.effects.take_back.has_value());
    Scene passed = agent_scene(through_us(muting_by_gate()));
    passed.apply(pass("ana", agent_target("bo"))).drained();
    ASSERT_EQ(passed.now.agent, "bo");
    EXPECT_FALSE(passed.last.effects.take_back.has_value());
}

TEST(TakenBack, when_the_gate_closes_with_the_request_are_the_forwards_so_far) {
    Scene scene = requested_scene(through_us(muting_by_gate()), true);
    EXPECT_EQ(scene.now.muted, Muted::yes);
    EXPECT_EQ(scene.last.effects.take_back, scene.now.epoch);
    EXPECT_FALSE(scene.last.effects.fence_below.has_value());
    Scene open = requested_scene(through_us(muting_by_gate()));
    EXPECT_FALSE(open.last.effects.take_back.has_value());
    open.apply(wanted(true));
    EXPECT_EQ(open.now.muted, Muted::yes) << "asked again, and the gate closes now";
    EXPECT_EQ(open.last.effects.take_back, open.now.epoch);
    EXPECT_FALSE(muting_scene(through_us(muting_by_call())).last.effects.take_back.has_value())
        << "a call mutes, and the bot may still read";
}

TEST(Wait, that_nobody_answers_behind_a_gate_is_forwarded_to_the_bot) {
    const Policy gate = through_us(muting_by_gate());
    Policy closing = gate;
    closing.on_accept_timeout = OnTimeout::close;
    const auto forwarded = [](Scene scene, const std::optional<Input>& input) {
        input ? scene.apply(*input) : scene.fire(TimerKind::accept);
        EXPECT_NE(scene.now.state, State::requested);
        EXPECT_FALSE(scene.now.muted == Muted::yes);
        return scene.last.effects.forward_wait;
    };
    const Command cancel{.kind = CommandKind::cancel, .by = By::user};
    const Command decline{.kind = CommandKind::decline};
    EXPECT_TRUE(forwarded(requested_scene(gate, true), std::nullopt));
    EXPECT_TRUE(forwarded(requested_scene(gate, true), cancel));
    EXPECT_TRUE(forwarded(requested_scene(gate, true), decline));
    EXPECT_TRUE(forwarded(requested_scene(gate, true), HandoverToBot{}));
    EXPECT_TRUE(forwarded(requested_scene(closing, true), std::nullopt));
    EXPECT_FALSE(forwarded(requested_scene(gate, true), close(""))) << "somebody read it";
    EXPECT_FALSE(forwarded(requested_scene(gate), cancel)) << "the bot has had it";
    EXPECT_FALSE(forwarded(requested_scene(muting_by_gate(), true), cancel)) << "not through us";
    EXPECT_FALSE(forwarded(agent_scene(gate), forced(release("ana")))) << "a human has read it";
}

TEST(MuteAtAccept, mutes_at_once_by_answer_by_call_and_by_gate) {
    const std::pair<MuteBy, Muted> ways[] = {
        {MuteBy::answer, Muted::yes}, {MuteBy::call, Muted::unknown}, {MuteBy::gate, Muted::yes}};
    for (const auto& [way, muted] : ways) {
        const Policy policy{.mute = MuteWhen::on_accept, .mute_by = way};
        Scene scene = requested_scene(policy, true);
        EXPECT_EQ(scene.now.muted, muted);
        EXPECT_EQ(scene.acted(Action::mute), way == MuteBy::call);
        EXPECT_FALSE(scene.last.effects.mute_unsupported);
        EXPECT_EQ(requested_scene(policy).now.muted, Muted::no) << "the decision does not say so";
    }
}

TEST(MuteAtAccept, is_overruled_by_an_account_that_says_on_take_or_never) {
    for (const MuteWhen when : {MuteWhen::on_take, MuteWhen::never}) {
        const Scene scene = requested_scene({.mute = when}, true);
        EXPECT_EQ(scene.now.muted, Muted::no);
        EXPECT_FALSE(scene.acted(Action::mute));
        EXPECT_FALSE(scene.last.effects.mute_unsupported) << "the account could";
    }
}

TEST(MuteAtAccept, of_an_account_that_cannot_is_told_and_accepted_unmuted) {
    const Policy policy{.can_mute = false, .mute = MuteWhen::never};
    const Scene scene = requested_scene(policy, true);
    EXPECT_EQ(scene.now.state, State::requested);
    EXPECT_EQ(scene.now.muted, Muted::no);
    EXPECT_TRUE(scene.last.effects.mute_unsupported);
    EXPECT_FALSE(requested_scene(policy).last.effects.mute_unsupported) << "nobody asked for it";
}

TEST(MuteAtAccept, repeats_its_call_until_the_outcome_is_known) {
    Scene scene = muting_scene();
    for (int times = 0; times < 3; ++times) {
        scene.apply(MuteFailed{});
        EXPECT_TRUE(scene.acted(Action::mute));
        EXPECT_TRUE(may_leave(scene.now, Action::mute, scene.now.epoch));
    }
    scene.apply(MuteDone{});
    EXPECT_EQ(scene.now.muted, Muted::yes);
    EXPECT_EQ(scene.now.state, State::requested);
    scene.apply(take("ana"));
    EXPECT_FALSE(scene.acted(Action::mute)) << "muted already";
}

TEST(MuteAtAccept, that_is_refused_for_good_ends_at_the_bot) {
    Scene scene = muting_scene();
    scene.apply(MuteFailed{.permanent = true});
    EXPECT_EQ(scene.last.rule, "T19");
    EXPECT_EQ(scene.now.state, State::bot);
    EXPECT_TRUE(scene.told(FactKind::mute_failed, Reason::mute_failed));
}

TEST(MuteAtAccept, in_flight_when_the_request_ends_is_undone_by_a_return_call) {
    const Command cancel{.kind = CommandKind::cancel, .by = By::user};
    const Command decline{.kind = CommandKind::decline};
    for (const std::optional<Command>& end :
         {std::optional<Command>(cancel), std::optional<Command>(decline),
          std::optional<Command>()}) {
        Scene scene = muting_scene();
        const auto epoch = scene.now.epoch;
        end ? scene.apply(*end) : scene.fire(TimerKind::accept);
        EXPECT_EQ(scene.now.state, State::returning);
        EXPECT_TRUE(scene.acted(Action::unmute));
        EXPECT_FALSE(may_leave(scene.now, Action::mute, epoch));
        scene.apply(MuteDone{});
        EXPECT_EQ(scene.now.state, State::returning) << "the return call comes after it";
        scene.apply(ReturnDone{});
        EXPECT_EQ(scene.now.state, State::bot);
    }
}

TEST(Translated, a_handover_to_an_agent_without_a_name_takes_as_the_platforms_would) {
    for (Scene scene : {bot_scene(), requested_scene(), closed_scene()}) {
        const bool reopens = scene.now.state == State::closed;
        scene.apply(HandoverToAgent{});
        EXPECT_EQ(scene.last.rule, reopens ? "T16" : "T9");
        EXPECT_EQ(scene.now.agent, kUnnamedAgent);
        EXPECT_EQ(scene.now.muted, Muted::yes);
        scene.apply(HandoverToBot{});
        EXPECT_EQ(scene.now.state, State::bot);
        EXPECT_EQ(scene.now.muted, Muted::no);
        EXPECT_TRUE(scene.last.effects.returned);
    }
}

TEST(PausedSending, stops_t_first_and_the_lease_and_nothing_else) {
    Scene scene = agent_scene();
    const Timer user = *scene.now.timer(TimerKind::idle_user);
    scene.apply(SendingPaused{});
    EXPECT_TRUE(is_sending_paused(scene.now));
    EXPECT_EQ(scene.now.timer(TimerKind::idle_user), user);
    scene.later(40 * kMinute);
    for (const TimerKind kind : {TimerKind::first, TimerKind::idle_agent}) {
        const Conversation before = scene.now;
        scene.apply(
            TimerFired{.kind = kind, .episode = scene.now.episode, .epoch = scene.now.epoch});
        EXPECT_EQ(scene.now, before) << name_of(kind);
    }
    Scene control = agent_scene();
    control.later(40 * kMinute);
    control.apply(TimerFired{
        .kind = TimerKind::idle_agent, .episode = control.now.episode, .epoch = control.now.epoch});
    EXPECT_EQ(control.now.state, State::returning) << "without the pause the lease expires";
}

TEST(PausedSending, starts_both_timers_anew_when_it_resumes) {
    Scene scene = agent_scene();
    scene.apply(SendingPaused{}).later(40 * kMinute).apply(SendingResumed{});
    EXPECT_FALSE(is_sending_paused(scene.now));
    EXPECT_EQ(scene.now.timer(TimerKind::first)->due, scene.clock + 120 * kSecond);
    EXPECT_EQ(scene.now.timer(TimerKind::idle_agent)->due, scene.clock + 30 * kMinute);
}

TEST(PausedSending, gives_an_agent_who_has_spoken_no_t_first_again) {
    Scene before = agent_scene();
    before.apply(reply("ana")).apply(SendingPaused{}).apply(SendingResumed{});
    EXPECT_FALSE(before.runs(TimerKind::first));
    Scene meanwhile = agent_scene();
    meanwhile.apply(SendingPaused{}).apply(reply("ana"));
    EXPECT_TRUE(is_sending_paused(meanwhile.now)) << "a reply that cannot leave renews nothing";
    meanwhile.apply(SendingResumed{});
    EXPECT_FALSE(meanwhile.runs(TimerKind::first));
    EXPECT_TRUE(meanwhile.runs(TimerKind::idle_agent));
}

TEST(PausedSending, lasts_over_another_pause_a_pass_and_a_supervisors_take) {
    Scene scene = agent_scene();
    scene.apply(SendingPaused{});
    const Conversation paused = scene.now;
    scene.apply(SendingPaused{});
    EXPECT_EQ(scene.now, paused);
    scene.apply(supervised(take("boss")));
    EXPECT_TRUE(is_sending_paused(scene.now));
    scene.apply(forced(pass("boss", agent_target("bo"))));
    EXPECT_TRUE(is_sending_paused(scene.now));
    scene.apply(SendingResumed{});
    EXPECT_EQ(scene.now.timer(TimerKind::first)->due, scene.clock + 120 * kSecond);
}

TEST(PausedSending, lets_a_drain_wait_without_a_lease) {
    Scene scene = agent_scene();
    scene.apply(SendingPaused{}).apply(release("ana")).later(kDay);
    EXPECT_TRUE(is_sending_paused(scene.now));
    EXPECT_EQ(scene.now.state, State::agent);
    scene.apply(SendingResumed{});
    EXPECT_TRUE(scene.runs(TimerKind::idle_agent));
    EXPECT_FALSE(scene.runs(TimerKind::first));
    scene.drained();
    EXPECT_EQ(scene.now.state, State::returning);
}

TEST(PausedSending, lets_t_idle_user_and_t_accept_go_on) {
    Scene scene = agent_scene();
    scene.apply(SendingPaused{}).fire(TimerKind::idle_user);
    EXPECT_EQ(scene.now.draining->reason, Reason::idle_user);
    Scene waiting = requested_scene();
    waiting.apply(SendingPaused{}).fire(TimerKind::accept);
    EXPECT_EQ(waiting.now.state, State::bot);
}

TEST(PausedSending, resumes_nothing_that_was_not_paused) {
    for (std::size_t s = 0; s < kStateCount; ++s) {
        Scene scene = scene_in(static_cast<State>(s));
        const Conversation before = scene.now;
        scene.later(kMinute).apply(SendingResumed{});
        EXPECT_EQ(scene.now, before);
        EXPECT_EQ(scene.last.effects, Effects{});
    }
}

}  // namespace
}  // namespace lampjack::conversation
