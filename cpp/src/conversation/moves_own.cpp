// A human takes the conversation, and works on it.

#include "conversation/moves.h"
#include "conversation/recipients.h"
#include "conversation/step_tools.h"

#include <string>

namespace lampjack::conversation::acts {
namespace {

void own(Step& step, const std::string& agent) {
    Conversation& next = step.next;
    if (step.before.state == State::bot || step.before.state == State::closed) begin_episode(step);
    raise_epoch(step);
    if (step.policy.words_through_us && step.before.state != State::agent)
        step.effects.take_back = step.before.epoch;
    step.reason = step.before.state == State::requested ? Reason::accepted : Reason::taken;
    next.agent = agent.empty() ? std::string(kUnnamedAgent) : agent;
    next.last_agent = next.agent;
    next.draining.reset();
    next.offer.reset();
    next.ending = false;
    next.end_reason = Reason::none;
    next.queue_position = 0;
    next.talk_overs = 0;
    next.warned = false;
}

void has_spoken(Step& step) { stop(step, TimerKind::first); }

}  // namespace

void become_owner(Step& step) {
    own(step, step.command().agent);
    order_mute(step);
    start_timers_of_state(step);
}

void become_owner_and_reply(Step& step) {
    become_owner(step);
    act(step, Action::reply);
    has_spoken(step);
}

void own_from_elsewhere(Step& step) {
    own(step, step.fact<AgentMessage>()->agent);
    order_mute(step);
    start_timers_of_state(step);
    has_spoken(step);
}

void own_by_platform(Step& step) {
    own(step, step.fact<HandoverToAgent>()->agent);
    prove_mute(step);
    start_timers_of_state(step);
}

void pause_sending(Step& step) { hold_agent_timers(step); }

void resume_sending(Step& step) {
    if (step.next.timer(TimerKind::first)) start(step, TimerKind::first, step.policy.first);
    renew_lease(step, 0);
}

void renew(Step& step) { renew_lease(step, step.command().extend_for); }

void reply(Step& step) {
    act(step, Action::reply);
    renew_lease(step, 0);
    has_spoken(step);
}

void notify(Step& step) { act(step, Action::notify); }

void agent_spoke(Step& step) {
    renew_lease(step, 0);
    has_spoken(step);
}

void user_spoke(Step& step) {
    if (step.next.state == State::agent && !step.next.draining) {
        start(step, TimerKind::idle_user, step.policy.idle_user);
        // A lease that was extended also keeps the case on hold for a silent user.
        auto& user = step.next.timers[static_cast<std::size_t>(TimerKind::idle_user)];
        const auto& lease = step.next.timer(TimerKind::idle_agent);
        if (user && lease && user->due < lease->due) user->due = lease->due;
    }
    // After a return without proof the bot has to answer its next message; if it stays silent, it may still be muted. So it is
    // after an answer that nobody but the platform would have obeyed.
    const bool in_doubt =
        step.next.doubted || (step.next.state == State::bot && step.next.sync != Sync::confirmed);
    if (in_doubt && !step.next.timer(TimerKind::reconcile)) {
        start(step, TimerKind::reconcile, step.policy.reconcile);
    }
}

void user_said(Step& step) {
    user_spoke(step);
    if (recipients_of_user_words(step.next, step.policy).reaches_bot()) act(step, Action::forward);
}

}  // namespace lampjack::conversation::acts
