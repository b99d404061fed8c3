#pragma once
// How the rows of rows.h stand in the tables: the columns in one order, written and read here only.

#include "store/rows.h"
#include "store/sqlite/statement.h"

namespace lampjack::store::sqlite {

// clang-format off
#define LJK_CONVERSATION_COLUMNS \
    "key, ref, account, touched, next_seq, next_out, retired_epoch, body"
#define LJK_ITEM_COLUMNS \
    "seq, epoch, episode, state, audience, flags, kind, is_fact, received, body, delivery"
#define LJK_OUTBOX_COLUMNS \
    "oseq, id, epoch, action, to_sink, agent, command, content, status, attempts, last_code, " \
    "last_error, created, ready_at, item_seq, vendor_answer"
// clang-format on

inline constexpr int kItemColumns = 11;
inline constexpr int kOutboxColumns = 16;

/// Reads the columns above, of which the first is `first`.
Result<ConversationRow> read_conversation(const Statement& row, int first = 0);
ItemRow read_item(const Statement& row, int first = 0);
OutboxRow read_outbox(const Statement& row, int first = 0);

/// Binds the columns of an item or an outbox row in the order above.
void bind(Statement& statement, const ItemRow& item);
void bind(Statement& statement, const OutboxRow& row);

/// A limit as SQL takes it: -1 for all.
inline std::int64_t sql_limit(std::size_t limit) noexcept {
    return limit > 0x7FFFFFFF ? -1 : static_cast<std::int64_t>(limit);
}
ConversationKey key_at(const Statement& row, int column) noexcept;

}  // namespace lampjack::store::sqlite
