#pragma once
// Statements that several files use. A statement's name is what a connection knows it by: one name, one text.

#include "store/postgres/connection.h"

namespace lampjack::store::postgres {

/// A number that rises with time: who waited longest is first.
#define LJK_PG_TURN "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

/// Whether a subscription wants what is for that recipient with those flags; 1 is the desk, 2 the bot.
#define LJK_PG_IS_FOR(recipient_, flags_)                                                      \
    "(s.recipient IS NULL OR s.recipient = " recipient_ " OR (s.recipient = 2 AND " recipient_ \
    " = 1 AND 'bot_too' = ANY(string_to_array(" flags_                                         \
    ", ' '))) OR (s.recipient = 1 AND s.include_bot AND "                                      \
    "'bot_line' = ANY(string_to_array(" flags_ ", ' '))))"
/// Whether a subscription wants an item of this conversation.
#define LJK_PG_WANTS                                                                          \
    "(s.kinds IS NULL OR i.kind = ANY(s.kinds)) "                                             \
    "AND " LJK_PG_IS_FOR(                                                                     \
        "i.recipient",                                                                        \
        "i.flags") " "                                                                        \
                   "AND (s.accounts IS NULL OR (SELECT account FROM lampjack_conversation c " \
                   "WHERE c.key = i.key) = ANY(s.accounts))"

inline constexpr Statement kBegin{"lampjack_begin", "BEGIN"};
inline constexpr Statement kCommit{"lampjack_commit", "COMMIT"};
inline constexpr Statement kRollback{"lampjack_rollback", "ROLLBACK"};
inline constexpr Statement kHas{"lampjack_has_subscription",
                                "SELECT complete FROM lampjack_subscription WHERE name = $1"};
/// The database's time in milliseconds.
inline constexpr Statement kNow{"lampjack_now",
                                "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"};
/// Whoever changes what belongs to a conversation holds its row: the first lock of every transaction.
inline constexpr Statement kLockRow{
    "lampjack_lock_row", "SELECT 1 FROM lampjack_conversation WHERE key = $1 FOR UPDATE"};

}  // namespace lampjack::store::postgres
