#pragma once
// Store: where conversations, items, answers and outgoing commands live. One interface for memory, SQLite and PostgreSQL.
// Every change of a conversation happens inside one Tx that holds its lock; lock order is conversation, lane, outbox.
// Errors: `store` (not now: 503), `conflict` (the same change may be run again at once), `config` (wrong path, owner or
// schema; names the next step). Any thread. Times given are the caller's clock.

#include "base/result.h"
#include "store/holders.h"
#include "store/rows.h"
#include "store/tx.h"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::store {

class Store {
public:
    virtual ~Store() = default;

    /// Whether several changes of different conversations gain by sharing one transaction: one writer at a time.
    virtual bool groups_commits() const noexcept = 0;
    /// Begins a transaction; waits while the store is busy. Any thread; one transaction a thread.
    virtual Result<std::unique_ptr<Tx>> begin() = 0;

    // Reads. They see what was committed before the call. A limit counts what is left of the accounts asked for.
    virtual Result<ConversationRow> conversation(const ConversationKey& key) = 0;  ///< not_found
    /// Newest first; `state` empty for all.
    virtual Result<std::vector<ConversationRow>>
    conversations(std::string_view state, std::size_t limit, OfAccounts of = {}) = 0;
    /// The accounts that have conversations, by name.
    virtual Result<std::vector<std::string>> accounts() = 0;
    /// The refs of the conversations that Tx::set_user() gave to that user, in order.
    virtual Result<std::vector<std::string>> conversations_of(const UserKey& user) = 0;
    virtual Result<std::vector<ItemRow>> items(const ConversationKey& key, std::uint64_t after,
                                               std::size_t limit) = 0;
    virtual Result<OutboxRow> delivery(std::string_view id, std::string& ref) = 0;  ///< not_found
    virtual Result<std::vector<OutboxRow>> deliveries(const ConversationKey& key) = 0;

    /// Rows of that status of all conversations, oldest first.
    virtual Result<std::vector<Delivery>> deliveries_by(DeliveryStatus status, std::size_t limit,
                                                        OfAccounts of = {}) = 0;
    /// How many rows of an account are pending: for the limit of the outbound queue.
    virtual Result<std::size_t> pending_count(std::string_view account) = 0;

    // Leases. A lease that is neither recorded nor released ends by itself at `until`.
    /// Heads of lanes whose time has come, of the given accounts; `sinks` selects rows for sinks, else rows for HTTP. The
    /// lease names the holder: see beat().
    virtual Result<std::vector<LeasedDelivery>>
    lease_deliveries(std::span<const std::string> accounts, bool sinks, Millis now, Millis until,
                     std::size_t limit, std::uint64_t holder = 0) = 0;
    /// The head of this conversation's lane of rows for HTTP, when its time has come and nobody holds it; else nothing.
    virtual Result<std::optional<LeasedDelivery>> lease_delivery(const ConversationKey& key,
                                                                 Millis now, Millis until,
                                                                 std::uint64_t holder = 0) = 0;
    virtual Result<void> release_delivery(const ConversationKey& key, std::uint64_t token) = 0;
    /// The lease ends at `until` instead, and names that holder. False when it was lost.
    virtual Result<bool> extend_delivery(const ConversationKey& key, std::uint64_t token,
                                         Millis until, std::uint64_t holder) = 0;
    /// The heads of the account's lanes for HTTP whose time has come and that nobody holds, the longest waiting first. Rows of
    /// other accounts, and rows whose time has not come, are not read.
    virtual Result<std::vector<Delivery>> due_heads(std::string_view account, Millis now,
                                                    std::size_t limit) = 0;
    /// When the next lane becomes ready; a time far ahead when there is none.
    virtual Result<Millis> next_delivery_at(bool sinks) = 0;

    /// Declares a subscription. A new one starts with the oldest item kept. Another filter for a known one counts from the
    /// first item that waits in each conversation: what it does not want any more is not handed out, what it wants now is.
    /// True when it is new; `by.start_now` is ignored for one that is not. `config` when a live holder has it with other
    /// kinds, `to` or `include_bot`: so beat() comes first, with the subscription in it.
    virtual Result<bool> subscribe(std::string_view name, const SubscriptionFilter& filter,
                                   const Subscriber& by = {}) = 0;
    /// All of them, by name, with what waits of these accounts and the live processes that have one of them.
    virtual Result<std::vector<SubscriptionState>> subscriptions(Millis now,
                                                                 OfAccounts of = {}) = 0;
    /// The same without counts: no lane and no item is read.
    virtual Result<std::vector<KnownSubscription>> known_subscriptions() = 0;
    /// How far each of them has come with that conversation, by name.
    virtual Result<std::vector<Standing>> standings(const ConversationKey& key, Millis now) = 0;
    /// Removes it with all that waits for it and its dead items; not_found, or `unsupported` while a live holder has it.
    virtual Result<void> drop_subscription(std::string_view name, Millis now) = 0;
    /// The next item for that subscription: in order within a conversation, one at a time there. Empty when none is ready.
    virtual Result<std::vector<LeasedItem>> lease_items(std::string_view subscription, Millis now,
                                                        Millis until, std::size_t limit,
                                                        const Lessee& who = {}) = 0;
    /// Ends leases whose items nobody has begun with: they are due at once, and the attempt does not count. Leases that
    /// were lost are passed over.
    virtual Result<void> give_back(std::string_view subscription,
                                   std::span<const LeasedItem> items) = 0;
    /// The lease ends at `until` instead, and names that holder. False when it was lost.
    virtual Result<bool> extend_item(std::string_view subscription, const LeasedItem& item,
                                     Millis until, std::uint64_t holder) = 0;
    /// Ends the lease of an item; `unsupported` when it was lost. `at`: for `retry` when to hand it out again, for `dead`
    /// the present time. `reason` is one line, kept with a dead item.
    virtual Result<void> finish_item(std::string_view subscription, const LeasedItem& item,
                                     ItemOutcome outcome, Millis at, std::string_view reason) = 0;
    /// What the subscription has given up, oldest first.
    virtual Result<std::vector<DeadItem>> dead_items(std::string_view subscription,
                                                     std::size_t limit, OfAccounts of = {}) = 0;
    /// Hands a dead item out again (attempt 1), or forgets it; not_found when it is not there.
    virtual Result<void> settle_dead_item(std::string_view subscription, std::string_view ref,
                                          std::uint64_t seq, bool again) = 0;

    // Holders. Who is silent beyond its `until` is dead, and what it leased is due again without waiting for its leases.
    /// Writes the row of a holder, new or again.
    virtual Result<void> beat(const Holder& holder) = 0;
    /// All rows, the dead ones that nobody has reclaimed yet too.
    virtual Result<std::vector<Holder>> holders() = 0;
    /// Removes dead holders. What they leased and nobody has taken since is due: items now, deliveries when the call that
    /// may still be in flight is over, `call_time` after the lease.
    virtual Result<Reclaimed> reclaim(Millis now, Millis call_time) = 0;
    /// Removes a holder's row, at an orderly end. Its leases stay.
    virtual Result<void> leave(std::uint64_t holder) = 0;

    /// One that was set a day or more ahead may come up to a minute late.
    virtual Result<std::vector<DueTimer>> due_timers(Millis now, std::size_t limit,
                                                     OfAccounts of = {}) = 0;
    virtual Result<Millis> next_timer_at() = 0;

    // Small facts about accounts, e.g. the address a platform told us.
    virtual Result<std::string> meta(std::string_view name) = 0;
    virtual Result<void> put_meta(std::string_view name, std::string_view value) = 0;
    /// Sets it to `value` if it is `expected` now, in one step; one that was never set is empty. False when it is another.
    virtual Result<bool> swap_meta(std::string_view name, std::string_view expected,
                                   std::string_view value) = 0;

    /// Removes keys and stored answers older than `keys_before` and ended rows (sent, refused, dead) older than
    /// `rows_before`, at most `limit` of each; how many went. Items go only by erase.
    virtual Result<std::size_t> prune(Millis keys_before, Millis rows_before,
                                      std::size_t limit) = 0;

    /// Empties the write-ahead log, in which what was removed can still be read. While a reader holds it, tries again for so
    /// long, without a lock between tries.
    virtual Result<LogState> empty_log(std::chrono::milliseconds patience) {
        static_cast<void>(patience);
        return LogState::empty;  // of a store that keeps no log
    }

    /// What an operator should look after, in one line without secrets; empty when all is well.
    virtual std::string warning() { return {}; }

    /// Closes it for good: later calls fail with Code::closed. Never called in a forked child.
    virtual void close() = 0;
};

struct OpenOptions {
    std::size_t connections = 16;  ///< of this process to a database at a time
};

/// Opens a store by its URL, see open.cpp. The error for another scheme lists the known ones.
Result<std::unique_ptr<Store>> open(std::string_view url, const OpenOptions& options = {});
/// The same for who only reads: a file or tables that are not there are not made.
Result<std::unique_ptr<Store>> open_existing(std::string_view url);
/// Brings the schema at that URL to this release's; a no-op for a store without one. Where there is no store yet,
/// `create` makes it; else that is a config error.
Result<void> migrate(std::string_view url, bool create = false);

}  // namespace lampjack::store
