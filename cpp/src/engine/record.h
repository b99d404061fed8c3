#pragma once
// What an attempt to deliver means for its row and its conversation: each function is one transaction.

#include "engine/core.h"

namespace lampjack::engine {

/// Why words wait behind a call that was refused for good; see `hold_behind`.
inline constexpr std::string_view kBehindCall = "behind_a_failed_call";

/// Writes down what became of an attempt and what follows from it for the conversation. Rows that ended are sent, dead,
/// refused or held; a pending one is tried again at its `ready_at`. Errors: `unsupported` when the lease is lost.
Result<void> record_attempt(Core& core, const store::LeasedDelivery& lease,
                            const store::OutboxRow& after);
/// Gives the lane back until `at`, the row unchanged but for that and `why`.
Result<void> postpone(Core& core, const store::LeasedDelivery& lease, Millis at,
                      std::string_view why);
/// A delivery that has waited too long for credentials becomes a dead letter.
Result<void> give_up_waiting(Core& core, const store::Delivery& one);
/// Whether the row may leave now: the state is read again.
Result<bool> may_leave(Core& core, const store::LeasedDelivery& lease);

/// The return call of this owner's end was refused for good, so the words behind it would reach a user whose bot is
/// still muted: they are held until a later call succeeds, the epoch ends, or a person decides.
bool is_behind_failed_call(const store::LeasedDelivery& lease) noexcept;
Result<void> hold_behind(Core& core, const store::LeasedDelivery& lease);
/// Rows of that conversation that were held behind a call may leave again.
Result<void> let_go(class Change& change, const std::vector<store::OutboxRow>& rows);

}  // namespace lampjack::engine
