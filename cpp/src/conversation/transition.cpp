#include "conversation/transition.h"

#include "conversation/explain.h"
#include "conversation/recipients.h"
#include "conversation/step_tools.h"
#include "conversation/table.h"

#include <algorithm>
#include <utility>

namespace lampjack::conversation {
namespace {

bool is_outcome_or_timer(Kind kind) {
    return (kind >= Kind::mute_done && kind <= Kind::sending_resumed) || kind >= Kind::timer_accept;
}

void move_watermark(Step& step) {
    const auto witness = witness_of(step.kind);
    const auto at = sent_at(step.input);
    if (!witness || !at) return;
    Millis& newest = step.next.watermark[static_cast<std::size_t>(*witness)];
    newest = std::max(newest, *at);
}

/// While the outcome of a mute is awaited, T_reconcile runs; once the platform agrees, it does not. In `bot` it waits
/// for the bot's answer to the user's next message.
void watch_sync(Step& step) {
    // Whatever is shown or ordered ends the doubt.
    const bool doubtful = step.next.state == State::requested && step.next.muted == Muted::no &&
                          step.next.sync == Sync::unconfirmed;
    step.next.doubted = step.next.doubted && doubtful;
    const bool muting = step.next.sync == Sync::unconfirmed && step.next.muted == Muted::unknown &&
                        (step.next.state == State::requested || step.next.state == State::agent);
    const bool given_up = step.next.sync == Sync::diverged && step.next.state != State::bot;
    if (step.next.sync == Sync::confirmed || given_up) stop(step, TimerKind::reconcile);
    if (muting && !step.next.timer(TimerKind::reconcile)) {
        start(step, TimerKind::reconcile, step.policy.reconcile);
    }
}

void report_owner(Step& step) {
    if (step.next.epoch == step.before.epoch && owner_of(step.next) == owner_of(step.before))
        return;
    const Fact fact{.kind = FactKind::owner_changed,
                    .reason = step.reason,
                    .from = owner_of(step.before),
                    .to = owner_of(step.next)};
    step.effects.facts.insert(step.effects.facts.begin(), fact);
    const bool left_first = step.kind == Kind::drain_done;
    if (step.next.epoch != step.before.epoch && !left_first) {
        step.effects.fence_below = step.next.epoch;
    }
}

void report_timers(Step& step, const Conversation& origin) {
    for (std::size_t index = 0; index < kTimerCount; ++index) {
        if (step.next.timers[index] == origin.timers[index]) continue;
        step.effects.timers.push_back(
            {.kind = static_cast<TimerKind>(index), .timer = step.next.timers[index]});
    }
}

void run(Step& step, const Row& row) {
    if (row.to) step.next.state = *row.to;
    if (row.move.run != nullptr) row.move.run(step);
    const bool entered =
        step.next.state != step.before.state || step.next.epoch != step.before.epoch;
    if (entered && !step.timers_started) start_timers_of_state(step);
}

void settle(Step& step) {
    const bool counts = !is_outcome_or_timer(step.kind) && step.kind != Kind::unknown;
    if (counts) {
        move_watermark(step);
        step.next.active_at = step.now;
    }
    watch_sync(step);
    address(step);
    report_owner(step);
}

Refusal refusal_of(const Row& row, const Situation& situation) {
    return {.code = row.refusal,
            .why = row.why,
            .owner = owner_of(situation.before),
            .epoch = situation.before.epoch,
            .allowed = allowed_now(situation.before, situation.command(), situation.policy,
                                   situation.now)};
}

Conversation opened(const Conversation& unseen, const Policy& policy, Millis now,
                    std::uint64_t above = 0) {
    static const Input kNothing = UnknownEvent{};
    Step step{{unseen, kNothing, Kind::unknown, policy, now}, unseen};
    run(step, first_row());
    step.next.active_at = now;
    step.next.epoch += above;
    for (auto& timer : step.next.timers)
        if (timer) timer->epoch = step.next.epoch;
    return step.next;
}

}  // namespace

std::optional<Witness> witness_of(Kind kind) noexcept {
    switch (kind) {
        case Kind::user_message: return Witness::user;
        case Kind::bot_message: return Witness::bot;
        case Kind::agent_message: return Witness::agent;
        case Kind::handover_requested:
        case Kind::handover_to_bot:
        case Kind::handover_to_agent:
        case Kind::return_confirmed: return Witness::platform;
        default: return std::nullopt;
    }
}

Conversation begin_again(std::uint64_t retired_epoch, const Policy& policy, Millis now) {
    return opened(Conversation{}, policy, now, retired_epoch);
}

Outcome apply(const Conversation& conversation, const Input& input, const Policy& policy,
              Millis now) {
    const bool opens = !conversation.seen();
    std::optional<Conversation> fresh;
    if (opens) fresh = opened(conversation, policy, now);
    const Conversation& before = opens ? *fresh : conversation;
    Step step{{before, input, kind_of(input), policy, now}, before};
    const Row& row = find_row(step);
    if (row.refuses()) {
        return {
            .next = conversation, .effects = {}, .refusal = refusal_of(row, step), .rule = row.id};
    }
    run(step, row);
    settle(step);
    report_timers(step, conversation);
    if (step.next != conversation) step.next.version = conversation.version + 1;
    return {.next = std::move(step.next),
            .effects = std::move(step.effects),
            .refusal = std::nullopt,
            .rule = row.id,
            .opened = opens};
}

}  // namespace lampjack::conversation
