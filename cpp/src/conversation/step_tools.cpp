#include "conversation/step_tools.h"

#include <algorithm>
#include <limits>

namespace lampjack::conversation {
namespace {

constexpr Millis kNever = std::numeric_limits<Millis>::max() / 2;

/// A timer that must not be off falls back to its default.
Millis always_on(Millis duration, Millis fallback) { return duration > 0 ? duration : fallback; }

Reason cancel_reason(By by) {
    switch (by) {
        case By::user: return Reason::user_cancelled;
        case By::bot:
        case By::rule:
        case By::platform: return Reason::bot_withdrew;
        case By::agent:
        case By::desk: break;
    }
    return Reason::desk_error;
}

void start_request_timer(Step& step) {
    start(step, TimerKind::accept, step.policy.accept);
    if (!step.next.timer(TimerKind::accept)) {
        start(step, TimerKind::idle_user, always_on(step.policy.idle_user, Policy{}.idle_user));
    }
    if (step.next.offer) {
        const auto& timer = step.next.timer(TimerKind::accept);
        step.next.offer->deadline = timer ? timer->due : 0;
    }
}

Millis retention_of(const Step& step) {
    const Policy& policy = step.policy;
    const bool kept =
        policy.keep == Keep::all || (policy.keep == Keep::handover && step.next.episode != 0);
    return kept ? policy.retain : always_on(policy.retain_unkept, Policy{}.retain_unkept);
}

}  // namespace

void start(Step& step, TimerKind kind, Millis duration) {
    auto& slot = step.next.timers[static_cast<std::size_t>(kind)];
    slot.reset();
    if (duration <= 0) return;
    slot =
        Timer{.due = step.now + duration, .episode = step.next.episode, .epoch = step.next.epoch};
}

void stop(Step& step, TimerKind kind) { step.next.timers[static_cast<std::size_t>(kind)].reset(); }

// The lease is stopped, which is_sending_paused() sees. T_first keeps its place, so that an agent who has not spoken is
// told apart from one who has; it is due at no time.
void hold_agent_timers(Step& step) {
    stop(step, TimerKind::idle_agent);
    auto& first = step.next.timers[static_cast<std::size_t>(TimerKind::first)];
    if (first) first->due = kNever;
}

void renew_lease(Step& step, Millis duration) {
    if (is_sending_paused(step.before) && step.kind != Kind::sending_resumed) {
        step.next.warned = false;
        return;
    }
    const Millis usual = always_on(step.policy.idle_agent, Policy{}.idle_agent);
    const Millis cap = always_on(step.policy.idle_agent_cap, Policy{}.idle_agent_cap);
    const auto before = step.next.timer(TimerKind::idle_agent);
    start(step, TimerKind::idle_agent, std::min(duration > 0 ? duration : usual, cap));
    auto& lease = step.next.timers[static_cast<std::size_t>(TimerKind::idle_agent)];
    if (before) lease->due = std::max(lease->due, before->due);
    auto& user = step.next.timers[static_cast<std::size_t>(TimerKind::idle_user)];
    if (user) user->due = std::max(user->due, lease->due);
    step.next.warned = false;
}

void start_timers_of_state(Step& step) {
    step.timers_started = true;
    step.next.timers.fill(std::nullopt);
    switch (step.next.state) {
        case State::bot: start(step, TimerKind::idle_bot, step.policy.idle_bot); break;
        case State::requested: start_request_timer(step); break;
        case State::agent:
            start(step, TimerKind::first, step.policy.first);
            start(step, TimerKind::idle_user, step.policy.idle_user);
            renew_lease(step, 0);
            if (is_sending_paused(step.before)) hold_agent_timers(step);
            break;
        case State::returning:
            start(step, TimerKind::return_check,
                  always_on(step.policy.return_check, Policy{}.return_check));
            break;
        case State::closed: start(step, TimerKind::retain, retention_of(step)); break;
    }
}

void raise_epoch(Step& step) { ++step.next.epoch; }

void begin_episode(Step& step) {
    ++step.next.episode;
    step.next.end_reason = Reason::none;
    step.next.talk_overs = 0;
}

void count_failure(Step& step) {
    auto& failed = step.next.failed;
    std::erase_if(failed, [&](Millis at) { return step.now - at >= step.policy.loop_window; });
    failed.push_back(step.now);
    const std::size_t keep = std::max<std::size_t>(step.policy.loop_failures, 1);
    if (failed.size() > keep)
        failed.erase(failed.begin(), failed.end() - static_cast<std::ptrdiff_t>(keep));
}

void order_mute(Step& step) {
    if (step.policy.mute == MuteWhen::never || step.next.muted == Muted::yes) return;
    if (step.policy.mute_by == MuteBy::gate) {
        step.next.muted = Muted::yes;
        step.next.sync = Sync::confirmed;
        if (step.policy.words_through_us && !step.effects.take_back)
            step.effects.take_back = step.next.epoch;
        return;
    }
    step.next.muted = Muted::unknown;
    step.next.sync = Sync::unconfirmed;
    act(step, Action::mute);
}

void order_return(Step& step) {
    step.next.muted = Muted::unknown;
    step.next.sync = Sync::unconfirmed;
    step.next.return_alarms = 0;
    act(step, Action::unmute);
}

void clear_handover(Step& step, Reason reason) {
    Conversation& next = step.next;
    if (step.before.state == State::requested || step.before.state == State::agent) {
        add_fact(step, FactKind::handover_ended, reason);
    }
    step.reason = reason;
    next.end_reason = reason;
    next.agent.clear();
    next.draining.reset();
    next.offer.reset();
    next.queue_position = 0;
    next.talk_overs = 0;
    next.warned = false;
    next.watermark.fill(*std::max_element(next.watermark.begin(), next.watermark.end()));
}

void add_fact(Step& step, FactKind kind, Reason reason) {
    step.effects.facts.push_back(
        {.kind = kind, .reason = reason, .from = owner_of(step.before), .to = owner_of(step.next)});
}

void raise_alarm(Step& step, Alarm alarm) { step.effects.alarms.push_back(alarm); }

void act(Step& step, Action action) { step.effects.actions.push_back(action); }

const Decision& decision_of(const Situation& situation) noexcept {
    const auto* fact = situation.fact<HandoverRequested>();
    return fact != nullptr ? fact->decision : situation.command().decision;
}

const Target& target_of(const Situation& situation) noexcept {
    const auto* fact = situation.fact<HandoverRequested>();
    return fact != nullptr ? fact->target : situation.command().target;
}

Reason reason_of(const Situation& situation) noexcept {
    switch (situation.kind) {
        case Kind::decline: return Reason::declined;
        case Kind::cancel: return cancel_reason(situation.command().by);
        case Kind::timer_accept: return Reason::accept_timeout;
        case Kind::timer_first: return Reason::first_timeout;
        case Kind::timer_idle_user: return Reason::idle_user;
        case Kind::timer_idle_bot: return Reason::idle_bot;
        case Kind::release: return Reason::released;
        case Kind::pass: return Reason::passed;
        case Kind::close: return Reason::closed;
        case Kind::mute_failed: return Reason::mute_failed;
        case Kind::mute_done: return Reason::late_mute;
        case Kind::handover_to_bot: return Reason::platform;
        case Kind::drain_done:
        case Kind::timer_idle_agent:
            return situation.before.draining ? situation.before.draining->reason
                                             : Reason::idle_agent;
        default: return Reason::none;
    }
}

}  // namespace lampjack::conversation
