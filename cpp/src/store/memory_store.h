#pragma once
// MemoryStore: `memory:`. For tests and demos: everything is lost with the process. The reference for the other stores.

#include "store/lane_schedule.h"
#include "store/store.h"

#include <deque>
#include <map>
#include <mutex>
#include <set>

namespace lampjack::store {

class MemoryStore : public Store {
public:
    Result<std::unique_ptr<Tx>> begin() override;

    Result<ConversationRow> conversation(const ConversationKey& key) override;
    Result<std::vector<ConversationRow>> conversations(std::string_view state,
                                                       std::size_t limit) override;
    Result<std::vector<ItemRow>> items(const ConversationKey& key, std::uint64_t after,
                                       std::size_t limit) override;
    Result<OutboxRow> delivery(std::string_view id, std::string& ref) override;
    Result<std::vector<OutboxRow>> deliveries(const ConversationKey& key) override;

    Result<std::vector<LeasedDelivery>> lease_deliveries(std::span<const std::string> accounts,
                                                         bool sinks, Millis now, Millis until,
                                                         std::size_t limit) override;
    Result<void> release_delivery(const ConversationKey& key, std::uint64_t token) override;
    Result<Millis> next_delivery_at(bool sinks) override;

    Result<void> subscribe(std::string_view name, const SubscriptionFilter& filter) override;
    Result<std::vector<LeasedItem>> lease_items(std::string_view subscription, Millis now,
                                                Millis until, std::size_t limit) override;
    Result<void> finish_item(std::string_view subscription, const LeasedItem& item, bool done,
                             Millis retry_at) override;

    Result<std::vector<DueTimer>> due_timers(Millis now, std::size_t limit) override;
    Result<Millis> next_timer_at() override;

    Result<std::string> meta(std::string_view name) override;
    Result<void> put_meta(std::string_view name, std::string_view value) override;

private:
    friend class MemoryTx;

    /// One conversation with all that belongs to it.
    struct Record {
        ConversationRow row;
        std::vector<ItemRow> items;
        std::map<model::ItemKey, std::uint64_t> keys;
        std::vector<OutboxRow> outbox;
        std::map<model::ItemKey, model::Answer> answers;
    };
    struct Subscription {
        SubscriptionFilter filter;
        LaneSchedule lanes;
        struct Queue {
            std::deque<std::uint64_t> seqs;
            std::uint32_t attempt = 0;
        };
        std::map<ConversationKey, Queue> queues;
    };

    static bool wants(const SubscriptionFilter& filter, const ConversationRow& row,
                      const ItemRow& item);
    static void feed(Subscription& subscription, const ConversationKey& key,
                     const ConversationRow& row, const ItemRow& item);
    /// What a committed transaction has to announce: new items and rows to send.
    void announce(const ConversationKey& key, std::size_t first_item);
    void offer_lanes(const ConversationKey& key, const Record& record);
    void schedule_timers(const ConversationKey& key, const Record& record);
    void forget(const ConversationKey& key);
    static const OutboxRow* head(const Record& record, bool sinks) noexcept;
    LaneSchedule& lanes(bool sinks) noexcept { return sinks ? sink_lanes_ : http_lanes_; }

    std::mutex mutex_;
    std::map<ConversationKey, Record> records_;
    std::map<std::string, ConversationKey, std::less<>> delivery_index_;
    std::map<std::string, Subscription, std::less<>> subscriptions_;
    std::map<std::string, std::string, std::less<>> meta_;
    LaneSchedule http_lanes_;
    LaneSchedule sink_lanes_;
    std::map<ConversationKey, Millis> timer_at_;
    std::set<std::pair<Millis, ConversationKey>> timer_order_;
};

}  // namespace lampjack::store
