#pragma once
// MemoryStore: `memory:`. For tests and demos: everything is lost with the process. The reference for the other stores.

#include "conversation/duplicates.h"
#include "store/lane_schedule.h"
#include "store/store.h"

#include <list>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace lampjack::store {

class MemoryStore : public Store {
public:
    bool groups_commits() const noexcept override { return true; }
    Result<std::unique_ptr<Tx>> begin() override;

    Result<ConversationRow> conversation(const ConversationKey& key) override;
    Result<std::vector<ConversationRow>> conversations(std::string_view state, std::size_t limit,
                                                       OfAccounts of = {}) override;
    Result<std::vector<std::string>> accounts() override;
    Result<std::vector<std::string>> conversations_of(const UserKey& user) override;
    Result<std::vector<ItemRow>> items(const ConversationKey& key, std::uint64_t after,
                                       std::size_t limit) override;
    Result<OutboxRow> delivery(std::string_view id, std::string& ref) override;
    Result<std::vector<OutboxRow>> deliveries(const ConversationKey& key) override;
    Result<std::vector<Delivery>> deliveries_by(DeliveryStatus status, std::size_t limit,
                                                OfAccounts of = {}) override;
    Result<std::size_t> pending_count(std::string_view account) override;

    Result<std::vector<LeasedDelivery>> lease_deliveries(std::span<const std::string> accounts,
                                                         bool sinks, Millis now, Millis until,
                                                         std::size_t limit,
                                                         std::uint64_t holder = 0) override;
    Result<std::optional<LeasedDelivery>> lease_delivery(const ConversationKey& key, Millis now,
                                                         Millis until,
                                                         std::uint64_t holder = 0) override;
    Result<void> release_delivery(const ConversationKey& key, std::uint64_t token) override;
    Result<bool> extend_delivery(const ConversationKey& key, std::uint64_t token, Millis until,
                                 std::uint64_t holder) override;
    Result<std::vector<Delivery>> due_heads(std::string_view account, Millis now,
                                            std::size_t limit) override;
    Result<Millis> next_delivery_at(bool sinks) override;

    Result<bool> subscribe(std::string_view name, const SubscriptionFilter& filter,
                           const Subscriber& by = {}) override;
    Result<std::vector<SubscriptionState>> subscriptions(Millis now, OfAccounts of = {}) override;
    Result<std::vector<KnownSubscription>> known_subscriptions() override;
    Result<std::vector<Standing>> standings(const ConversationKey& key, Millis now) override;
    Result<void> drop_subscription(std::string_view name, Millis now) override;
    Result<std::vector<LeasedItem>> lease_items(std::string_view subscription, Millis now,
                                                Millis until, std::size_t limit,
                                                const Lessee& who = {}) override;
    Result<void> give_back(std::string_view subscription,
                           std::span<const LeasedItem> items) override;
    Result<bool> extend_item(std::string_view subscription, const LeasedItem& item, Millis until,
                             std::uint64_t holder) override;
    Result<void> finish_item(std::string_view subscription, const LeasedItem& item,
                             ItemOutcome outcome, Millis at, std::string_view reason) override;
    Result<std::vector<DeadItem>> dead_items(std::string_view subscription, std::size_t limit,
                                             OfAccounts of = {}) override;
    Result<void> settle_dead_item(std::string_view subscription, std::string_view ref,
                                  std::uint64_t seq, bool again) override;

    Result<void> beat(const Holder& holder) override;
    Result<std::vector<Holder>> holders() override;
    Result<Reclaimed> reclaim(Millis now, Millis call_time) override;
    Result<void> leave(std::uint64_t holder) override;
    Result<std::vector<DueTimer>> due_timers(Millis now, std::size_t limit,
                                             OfAccounts of = {}) override;
    Result<Millis> next_timer_at() override;
    Result<std::string> meta(std::string_view name) override;
    Result<void> put_meta(std::string_view name, std::string_view value) override;
    Result<bool> swap_meta(std::string_view name, std::string_view expected,
                           std::string_view value) override;
    Result<std::size_t> prune(Millis keys_before, Millis rows_before, std::size_t limit) override;
    void close() override;

private:
    friend class MemoryTx;

    struct KnownItem {
        std::uint64_t seq = 0;
        Millis seen = 0;
        std::optional<model::ItemKey> content = {};  ///< of a caller's command
    };
    struct StoredAnswer {
        model::Answer answer;
        Millis given = 0;
    };
    /// One conversation with all that belongs to it.
    struct Record {
        ConversationRow row;
        std::optional<UserKey> user;
        std::vector<ItemRow> items;  ///< by seq, without gaps
        std::unordered_map<model::ItemKey, KnownItem, conversation::EventKeyHash> keys;
        std::vector<OutboxRow> outbox;  ///< by oseq; ended rows may be missing
        std::size_t open_from = 0;      ///< no row before this index is pending
        std::map<model::ItemKey, StoredAnswer> answers;

        const ItemRow* item(std::uint64_t seq) const noexcept;
        OutboxRow* delivery(std::uint64_t oseq) noexcept;
        /// Writes over the row with its number, which must be there.
        void put(OutboxRow changed) noexcept;
        /// The rows from the first pending one on. What is sent costs nothing any more.
        std::span<OutboxRow> open() noexcept;
        const OutboxRow* head(bool sinks) noexcept;
    };
    /// What stays of an erased conversation.
    struct Tombstone {
        std::uint64_t next_seq = 1, next_out = 1, epoch = 0;
    };
    struct DeadMark {
        std::string reason;
        Millis died = 0;
        std::uint32_t attempts = 0;
    };
    struct Waiting {
        std::uint32_t attempts = 0;
        bool again = false;  ///< a dead one that a person wants once more: the filter is not asked
    };
    /// Whose lease a lane's is, while it is the lane's last.
    struct Held {
        std::uint64_t holder = 0;
        std::uint64_t token = 0;
        Millis since = 0;
    };
    using HeldLanes = std::map<ConversationKey, Held>;
    struct Subscription {
        SubscriptionFilter filter;
        LaneSchedule lanes;
        HeldLanes held;
        Millis served = 0;
        std::map<ConversationKey, std::map<std::uint64_t, Waiting>> queues;  ///< by seq
        std::map<std::pair<ConversationKey, std::uint64_t>, DeadMark> dead;
    };

    /// For whom an item was before its transaction.
    struct Addressed {
        conversation::To to = conversation::To::nobody;
        std::string flags;
    };

    /// What a transaction leaves to do when it is committed: others are told of it. May be done twice.
    struct Work {
        std::map<ConversationKey, std::uint64_t> first_seq;  ///< the first new item of each
        std::vector<std::tuple<ConversationKey, std::uint64_t, bool>> recorded;  ///< token, sink
        std::map<std::pair<ConversationKey, std::uint64_t>, Addressed> readdressed;
        std::set<ConversationKey> erased;
    };

    /// Under the lock: it is open, and all that is committed is announced.
    Result<void> usable();
    void carry_out(const Work& work);
    void carry_out_committed();
    Result<Subscription*> subscription(std::string_view name);
    static void feed(Subscription& subscription, const ConversationKey& key,
                     const ConversationRow& row, const ItemRow& item);
    /// An item whose recipient has changed.
    void take_up(const ConversationKey& key, std::uint64_t seq, const Addressed& before);
    /// Another filter: where something waits, what is wanted now from the first of it on.
    void refine(Subscription& subscription, const SubscriptionFilter& filter);
    static void offer_head(Subscription& subscription, const ConversationKey& key,
                           std::uint64_t seq);
    /// What a committed transaction has to announce: new items and rows to send.
    void announce(const ConversationKey& key, std::uint64_t first_seq);
    void offer_lanes(const ConversationKey& key, Record& record);
    void schedule_timers(const ConversationKey& key, const Record* record);
    /// Lanes, queues, dead items and timers of an erased conversation.
    void forget(const ConversationKey& key);
    std::vector<Holder> live_and_dead() const;
    /// Ends a dead holder's leases; how many there were.
    static std::size_t end_leases(LaneSchedule& lanes, HeldLanes& held, std::uint64_t holder,
                                  Millis now, Millis call_time);
    LaneSchedule& lanes(bool sinks) noexcept { return sinks ? sink_lanes_ : http_lanes_; }

    std::mutex mutex_;
    bool closed_ = false;
    std::list<Work> committed_;  ///< not announced yet: there was no memory
    std::map<ConversationKey, Record> records_;
    std::map<ConversationKey, Tombstone> tombstones_;
    std::map<std::string, std::pair<ConversationKey, std::uint64_t>, std::less<>>
        delivery_index_;  ///< conversation and oseq, by id
    std::map<std::string, Subscription, std::less<>> subscriptions_;
    std::map<std::string, std::string, std::less<>> meta_;
    LaneSchedule http_lanes_;
    LaneSchedule sink_lanes_{std::uint64_t{1} << 63};  // a token of one never releases the other
    HeldLanes held_http_, held_sinks_;
    std::map<std::uint64_t, Holder> holders_;
    std::map<ConversationKey, Millis> timer_at_;
    std::set<std::pair<Millis, ConversationKey>> timer_order_;
};

}  // namespace lampjack::store
