// What an attempt to deliver means for its row and its conversation, in one transaction.

#include "conversation/fence.h"
#include "engine/change.h"
#include "engine/sender.h"
#include "engine/views.h"

#include <algorithm>

namespace lampjack::engine {

using conversation::Action;
using store::DeliveryStatus;

namespace {

/// What the state machine is told when a mute or a return is over.
std::optional<conversation::Input> outcome_input(const store::OutboxRow& row) {
    const bool sent = row.status == DeliveryStatus::sent;
    const bool failed = row.status == DeliveryStatus::dead;
    if (row.action == Action::mute) {
        if (sent) return conversation::MuteDone{};
        if (failed) return conversation::MuteFailed{.permanent = true};
    }
    if (row.action == Action::unmute) {
        if (sent) return conversation::ReturnDone{};
        if (failed) return conversation::ReturnFailed{.permanent = true};
    }
    return std::nullopt;
}

void count(Counters& counters, DeliveryStatus status) {
    switch (status) {
        case DeliveryStatus::pending: ++counters.retries; break;
        case DeliveryStatus::sent: ++counters.sent; break;
        case DeliveryStatus::dead: ++counters.dead; break;
        case DeliveryStatus::refused: ++counters.fenced; break;
        case DeliveryStatus::held: ++counters.held; break;
    }
}

/// A row that was refused while it was under way stays refused, and nobody is told twice: only the attempt is noted.
Result<void> record_fenced(Core& core, store::Tx& tx, const Change& change,
                           const store::LeasedDelivery& lease, const store::OutboxRow& after) {
    store::OutboxRow row = after;
    row.status = DeliveryStatus::refused;
    row.last_error = "stale_owner";
    LJK_CHECK(tx.record(change.row().key, row, lease.token));
    LJK_CHECK(tx.commit());
    core.changed.notify();
    return {};
}

}  // namespace

Result<void> record_attempt(Core& core, const store::LeasedDelivery& lease,
                            const store::OutboxRow& after) {
    const platforms::Account* account = core.account(lease.conversation.account);
    if (account == nullptr) return fail(Code::not_found, "no account of that name");
    LJK_TRY(tx, core.store->begin());
    Change change(core, *tx, *account);
    LJK_TRY(exists, change.open(lease.conversation.ref));
    if (!exists) return fail(Code::not_found, "no such conversation");
    LJK_TRY(pending, tx->pending(change.row().key));
    const bool fenced =
        std::none_of(pending.begin(), pending.end(),
                     [&](const store::OutboxRow& row) { return row.oseq == after.oseq; });
    if (fenced && after.status != DeliveryStatus::sent && after.status != DeliveryStatus::held)
        return record_fenced(core, *tx, change, lease, after);
    LJK_CHECK(tx->record(change.row().key, after, lease.token));
    count(core.counters, after.status);
    if (after.status != DeliveryStatus::pending) {
        LJK_CHECK(change.append_fact(delivery_fact_json(after), "delivery_changed",
                                     conversation::To::desk));
        if (const auto input = outcome_input(after)) {
            const auto outcome = change.apply(*input);
            change.row().state = outcome.next;
            LJK_CHECK(change.carry_out(outcome, {}));
        }
    }
    LJK_CHECK(change.finish());
    LJK_CHECK(tx->commit());
    core.committed(change.take_alarms());
    return {};
}

Result<bool> may_leave(Core& core, const store::LeasedDelivery& lease) {
    LJK_TRY(row, core.store->conversation(lease.conversation.key));
    return conversation::may_leave(row.state, lease.row.action, lease.row.epoch);
}

}  // namespace lampjack::engine
