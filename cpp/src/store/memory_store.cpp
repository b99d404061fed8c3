#include "store/memory_store.h"

#include "base/digest.h"
#include "store/memory_tx.h"

#include <algorithm>

namespace lampjack::store {
namespace {

Error no_conversation() { return fail(Code::not_found, "no such conversation"); }

template <class T>
bool contains(const std::vector<T>& list, const T& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

ConversationKey key_of(std::string_view ref) {
    const Digest digest = sha256(ref);
    ConversationKey key;
    std::copy_n(digest.begin(), key.size(), key.begin());
    return key;
}

std::string_view name_of(DeliveryStatus status) noexcept {
    switch (status) {
        case DeliveryStatus::pending: return "pending";
        case DeliveryStatus::sent: return "sent";
        case DeliveryStatus::dead: return "dead";
        case DeliveryStatus::refused: return "refused";
        case DeliveryStatus::held: return "held";
    }
    return "pending";
}

Result<std::unique_ptr<Store>> open(std::string_view url) {
    if (url == "memory:") return std::unique_ptr<Store>(std::make_unique<MemoryStore>());
    if (url.empty())
        return fail(Code::config, "store is required: \"memory:\" keeps everything in this process "
                                  "and loses it at its end");
    return fail(Code::config, "unknown store; this release knows \"memory:\"");
}

Result<std::unique_ptr<Tx>> MemoryStore::begin() {
    return std::unique_ptr<Tx>(std::make_unique<MemoryTx>(*this));
}

Result<ConversationRow> MemoryStore::conversation(const ConversationKey& key) {
    std::lock_guard lock(mutex_);
    const auto found = records_.find(key);
    if (found == records_.end() || !found->second.row.state.seen()) return no_conversation();
    return found->second.row;
}

Result<std::vector<ConversationRow>> MemoryStore::conversations(std::string_view state,
                                                                std::size_t limit) {
    std::lock_guard lock(mutex_);
    std::vector<ConversationRow> rows;
    for (const auto& [key, record] : records_)
        if (state.empty() || conversation::name_of(record.row.state.state) == state)
            rows.push_back(record.row);
    std::sort(rows.begin(), rows.end(),
              [](const auto& a, const auto& b) { return a.touched > b.touched; });
    if (rows.size() > limit) rows.resize(limit);
    return rows;
}

Result<std::vector<ItemRow>> MemoryStore::items(const ConversationKey& key, std::uint64_t after,
                                                std::size_t limit) {
    std::lock_guard lock(mutex_);
    const auto found = records_.find(key);
    if (found == records_.end()) return no_conversation();
    const auto& items = found->second.items;
    const std::size_t first = std::min<std::size_t>(after, items.size());
    const std::size_t count = std::min(limit, items.size() - first);
    const auto begin = items.begin() + static_cast<std::ptrdiff_t>(first);
    return std::vector<ItemRow>(begin, begin + static_cast<std::ptrdiff_t>(count));
}

Result<OutboxRow> MemoryStore::delivery(std::string_view id, std::string& ref) {
    std::lock_guard lock(mutex_);
    const auto found = delivery_index_.find(id);
    if (found == delivery_index_.end()) return fail(Code::not_found, "no such delivery");
    const Record& record = records_.at(found->second);
    ref = record.row.ref;
    for (const OutboxRow& row : record.outbox)
        if (row.id == id) return row;
    return fail(Code::not_found, "no such delivery");
}

Result<std::vector<OutboxRow>> MemoryStore::deliveries(const ConversationKey& key) {
    std::lock_guard lock(mutex_);
    const auto found = records_.find(key);
    if (found == records_.end()) return no_conversation();
    return found->second.outbox;
}

const OutboxRow* MemoryStore::head(const Record& record, bool sinks) noexcept {
    for (const OutboxRow& row : record.outbox)
        if (row.status == DeliveryStatus::pending && row.to_sink == sinks) return &row;
    return nullptr;
}

Result<std::vector<LeasedDelivery>>
MemoryStore::lease_deliveries(std::span<const std::string> accounts, bool sinks, Millis now,
                              Millis until, std::size_t limit) {
    std::lock_guard lock(mutex_);
    const auto wanted = [&](const ConversationKey& key) {
        const auto found = records_.find(key);
        return found != records_.end() && head(found->second, sinks) != nullptr &&
               std::find(accounts.begin(), accounts.end(), found->second.row.account) !=
                   accounts.end();
    };
    std::vector<LeasedDelivery> leased;
    for (const auto& [key, token] : lanes(sinks).lease(now, until, limit, wanted)) {
        const Record& record = records_.at(key);
        leased.push_back({record.row, *head(record, sinks), token});
    }
    return leased;
}

Result<void> MemoryStore::release_delivery(const ConversationKey& key, std::uint64_t token) {
    std::lock_guard lock(mutex_);
    for (const bool sinks : {false, true}) {
        const auto found = records_.find(key);
        const OutboxRow* row = found == records_.end() ? nullptr : head(found->second, sinks);
        lanes(sinks).release(key, token, row ? std::optional(row->ready_at) : std::nullopt);
    }
    return {};
}

Result<Millis> MemoryStore::next_delivery_at(bool sinks) {
    std::lock_guard lock(mutex_);
    return lanes(sinks).next_at([&](const ConversationKey& key) {
        const auto found = records_.find(key);
        return found != records_.end() && head(found->second, sinks) != nullptr;
    });
}

bool MemoryStore::wants(const SubscriptionFilter& filter, const ConversationRow& row,
                        const ItemRow& item) {
    if (filter.to && *filter.to != item.to) return false;
    if (!filter.kinds.empty() && !contains(filter.kinds, item.kind)) return false;
    return filter.accounts.empty() || contains(filter.accounts, row.account);
}

void MemoryStore::feed(Subscription& subscription, const ConversationKey& key,
                       const ConversationRow& row, const ItemRow& item) {
    if (!wants(subscription.filter, row, item)) return;
    subscription.queues[key].seqs.push_back(item.seq);
    subscription.lanes.offer(key, 0);
}

void MemoryStore::announce(const ConversationKey& key, std::size_t first_item) {
    const auto found = records_.find(key);
    if (found == records_.end()) return;
    const Record& record = found->second;
    for (auto& [name, subscription] : subscriptions_)
        for (std::size_t i = first_item; i < record.items.size(); ++i)
            feed(subscription, key, record.row, record.items[i]);
    offer_lanes(key, record);
    schedule_timers(key, record);
}

void MemoryStore::offer_lanes(const ConversationKey& key, const Record& record) {
    for (const bool sinks : {false, true}) {
        if (const OutboxRow* row = head(record, sinks)) {
            lanes(sinks).offer(key, row->ready_at);
        } else {
            lanes(sinks).drop_waiting(
                key);  // its rows were refused: a lane without rows would be due for ever
        }
    }
}

void MemoryStore::schedule_timers(const ConversationKey& key, const Record& record) {
    Millis earliest = kNever;
    for (const auto& timer : record.row.state.timers)
        if (timer) earliest = std::min(earliest, timer->due);
    if (const auto old = timer_at_.find(key); old != timer_at_.end()) {
        if (old->second == earliest) return;
        timer_order_.erase({old->second, key});
        timer_at_.erase(old);
    }
    if (earliest == kNever) return;
    timer_at_[key] = earliest;
    timer_order_.insert({earliest, key});
}

void MemoryStore::forget(const ConversationKey& key) {
    const auto found = records_.find(key);
    if (found == records_.end()) return;
    for (const OutboxRow& row : found->second.outbox) delivery_index_.erase(row.id);
    records_.erase(found);
    http_lanes_.erase(key);
    sink_lanes_.erase(key);
    for (auto& [name, subscription] : subscriptions_) {
        subscription.lanes.erase(key);
        subscription.queues.erase(key);
    }
    if (const auto timer = timer_at_.find(key); timer != timer_at_.end()) {
        timer_order_.erase({timer->second, key});
        timer_at_.erase(timer);
    }
}

Result<void> MemoryStore::subscribe(std::string_view name, const SubscriptionFilter& filter) {
    std::lock_guard lock(mutex_);
    const auto [found, fresh] = subscriptions_.try_emplace(std::string(name));
    found->second.filter = filter;
    if (!fresh) return {};
    for (const auto& [key, record] : records_)
        for (const ItemRow& item : record.items) feed(found->second, key, record.row, item);
    return {};
}

Result<std::vector<LeasedItem>> MemoryStore::lease_items(std::string_view name, Millis now,
                                                         Millis until, std::size_t limit) {
    std::lock_guard lock(mutex_);
    const auto found = subscriptions_.find(name);
    if (found == subscriptions_.end()) return fail(Code::not_found, "no such subscription");
    Subscription& subscription = found->second;
    std::vector<LeasedItem> leased;
    const auto any = [](const ConversationKey&) { return true; };
    for (const auto& [key, token] : subscription.lanes.lease(now, until, limit, any)) {
        Subscription::Queue& queue = subscription.queues[key];
        const Record& record = records_.at(key);
        const ItemRow& item = record.items.at(queue.seqs.front() - 1);
        leased.push_back({record.row.ref, record.row.account, item, ++queue.attempt, token});
    }
    return leased;
}

Result<void> MemoryStore::finish_item(std::string_view name, const LeasedItem& item, bool done,
                                      Millis retry_at) {
    std::lock_guard lock(mutex_);
    const auto found = subscriptions_.find(name);
    if (found == subscriptions_.end()) return fail(Code::not_found, "no such subscription");
    const ConversationKey key = key_of(item.ref);
    Subscription& subscription = found->second;
    if (!subscription.lanes.holds(key, item.token))
        return fail(Code::unsupported, "the lease of this item was lost");
    Subscription::Queue& queue = subscription.queues[key];
    if (done) {
        queue.seqs.pop_front();
        queue.attempt = 0;
    }
    const std::optional<Millis> next =
        queue.seqs.empty() ? std::nullopt : std::optional(done ? Millis{0} : retry_at);
    subscription.lanes.release(key, item.token, next);
    if (queue.seqs.empty()) subscription.queues.erase(key);
    return {};
}

Result<std::vector<DueTimer>> MemoryStore::due_timers(Millis now, std::size_t limit) {
    std::lock_guard lock(mutex_);
    std::vector<DueTimer> due;
    for (const auto& [at, key] : timer_order_) {
        if (at > now || due.size() >= limit) break;
        const ConversationRow& row = records_.at(key).row;
        for (std::size_t kind = 0; kind < conversation::kTimerCount; ++kind)
            if (const auto& timer = row.state.timers[kind]; timer && timer->due <= now)
                due.push_back({row.ref, static_cast<conversation::TimerKind>(kind), *timer});
    }
    return due;
}

Result<Millis> MemoryStore::next_timer_at() {
    std::lock_guard lock(mutex_);
    return timer_order_.empty() ? kNever : timer_order_.begin()->first;
}

Result<std::string> MemoryStore::meta(std::string_view name) {
    std::lock_guard lock(mutex_);
    const auto found = meta_.find(name);
    return found == meta_.end() ? std::string{} : found->second;
}

Result<void> MemoryStore::put_meta(std::string_view name, std::string_view value) {
    std::lock_guard lock(mutex_);
    meta_[std::string(name)] = std::string(value);
    return {};
}

}  // namespace lampjack::store
