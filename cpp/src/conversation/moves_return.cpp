// The owner leaves, the bot comes back, the conversation ends or goes on.

#include "conversation/moves.h"
#include "conversation/step_tools.h"

#include <algorithm>

namespace lampjack::conversation::acts {
namespace {

void tell_if_returned(Step& step) { step.effects.returned = step.next.state == State::bot; }

/// The bot owns it again, or nobody will: by a return call where the row says `returning`, at once otherwise.
void give_up(Step& step, Reason reason, bool ends) {
    Conversation& next = step.next;
    const bool bot_owned_already =
        step.before.state == State::requested && step.before.muted == Muted::no;
    if (ends || !bot_owned_already) raise_epoch(step);
    clear_handover(step, reason);
    next.ending = ends && next.state == State::returning;
    if (next.state == State::returning) return order_return(step);
    next.muted = Muted::no;
    next.sync = Sync::confirmed;
    tell_if_returned(step);
    const bool in_doubt = step.before.doubted && step.kind != Kind::handover_to_bot;
    if (!in_doubt || step.policy.mute_by == MuteBy::gate) return;
    if (next.state == State::bot) next.sync = Sync::unconfirmed;
    act(step, Action::unmute);
}

bool is_failure(Reason reason) {
    return reason == Reason::accept_timeout || reason == Reason::declined ||
           reason == Reason::desk_error || reason == Reason::mute_failed ||
           reason == Reason::idle_user;
}

/// Nobody came, and the gate kept the bot from reading what the user said meanwhile.
void forward_wait(Step& step) {
    step.effects.forward_wait = step.policy.words_through_us &&
                                step.policy.mute_by == MuteBy::gate &&
                                step.before.state == State::requested &&
                                step.before.muted == Muted::yes && step.kind != Kind::close;
}

void tell_if_failed(Step& step, Reason reason) {
    if (step.before.state != State::requested || !is_failure(reason)) return;
    count_failure(step);
    step.effects.notices.push_back({.kind = NoticeKind::no_agent, .position = 0});
}

bool is_proof(Kind kind) { return kind != Kind::return_done; }

void pass_to(Step& step, const Target& target, Reason reason) {
    Conversation& next = step.next;
    raise_epoch(step);
    step.reason = reason;
    next.draining.reset();
    next.queue_position = 0;
    next.talk_overs = 0;
    next.warned = false;
    if (next.state == State::agent) {
        next.agent = target.id;
        next.last_agent = target.id;
        return;
    }
    next.agent.clear();
    next.offer = Offer{.target = target, .deadline = 0};
}

}  // namespace

void start_drain(Step& step) {
    const bool by_command = step.kind != Kind::timer_idle_user;
    step.next.draining = Drain{
        .command = by_command ? step.command().kind : CommandKind::close,
        .epoch = step.next.epoch,
        .target = by_command ? step.command().target : Target{},
        .reason = reason_of(step),
    };
    stop(step, TimerKind::first);
    stop(step, TimerKind::idle_user);
    stop(step, TimerKind::idle_agent);
    renew_lease(step, 0);
    step.effects.drain = true;
    add_fact(step, FactKind::draining, reason_of(step));
}

void hand_back(Step& step) {
    const Reason reason = reason_of(step);
    give_up(step, reason, false);
    forward_wait(step);
    tell_if_failed(step, reason);
}

void close_down(Step& step) {
    const Reason reason = reason_of(step);
    give_up(step, reason, true);
    forward_wait(step);
    tell_if_failed(step, reason);
}

void bot_took_back(Step& step) {
    const Reason reason =
        step.before.state == State::requested ? Reason::bot_withdrew : Reason::platform;
    give_up(step, reason, false);
    forward_wait(step);
}

void pass_on(Step& step) {
    const auto& drain = step.before.draining;
    const bool forced = step.kind == Kind::pass;
    pass_to(step, forced || !drain ? step.command().target : drain->target, Reason::passed);
}

void requeue(Step& step) {
    pass_to(step, Target{}, reason_of(step));
    raise_alarm(step, Alarm::agent_idle);
}

void warn(Step& step) {
    raise_alarm(step, Alarm::agent_idle);
    stop(step, TimerKind::first);
    if (step.kind != Kind::timer_idle_agent) return;
    stop(step, TimerKind::idle_agent);
    renew_lease(step, 0);
    step.next.warned = true;
}

void back_at_bot(Step& step) {
    Conversation& next = step.next;
    step.reason = next.end_reason;
    next.muted = Muted::no;
    next.sync = is_proof(step.kind) ? Sync::confirmed : Sync::unconfirmed;
    if (next.state == State::closed) next.sync = Sync::confirmed;
    next.ending = false;
    next.return_alarms = 0;
    tell_if_returned(step);
}

void end_after_return(Step& step) {
    step.next.ending = true;
    step.next.end_reason = reason_of(step);
}

void alarm_stuck(Step& step) {
    const Millis first =
        step.policy.return_check > 0 ? step.policy.return_check : Policy{}.return_check;
    const Millis cap = std::max(first, step.policy.return_check_cap);
    const auto doublings = std::min<std::uint32_t>(++step.next.return_alarms, 20);
    start(step, TimerKind::return_check, std::min(first << doublings, cap));
    raise_alarm(step, Alarm::stuck);
    // A call that was refused for good, or that had no effect, is repeated by nobody else.
    const bool nothing_is_under_way = step.next.muted == Muted::no;
    if (step.next.sync != Sync::diverged && !nothing_is_under_way) return;
    step.next.muted = Muted::unknown;
    act(step, Action::unmute);
}

void return_refused(Step& step) {
    step.next.sync = Sync::diverged;
    raise_alarm(step, Alarm::diverged);
}

void repeat_unmute(Step& step) { act(step, Action::unmute); }

void return_again(Step& step) {
    step.next.muted = Muted::unknown;
    act(step, Action::unmute);
}

void unmute_late_mute(Step& step) {
    step.reason = Reason::late_mute;
    raise_epoch(step);
    step.next.ending = step.before.state == State::closed;
    order_return(step);
}

void return_took(Step& step) {
    step.next.muted = Muted::no;
    if (step.next.sync == Sync::diverged) step.next.sync = Sync::unconfirmed;
}

void prove_bot(Step& step) {
    step.next.muted = Muted::no;
    step.next.sync = Sync::confirmed;
}

void reopen(Step& step) {
    step.reason = Reason::reopened;
    raise_epoch(step);
    begin_episode(step);
    step.next.muted = Muted::no;
    step.next.sync = Sync::confirmed;
}

void reopen_and_forward(Step& step) {
    reopen(step);
    act(step, Action::forward);
}

void watch_idle_again(Step& step) {
    start(step, TimerKind::idle_bot, step.next.active_at + step.policy.idle_bot - step.now);
}

void erase(Step& step) {
    stop(step, TimerKind::retain);
    step.effects.erase = true;
}

}  // namespace lampjack::conversation::acts
