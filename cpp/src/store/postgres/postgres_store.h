#pragma once
// PostgresStore: `postgresql://…`, for many processes on many machines. Row locks decide, leases run on the database's
// clock, and every entry point works in a forked child too.

#include "base/random.h"
#include "store/postgres/database_clock.h"
#include "store/postgres/doubts.h"
#include "store/postgres/pool.h"
#include "store/store.h"

#include <atomic>
#include <map>
#include <mutex>

namespace lampjack::store::postgres {

class PostgresStore final : public Store {
public:
    static Result<std::unique_ptr<Store>> open(std::string_view url, const OpenOptions& options);
    /// The same where tables are there already.
    static Result<std::unique_ptr<Store>> open_existing(std::string_view url,
                                                        const OpenOptions& options);
    static Result<void> migrate(std::string_view url, bool create);
    ~PostgresStore() override;

    bool groups_commits() const noexcept override { return false; }
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
    Result<LogState> empty_log(std::chrono::milliseconds) override { return LogState::server; }
    void close() override;

private:
    /// What belongs to one process; a forked child makes its own and leaves the parent's as it is.
    struct Process {
        Process(const Secret& url, std::size_t connections)
            : pool(std::string(url.reveal()), connections) {}
        Pool pool;
        DatabaseClock clock;
        Doubts doubts;
        std::mutex served_mutex;
        /// When this process noted last that it leased from a subscription, in the database's time.
        std::map<std::string, Millis, std::less<>> served;
    };
    struct Window {
        Millis now = 0;
        Millis until = 0;
        std::size_t limit = 0;
        std::uint64_t holder = 0;
        std::span<const std::string> accounts = {};
        const ConversationKey* only = nullptr;  ///< a lane by its key, whatever its account
    };
    struct LeasedLanes {
        std::vector<LeasedDelivery> heads;
        std::vector<ConversationKey> empty;  ///< leased, but without a row to send
    };
    struct LeasedQueues {
        std::vector<LeasedItem> items;
        std::vector<std::pair<ConversationKey, LeasedItem>> gone;  ///< leased, but no more there
    };

    /// What becomes of a leased item, as in finish_item().
    struct Ending {
        ItemOutcome outcome = ItemOutcome::done;
        Millis at = 0;
        std::string_view reason = {};
    };

    PostgresStore(std::string_view url, std::size_t connections)
        : url_(std::string(url)),
          connections_(connections),
          process_(new Process(url_, connections)) {}

    Process& process();
    /// Runs the calls in one round trip, on a fresh connection once more when the first one turns out to be dead: for
    /// what may run twice.
    Result<std::vector<Rows>> ask(std::span<const Call> calls);
    Result<Rows> ask(const Statement& statement, Params params = {});
    /// The same for a change that can be made once only. `repeated`: an earlier try of it, whose answer was lost, may have
    /// taken effect; now or when it was called before.
    Result<std::vector<Rows>> ask_once(std::span<const Call> calls, const std::string& change,
                                       bool& repeated);
    /// A token that no other lease has.
    std::uint64_t new_token();
    /// `lost` is the token of a lease whose answer never came, or 0.
    Result<std::vector<LeasedDelivery>> lease(std::span<const std::string> accounts, bool sinks,
                                              const Window& window);
    Result<LeasedLanes> lease_lanes(std::span<const std::string> accounts, bool sinks,
                                    const Window& window, std::uint64_t token, std::uint64_t lost);
    Result<LeasedQueues> lease_queues(std::string_view subscription, const Window& window,
                                      std::uint64_t token, std::uint64_t lost);
    Result<void> end_lease(std::string_view subscription, const ConversationKey& key,
                           const LeasedItem& item, const Ending& ending);
    /// Whether the subscription still has the item to handle.
    Result<bool> waits(std::string_view subscription, const ConversationKey& key,
                       std::uint64_t seq);
    /// The statement that notes it, unless that was done a moment ago.
    void note_served(std::string_view subscription, Millis now, std::vector<Call>& calls);
    /// The caller's time; 0: never.
    Millis served_at(const Rows& rows, int row, int column);
    Result<Holder> read_holder(const Rows& rows, int row);
    Result<std::vector<Holder>> read_holders();
    /// Queues what was there before the subscription.
    Result<void> complete(std::string_view name);
    /// Lanes whose rows were refused while somebody held them who never came back.
    Result<void> drop_empty_lanes(Millis before, std::size_t limit);

    Secret url_;
    std::size_t connections_;  ///< of one process at a time
    SystemRandom random_;
    std::atomic<Process*> process_;
};

}  // namespace lampjack::store::postgres
