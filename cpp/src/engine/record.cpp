#include "engine/record.h"

#include "conversation/fence.h"
#include "engine/attempt.h"
#include "engine/change_conversation.h"
#include "engine/user_words.h"
#include "engine/views.h"

#include <algorithm>

namespace lampjack::engine {

using conversation::Action;
using store::DeliveryStatus;
using store::LeasedDelivery;
using store::OutboxRow;

namespace {

/// What the state machine is told when a mute or a return is over.
std::optional<conversation::Input> outcome_input(const conversation::Conversation& state,
                                                 const OutboxRow& row) {
    const bool sent = row.status == DeliveryStatus::sent;
    const bool failed = row.status == DeliveryStatus::dead;
    if (row.action == Action::mute) {
        if (sent) return conversation::MuteDone{};
        if (failed) return conversation::MuteFailed{.permanent = true};
    }
    if (row.action == Action::unmute) {
        if (sent) return conversation::ReturnDone{};
        if (failed) return conversation::ReturnFailed{.permanent = true};
        // Refused because a human is wanted again. A try before that, also one of a process that died, may have woken the bot
        // after it was muted anew. If the bot is to come back by now, a later return is on its way, and is not done.
        const bool refused = row.status == DeliveryStatus::refused;
        if (refused && !conversation::may_leave(state, row.action, row.epoch))
            return conversation::ReturnDone{};
    }
    return std::nullopt;
}

void count(Report& report, DeliveryStatus status) {
    switch (status) {
        case DeliveryStatus::pending: ++report.retries; break;
        case DeliveryStatus::sent: ++report.sent; break;
        case DeliveryStatus::dead: ++report.dead; break;
        case DeliveryStatus::refused: ++report.fenced; break;
        case DeliveryStatus::held: ++report.held; break;
    }
}

bool is_pending(const std::vector<OutboxRow>& pending, std::uint64_t oseq) noexcept {
    return std::any_of(pending.begin(), pending.end(),
                       [&](const OutboxRow& row) { return row.oseq == oseq; });
}

/// A row that was refused while it was under way stays refused, and nobody is told twice: only the attempt is noted.
Result<void> record_fenced(Change& change, const LeasedDelivery& lease, const OutboxRow& after) {
    OutboxRow row = after;
    row.status = DeliveryStatus::refused;
    row.last_error = "stale_owner";
    return change.tx().record(change.row().key, row, lease.token);
}

/// Silence here would leave an agent waiting for an answer to words that nobody got. A sink's complaint is its host's
/// text and may quote what was said, so it stays out of the log.
void warn_of(Change& change, const OutboxRow& row) {
    if (row.status == DeliveryStatus::refused) return change.warn_of_refusal(row);
    if (row.status != DeliveryStatus::dead && row.status != DeliveryStatus::held) return;
    const bool dead = row.status == DeliveryStatus::dead;
    change.say(dead ? LogEvent::delivery_dead : LogEvent::delivery_held, row);
}

/// Nothing else says, between a failed try and the next, why words have not arrived. What a hub gave up because it closed
/// did not fail.
void tell_of_retry(Change& change, const OutboxRow& row) {
    if (row.last_error == transport::name_of(transport::FailureKind::cancelled)) return;
    const Millis wait = std::max<Millis>(row.ready_at - change.now(), 0);
    change.say(LogEvent::delivery_retry, row).add("next_in_ms", wait);
}

Result<void> tell(Change& change, const OutboxRow& row) {
    warn_of(change, row);
    return change.append_fact(delivery_fact_json(row), "delivery_changed", conversation::To::desk);
}

/// The words behind a call that was refused for good, under the same owner.
Result<void> hold_words(Change& change, const OutboxRow& call) {
    LJK_TRY(pending, change.tx().pending(change.row().key));
    for (OutboxRow& row : pending) {
        const bool behind = row.oseq > call.oseq && row.epoch == call.epoch;
        if (!behind || is_call(row.action) || row.to_sink) continue;
        row.status = DeliveryStatus::held;
        row.last_error = kBehindCall;
        row.ready_at = change.now();
        LJK_CHECK(change.tx().record(change.row().key, row, 0));
        LJK_CHECK(tell(change, row));
    }
    return {};
}

Result<void> follow_up(Change& change, const OutboxRow& after, const std::vector<OutboxRow>& rows) {
    LJK_CHECK(tell(change, after));
    if (const auto input = outcome_input(change.row().state, after)) LJK_CHECK(change.take(*input));
    if (!is_call(after.action)) return {};
    if (after.status == DeliveryStatus::dead) return hold_words(change, after);
    return after.status == DeliveryStatus::sent ? let_go(change, rows) : Result<void>{};
}

/// The lane moves again: the tries and the hour of what waited behind begin now, and so do the agent's timers.
Result<void> move_on(Change& change, const OutboxRow& head, std::vector<OutboxRow>& pending) {
    for (OutboxRow& row : pending) {
        if (row.oseq == head.oseq || row.to_sink) continue;
        row.attempts = 0;
        row.created = change.now();
        LJK_CHECK(change.tx().record(change.row().key, row, 0));
    }
    LJK_CHECK(change.take(conversation::SendingResumed{}));
    return {};
}

Result<void> record_in(Change& change, const LeasedDelivery& lease, const OutboxRow& after,
                       const std::vector<OutboxRow>& rows) {
    LJK_CHECK(change.must_exist());
    LJK_TRY(pending, change.tx().pending(change.row().key));
    const bool fenced = !is_pending(pending, after.oseq);
    if (fenced && after.status != DeliveryStatus::sent && after.status != DeliveryStatus::held)
        return record_fenced(change, lease, after);
    LJK_CHECK(change.tx().record(change.row().key, after, lease.token));
    const bool refused = is_refused(after);
    if (refused && after.status == DeliveryStatus::pending) {
        LJK_CHECK(change.take(conversation::SendingPaused{}));
        return {};
    }
    const bool waited = is_refused(lease.row) || is_sending_paused(change.row().state);
    if (waited && !refused && !after.to_sink) LJK_CHECK(move_on(change, after, pending));
    count(change.report(), after.status);
    if (after.status != DeliveryStatus::pending) return follow_up(change, after, rows);
    tell_of_retry(change, after);
    return {};
}

/// Whether the epoch of the row may rise while it waits, or is under way.
bool is_carried_over(const OutboxRow& row) noexcept {
    return row.action == Action::forward || is_bot_line(row);
}

/// The bot may have stayed the reader, or come back, while the epoch rose: then the row has the new one. Its item may have
/// been found meanwhile. What was taken back stays so, unless it arrived.
Result<void> record_carried(Change& change, const LeasedDelivery& lease, const OutboxRow& after,
                            const std::vector<OutboxRow>& rows) {
    LJK_CHECK(change.must_exist());
    LJK_TRY(stored, change.tx().delivery(change.row().key, after.oseq));
    OutboxRow row = after;
    row.epoch = stored.epoch;
    row.item_seq = stored.item_seq;
    const bool carried_over =
        stored.status == DeliveryStatus::pending && stored.epoch > after.epoch;
    if (carried_over && after.status == DeliveryStatus::refused)
        return change.tx().record(change.row().key, stored, lease.token);
    const bool taken_back =
        stored.status == DeliveryStatus::refused && stored.last_error == kRerouted;
    if (!taken_back || after.status == DeliveryStatus::sent)
        return record_in(change, lease, row, rows);
    row.status = DeliveryStatus::refused;
    row.last_error = kRerouted;
    return change.tx().record(change.row().key, row, lease.token);
}

Result<void> hold_in(Change& change, const LeasedDelivery& lease) {
    LJK_CHECK(change.must_exist());
    LJK_TRY(row, change.tx().delivery(change.row().key, lease.row.oseq));
    // Under the lock the call may have been repeated with success: then the row is only given back.
    const bool still = is_behind_failed_call({change.row(), row, lease.token});
    if (still && row.status == DeliveryStatus::pending) {
        row.status = DeliveryStatus::held;
        row.last_error = kBehindCall;
        row.ready_at = change.now();
        ++change.report().held;
        LJK_CHECK(tell(change, row));
    }
    return change.tx().record(change.row().key, row, lease.token);
}

}  // namespace

Result<void> let_go(Change& change, const std::vector<OutboxRow>& rows) {
    for (const OutboxRow& seen : rows) {
        if (seen.status != DeliveryStatus::held || seen.last_error != kBehindCall) continue;
        LJK_TRY(row, change.tx().delivery(change.row().key, seen.oseq));
        if (row.status != DeliveryStatus::held) continue;  // somebody decided meanwhile
        row.status = DeliveryStatus::pending;
        row.last_error.clear();
        row.ready_at = change.now();
        LJK_CHECK(change.tx().record(change.row().key, row, 0));
        LJK_CHECK(tell(change, row));
    }
    return {};
}

Result<void> record_attempt(Core& core, const LeasedDelivery& lease, const OutboxRow& after) {
    LJK_TRY(account, core.account_named(lease.conversation.account));
    std::vector<OutboxRow> rows;
    if (is_call(after.action) && after.status == DeliveryStatus::sent) {
        LJK_TRY(all, core.store->deliveries(lease.conversation.key));
        rows = std::move(all);
    }
    return change_conversation(core, *account, lease.conversation.ref, [&](Change& change) {
        return is_carried_over(after) ? record_carried(change, lease, after, rows)
                                      : record_in(change, lease, after, rows);
    });
}

Result<void> postpone(Core& core, const LeasedDelivery& lease, Millis at, std::string_view why) {
    LJK_CHECK(core.lane->run([&](store::Tx& tx) -> Result<void> {
        store::ConversationRow conversation;
        LJK_TRY(exists, tx.lock(lease.conversation.key, conversation));
        if (!exists) return fail(Code::not_found, "no such conversation");
        LJK_TRY(row, tx.delivery(lease.conversation.key, lease.row.oseq));
        if (row.status == DeliveryStatus::pending) {
            row.ready_at = at;
            if (row.last_error.empty()) row.last_error = why;
        }
        return tx.record(lease.conversation.key, row, lease.token);
    }));
    ++core.counters.postponed;
    return {};
}

Result<bool> may_leave(Core& core, const LeasedDelivery& lease) {
    std::uint64_t epoch = lease.row.epoch;
    if (is_carried_over(lease.row)) {  // a gate may have closed under the same epoch
        std::string ref;
        LJK_TRY(stored, core.store->delivery(lease.row.id, ref));
        if (stored.status != DeliveryStatus::pending) return false;
        epoch = stored.epoch;
    }
    LJK_TRY(row, core.store->conversation(lease.conversation.key));
    return conversation::may_leave(row.state, lease.row.action, epoch);
}

Result<void> give_up_waiting(Core& core, const store::Delivery& one) {
    LJK_TRY(account, core.account_of_ref(one.ref));
    return change_conversation(core, *account, one.ref, [&](Change& change) -> Result<void> {
        LJK_CHECK(change.must_exist());
        LJK_TRY(row, change.tx().delivery(change.row().key, one.row.oseq));
        if (row.status != DeliveryStatus::pending || row.created != one.row.created) {
            change.leave();
            return {};
        }
        row.status = DeliveryStatus::dead;
        if (!is_refused(row)) row.last_error = std::string(kCredentials) + ": not sent in time";
        row.ready_at = change.now();
        LJK_CHECK(change.tx().record(change.row().key, row, 0));
        count(change.report(), row.status);
        return tell(change, row);
    });
}

bool is_behind_failed_call(const LeasedDelivery& lease) noexcept {
    const conversation::Conversation& state = lease.conversation.state;
    return !is_call(lease.row.action) && state.state == conversation::State::returning &&
           state.sync == conversation::Sync::diverged && lease.row.epoch == state.epoch;
}

Result<void> hold_behind(Core& core, const LeasedDelivery& lease) {
    LJK_TRY(account, core.account_named(lease.conversation.account));
    return change_conversation(core, *account, lease.conversation.ref,
                               [&](Change& change) { return hold_in(change, lease); });
}

}  // namespace lampjack::engine
