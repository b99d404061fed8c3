#pragma once
// Tx: one change of conversations in a store. See store.h for its errors.

#include "base/result.h"
#include "store/rows.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace lampjack::store {

/// One transaction. Destroying it without commit() undoes everything. Used by one thread; ends before its Store does.
class Tx {
public:
    virtual ~Tx() = default;

    /// Locks the conversation until the end of the transaction. False when it does not exist: `out` then holds nothing but
    /// next_seq, next_out and retired_epoch, which are not the first ones where a conversation of that key was erased.
    virtual Result<bool> lock(const ConversationKey& key, ConversationRow& out) = 0;
    /// What known() will be asked first about the conversation locked next: a store far away answers both at once.
    virtual void will_ask(std::span<const model::ItemKey> keys) { static_cast<void>(keys); }
    /// For each key the seq of the item that has it, 0 when none has. The conversation is locked.
    virtual Result<std::vector<std::uint64_t>> known(const ConversationKey& key,
                                                     std::span<const model::ItemKey> keys) = 0;
    /// Appends an item that is known by these keys from now on.
    virtual Result<void> append(const ConversationKey& key, const ItemRow& item,
                                std::span<const model::ItemKey> keys) = 0;
    /// Gives a known item another key (the id of a message first seen without one).
    virtual Result<void> alias(const ConversationKey& key, const model::ItemKey& item,
                               std::uint64_t seq) = 0;
    /// What is known of a caller's command by the hash of its key; empty when there is nothing. The conversation is locked.
    virtual Result<std::optional<KnownCommand>> known_command(const ConversationKey& key,
                                                              const model::ItemKey& command) = 0;
    /// From now on that command is known by the hash of its key, with the item it made (0: none) and a hash of what it asks
    /// for. One that is known already stays as it is. Kept as long as an item's keys: see prune().
    virtual Result<void> remember_command(const ConversationKey& key, const model::ItemKey& command,
                                          std::uint64_t seq, const model::ItemKey& content) = 0;
    /// Changes for whom an item is, and hands it out again, before later ones, to each subscription that wants it now and
    /// did not before: once, also where the subscription has passed it. not_found.
    virtual Result<void> readdress(const ConversationKey& key, std::uint64_t seq,
                                   conversation::To to, std::string_view flags) = 0;
    /// An item that is there names another delivery from now on: the one that carries its words now.
    virtual Result<void> name_delivery(const ConversationKey& key, std::uint64_t seq,
                                       std::string_view delivery) = 0;
    virtual Result<void> put(const ConversationRow& row) = 0;
    /// The conversation, which is stored, is one of that user's from now on: see Store::conversations_of().
    virtual Result<void> set_user(const ConversationKey& key, const UserKey& user) = 0;
    /// One item by its seq; not_found.
    virtual Result<ItemRow> item(const ConversationKey& key, std::uint64_t seq) = 0;
    /// The newest items, oldest first.
    virtual Result<std::vector<ItemRow>> newest(const ConversationKey& key, std::size_t limit) = 0;

    /// The same without their bodies, with what a transcript is compared with.
    virtual Result<std::vector<MergeRow>> newest_merge(const ConversationKey& key,
                                                       std::size_t limit) = 0;
    /// The record of an item that is there and has none.
    virtual Result<void> put_merge(const ConversationKey& key, std::uint64_t seq,
                                   const conversation::MergeRecord& record) = 0;

    virtual Result<void> enqueue(const ConversationKey& key, const OutboxRow& row) = 0;
    /// The row of that caller's key, for a repeated command; empty id when there is none.
    virtual Result<OutboxRow> find_command(const ConversationKey& key,
                                           std::string_view command_key) = 0;
    /// Marks pending replies under an epoch below `epoch` as refused and returns them.
    virtual Result<std::vector<OutboxRow>> fence(const ConversationKey& key,
                                                 std::uint64_t epoch) = 0;
    /// The pending rows, in order.
    virtual Result<std::vector<OutboxRow>> pending(const ConversationKey& key) = 0;
    /// The rows that carry one item's words, in order, whatever their status.
    virtual Result<std::vector<OutboxRow>> deliveries_of(const ConversationKey& key,
                                                         std::uint64_t item_seq) = 0;
    /// The user's words for the bot that are neither sent nor refused: pending, held and dead rows, in order.
    virtual Result<std::vector<OutboxRow>> unsent_forwards(const ConversationKey& key) = 0;
    /// Whether a sender has the conversation's HTTP lane: the call of its first pending row may have begun.
    virtual Result<bool> is_lane_leased(const ConversationKey& key) = 0;
    /// One row by its oseq, whatever its status; not_found.
    virtual Result<OutboxRow> delivery(const ConversationKey& key, std::uint64_t oseq) = 0;
    /// Replaces a row by its oseq, whatever its status; with the lease's token, or 0 without a lease. `unsupported` when
    /// the lease is lost: record nothing else then.
    virtual Result<void> record(const ConversationKey& key, const OutboxRow& row,
                                std::uint64_t token) = 0;

    /// The answer given to a request before; empty status 0 when there is none.
    virtual Result<model::Answer> answer_of(const ConversationKey& key,
                                            const model::ItemKey& request) = 0;
    virtual Result<void> put_answer(const ConversationKey& key, const model::ItemKey& request,
                                    const model::Answer& answer) = 0;

    /// Removes the conversation with all that belongs to it. Its counters stay behind (a tombstone): see lock().
    virtual Result<void> erase(const ConversationKey& key) = 0;

    /// A point inside this transaction to go back to; a new one replaces the last.
    virtual Result<void> savepoint() = 0;
    /// Undoes everything since the savepoint; the transaction goes on, also after a statement failed.
    virtual Result<void> rollback_to_savepoint() = 0;
    virtual Result<void> commit() = 0;
};

}  // namespace lampjack::store
