#pragma once
// The columns of each kind of row, in the order in which they are read and written.

#include "store/postgres/connection.h"
#include "store/rows.h"

namespace lampjack::store::postgres {

// Texts, so that statements are put together by the compiler.
#define LJK_PG_CONVERSATION \
    "c.alive, c.ref, c.account, c.next_seq, c.next_out, c.retired_epoch, c.touched, c.body, c.key"
#define LJK_PG_ITEM                                                                         \
    "i.seq, i.epoch, i.episode, i.state, i.recipient, i.flags, i.kind, i.body, i.is_fact, " \
    "i.received, i.delivery"
#define LJK_PG_OUTBOX                                                                           \
    "o.oseq, o.id, o.epoch, o.action, o.to_sink, o.agent, o.command_key, o.content, o.status, " \
    "o.attempts, o.last_code, o.last_error, o.created, o.ready, o.item_seq, o.vendor_answer"

inline constexpr int kConversationColumns = 9;
inline constexpr int kItemColumns = 11;
inline constexpr int kOutboxColumns = 16;

ConversationKey read_key(const Rows& rows, int row, int column);
/// Everything of a conversation, its body decoded.
Result<ConversationRow> read_conversation(const Rows& rows, int row, int first = 0);
ItemRow read_item(const Rows& rows, int row, int first = 0);
OutboxRow read_outbox(const Rows& rows, int row, int first = 0);

/// The values of an item's columns, behind the conversation's key.
Params item_params(const ConversationKey& key, const ItemRow& item);
/// The values of an outbox row's columns, behind the conversation's key; `ready_at` is the database's time.
Params outbox_params(const ConversationKey& key, const OutboxRow& row, Millis ready_at);

}  // namespace lampjack::store::postgres
