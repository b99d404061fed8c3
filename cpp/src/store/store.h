#pragma once
// Store: where conversations, items, answers and outgoing commands live. One interface for memory, SQLite and PostgreSQL.
// Every change of a conversation happens inside one Tx that holds its lock; lock order is conversation, lane, outbox.

#include "base/result.h"
#include "store/rows.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::store {

/// One transaction. Destroying it without commit() undoes everything. Used by one thread.
class Tx {
public:
    virtual ~Tx() = default;

    /// Locks the conversation until the end of the transaction. `out` is false when it does not exist yet.
    virtual Result<bool> lock(const ConversationKey& key, ConversationRow& out) = 0;
    /// For each key the seq of the item that has it, 0 when none has. The conversation is locked.
    virtual Result<std::vector<std::uint64_t>> known(const ConversationKey& key,
                                                     std::span<const model::ItemKey> keys) = 0;
    /// Appends an item that is known by these keys from now on.
    virtual Result<void> append(const ConversationKey& key, const ItemRow& item,
                                std::span<const model::ItemKey> keys) = 0;
    /// Gives a known item another key (the id of a message first seen without one).
    virtual Result<void> alias(const ConversationKey& key, const model::ItemKey& item,
                               std::uint64_t seq) = 0;
    virtual Result<void> put(const ConversationRow& row) = 0;
    /// The newest items, oldest first.
    virtual Result<std::vector<ItemRow>> newest(const ConversationKey& key, std::size_t limit) = 0;

    virtual Result<void> enqueue(const ConversationKey& key, const OutboxRow& row) = 0;
    /// The row of that caller's key, for a repeated command; empty id when there is none.
    virtual Result<OutboxRow> find_command(const ConversationKey& key,
                                           std::string_view command_key) = 0;
    /// Marks pending replies under an epoch below `epoch` as refused and returns them.
    virtual Result<std::vector<OutboxRow>> fence(const ConversationKey& key,
                                                 std::uint64_t epoch) = 0;
    /// The pending rows, in order.
    virtual Result<std::vector<OutboxRow>> pending(const ConversationKey& key) = 0;
    /// Replaces a row by its oseq; with the lease's token, or 0 for rows nobody has leased. `unsupported` when the
    /// lease is lost: record nothing else then.
    virtual Result<void> record(const ConversationKey& key, const OutboxRow& row,
                                std::uint64_t token) = 0;

    /// The answer given to a request before; empty status 0 when there is none.
    virtual Result<model::Answer> answer_of(const ConversationKey& key,
                                            const model::ItemKey& request) = 0;
    virtual Result<void> put_answer(const ConversationKey& key, const model::ItemKey& request,
                                    const model::Answer& answer) = 0;

    /// Removes the conversation with all that belongs to it.
    virtual Result<void> erase(const ConversationKey& key) = 0;
    virtual Result<void> commit() = 0;
};

class Store {
public:
    virtual ~Store() = default;

    /// Begins a transaction; waits while the store is busy. Any thread; one transaction a thread.
    virtual Result<std::unique_ptr<Tx>> begin() = 0;

    // Reads. They see what was committed before the call.
    virtual Result<ConversationRow> conversation(const ConversationKey& key) = 0;  ///< not_found
    /// Newest first; `state` empty for all.
    virtual Result<std::vector<ConversationRow>> conversations(std::string_view state,
                                                               std::size_t limit) = 0;
    virtual Result<std::vector<ItemRow>> items(const ConversationKey& key, std::uint64_t after,
                                               std::size_t limit) = 0;
    virtual Result<OutboxRow> delivery(std::string_view id, std::string& ref) = 0;  ///< not_found
    virtual Result<std::vector<OutboxRow>> deliveries(const ConversationKey& key) = 0;

    // Leases. A lease that is neither recorded nor released ends by itself at `until`.
    /// Heads of lanes whose time has come, of the given accounts; `sinks` selects rows for sinks, else rows for HTTP.
    virtual Result<std::vector<LeasedDelivery>>
    lease_deliveries(std::span<const std::string> accounts, bool sinks, Millis now, Millis until,
                     std::size_t limit) = 0;
    virtual Result<void> release_delivery(const ConversationKey& key, std::uint64_t token) = 0;
    /// When the next lane becomes ready; a time far ahead when there is none.
    virtual Result<Millis> next_delivery_at(bool sinks) = 0;

    /// Declares a subscription. A new one starts with the oldest item kept.
    virtual Result<void> subscribe(std::string_view name, const SubscriptionFilter& filter) = 0;
    /// The next item for that subscription: in order within a conversation, one at a time there. Empty when none is ready.
    virtual Result<std::vector<LeasedItem>> lease_items(std::string_view subscription, Millis now,
                                                        Millis until, std::size_t limit) = 0;
    /// Handled, or to be handed out again not before `retry_at`.
    virtual Result<void> finish_item(std::string_view subscription, const LeasedItem& item,
                                     bool done, Millis retry_at) = 0;

    virtual Result<std::vector<DueTimer>> due_timers(Millis now, std::size_t limit) = 0;
    virtual Result<Millis> next_timer_at() = 0;

    // Small facts about accounts, e.g. the address a platform told us.
    virtual Result<std::string> meta(std::string_view name) = 0;
    virtual Result<void> put_meta(std::string_view name, std::string_view value) = 0;
};

/// Opens a store by its URL: `memory:`. The error for another scheme lists the known ones.
Result<std::unique_ptr<Store>> open(std::string_view url);

}  // namespace lampjack::store
