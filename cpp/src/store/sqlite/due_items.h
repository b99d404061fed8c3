#pragma once
// Which conversations have something due for a subscription.

#include "store/sqlite/subscriptions.h"

#include <span>
#include <string>

namespace lampjack::store::sqlite {

/// Of these accounts; empty: of all.
using Accounts = std::span<const std::string>;

Result<bool> has_due_lane(Connection& db, std::int64_t subscription, Millis now,
                          const Accounts& accounts);
/// The longest waiting first.
Result<std::vector<ItemLane>> due_lanes(Connection& db, std::int64_t subscription, Millis now,
                                        const Accounts& accounts, std::size_t limit);
/// Writes the account into lanes that do not name theirs: those of version 1, and of conversations from before the
/// subscription. Some at each lease, so that none takes long.
Result<void> note_accounts(Connection& db, std::int64_t subscription, Millis now);
/// Somebody has leased from it.
Result<void> note_served(Connection& db, const Subscription& subscription, Millis now);

}  // namespace lampjack::store::sqlite
