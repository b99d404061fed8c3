#pragma once
// SqliteStore: `sqlite:PATH`. Durable, one machine, several processes. Its parts: reads, lanes, items, upkeep.

#include "base/random.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/session.h"
#include "store/store.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace lampjack::store::sqlite {

/// Opens the file with the journal this SQLite may be trusted with. Tests choose another, and wait less for other
/// processes.
Result<std::unique_ptr<Store>> open(std::string path);
Result<std::unique_ptr<Store>> open(std::string path, Journal journal,
                                    std::chrono::milliseconds patience = Session::kPatience);
/// Brings the file's schema to this release's, or, for tests, to another.
Result<void> migrate(std::string path, const Schema& schema = schema_of_this_release());
/// The journal of the SQLite this process runs with, and its version as a text.
Journal journal_in_use() noexcept;
std::string_view library_version() noexcept;

class SqliteStore final : public Store {
public:
    SqliteStore(std::string path, Journal journal, std::chrono::milliseconds patience)
        : session_(std::move(path), journal, patience) {}
    ~SqliteStore() override = default;

    bool groups_commits() const noexcept override { return true; }
    Result<std::unique_ptr<Tx>> begin() override;

    Result<ConversationRow> conversation(const ConversationKey& key) override;
    Result<std::vector<ConversationRow>> conversations(std::string_view state, std::size_t limit,
                                                       OfAccounts of) override;
    Result<std::vector<std::string>> accounts() override;
    Result<std::vector<std::string>> conversations_of(const UserKey& user) override;
    Result<std::vector<ItemRow>> items(const ConversationKey& key, std::uint64_t after,
                                       std::size_t limit) override;
    Result<OutboxRow> delivery(std::string_view id, std::string& ref) override;
    Result<std::vector<OutboxRow>> deliveries(const ConversationKey& key) override;
    Result<std::vector<Delivery>> deliveries_by(DeliveryStatus status, std::size_t limit,
                                                OfAccounts of) override;
    Result<std::size_t> pending_count(std::string_view account) override;

    Result<std::vector<LeasedDelivery>> lease_deliveries(std::span<const std::string> accounts,
                                                         bool sinks, Millis now, Millis until,
                                                         std::size_t limit,
                                                         std::uint64_t holder) override;
    Result<std::optional<LeasedDelivery>> lease_delivery(const ConversationKey& key, Millis now,
                                                         Millis until,
                                                         std::uint64_t holder) override;
    Result<void> release_delivery(const ConversationKey& key, std::uint64_t token) override;
    Result<bool> extend_delivery(const ConversationKey& key, std::uint64_t token, Millis until,
                                 std::uint64_t holder) override;
    Result<std::vector<Delivery>> due_heads(std::string_view account, Millis now,
                                            std::size_t limit) override;
    Result<Millis> next_delivery_at(bool sinks) override;

    Result<bool> subscribe(std::string_view name, const SubscriptionFilter& filter,
                           const Subscriber& by) override;
    Result<std::vector<SubscriptionState>> subscriptions(Millis now, OfAccounts of) override;
    Result<std::vector<KnownSubscription>> known_subscriptions() override;
    Result<std::vector<Standing>> standings(const ConversationKey& key, Millis now) override;
    Result<void> drop_subscription(std::string_view name, Millis now) override;
    Result<std::vector<LeasedItem>> lease_items(std::string_view subscription, Millis now,
                                                Millis until, std::size_t limit,
                                                const Lessee& who) override;
    Result<void> give_back(std::string_view subscription,
                           std::span<const LeasedItem> items) override;
    Result<bool> extend_item(std::string_view subscription, const LeasedItem& item, Millis until,
                             std::uint64_t holder) override;
    Result<void> finish_item(std::string_view subscription, const LeasedItem& item,
                             ItemOutcome outcome, Millis at, std::string_view reason) override;
    Result<std::vector<DeadItem>> dead_items(std::string_view subscription, std::size_t limit,
                                             OfAccounts of) override;
    Result<void> settle_dead_item(std::string_view subscription, std::string_view ref,
                                  std::uint64_t seq, bool again) override;

    Result<void> beat(const Holder& holder) override;
    Result<std::vector<Holder>> holders() override;
    Result<Reclaimed> reclaim(Millis now, Millis call_time) override;
    Result<void> leave(std::uint64_t holder) override;

    Result<std::vector<DueTimer>> due_timers(Millis now, std::size_t limit, OfAccounts of) override;
    Result<Millis> next_timer_at() override;

    Result<std::string> meta(std::string_view name) override;
    Result<void> put_meta(std::string_view name, std::string_view value) override;
    Result<bool> swap_meta(std::string_view name, std::string_view expected,
                           std::string_view value) override;
    Result<std::size_t> prune(Millis keys_before, Millis rows_before, std::size_t limit) override;
    Result<LogState> empty_log(std::chrono::milliseconds patience) override;
    std::string warning() override;
    void close() override { session_.close(); }

    /// Makes sure that the file can be used.
    Result<void> check();

private:
    std::uint64_t new_token();

    Session session_;
    SystemRandom random_;
};

}  // namespace lampjack::store::sqlite
