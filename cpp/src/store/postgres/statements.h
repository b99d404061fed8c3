#pragma once
// Statements that several files use. A statement's name is what a connection knows it by: one name, one text.

#include "store/postgres/connection.h"

namespace lampjack::store::postgres {

/// A number that rises with time: who waited longest is first.
#define LJK_PG_TURN "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

inline constexpr Statement kBegin{"lampjack_begin", "BEGIN"};
inline constexpr Statement kCommit{"lampjack_commit", "COMMIT"};
inline constexpr Statement kRollback{"lampjack_rollback", "ROLLBACK"};
/// The database's time in milliseconds.
inline constexpr Statement kNow{"lampjack_now",
                                "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"};
/// Whoever changes what belongs to a conversation holds its row: the first lock of every transaction.
inline constexpr Statement kLockRow{
    "lampjack_lock_row", "SELECT 1 FROM lampjack_conversation WHERE key = $1 FOR UPDATE"};

}  // namespace lampjack::store::postgres
