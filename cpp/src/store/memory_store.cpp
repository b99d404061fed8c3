#include "store/memory_store.h"

#include "store/memory_tx.h"

#include <algorithm>
#include <tuple>

namespace lampjack::store {
namespace {

Error no_conversation() { return fail(Code::not_found, "no such conversation"); }

bool has_ended(DeliveryStatus status) noexcept {
    return status == DeliveryStatus::sent || status == DeliveryStatus::refused ||
           status == DeliveryStatus::dead;
}

/// Removes at most `limit` of those entries; how many went.
template <class Map, class Old>
std::size_t prune_map(Map& map, std::size_t limit, Old is_old) {
    std::size_t gone = 0;
    for (auto at = map.begin(); at != map.end() && gone < limit;) {
        const bool old = is_old(at->second);
        at = old ? map.erase(at) : std::next(at);
        gone += old ? 1U : 0U;
    }
    return gone;
}

}  // namespace

const ItemRow* MemoryStore::Record::item(std::uint64_t seq) const noexcept {
    if (items.empty() || seq < items.front().seq || seq > items.back().seq) return nullptr;
    return &items[seq - items.front().seq];
}

OutboxRow* MemoryStore::Record::delivery(std::uint64_t oseq) noexcept {
    const auto found = std::lower_bound(
        outbox.begin(), outbox.end(), oseq,
        [](const OutboxRow& one, std::uint64_t wanted) { return one.oseq < wanted; });
    return found != outbox.end() && found->oseq == oseq ? &*found : nullptr;
}

void MemoryStore::Record::put(OutboxRow changed) noexcept {
    OutboxRow* stored = delivery(changed.oseq);
    if (changed.status == DeliveryStatus::pending)
        open_from = std::min(open_from, static_cast<std::size_t>(stored - outbox.data()));
    *stored = std::move(changed);
}

std::span<OutboxRow> MemoryStore::Record::open() noexcept {
    while (open_from < outbox.size() && outbox[open_from].status != DeliveryStatus::pending)
        ++open_from;
    return std::span(outbox).subspan(open_from);
}

const OutboxRow* MemoryStore::Record::head(bool sinks) noexcept {
    for (const OutboxRow& one : open())
        if (one.status == DeliveryStatus::pending && one.to_sink == sinks) return &one;
    return nullptr;
}

Result<void> MemoryStore::usable() {
    if (closed_) return fail(Code::closed, "the store was closed");
    carry_out_committed();
    return {};
}

void MemoryStore::carry_out_committed() {
    while (!committed_.empty()) {
        carry_out(committed_.front());
        committed_.pop_front();
    }
}

void MemoryStore::carry_out(const Work& work) {
    for (const ConversationKey& key : work.erased) forget(key);
    for (const auto& [key, token, sink] : work.recorded) {
        const auto record = records_.find(key);
        const OutboxRow* next = record != records_.end() ? record->second.head(sink) : nullptr;
        lanes(sink).release(key, token, next ? std::optional(next->ready_at) : std::nullopt);
    }
    for (const auto& [key, first] : work.first_seq) announce(key, first);
    for (const auto& [place, before] : work.readdressed) take_up(place.first, place.second, before);
}

void MemoryStore::close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
}

Result<std::unique_ptr<Tx>> MemoryStore::begin() {
    std::unique_lock lock(mutex_);
    LJK_CHECK(usable());
    return std::unique_ptr<Tx>(std::make_unique<MemoryTx>(*this, std::move(lock)));
}

Result<ConversationRow> MemoryStore::conversation(const ConversationKey& key) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    const auto found = records_.find(key);
    if (found == records_.end() || !found->second.row.state.seen()) return no_conversation();
    return found->second.row;
}

Result<std::vector<ConversationRow>> MemoryStore::conversations(std::string_view state,
                                                                std::size_t limit, OfAccounts of) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    std::vector<ConversationRow> rows;
    for (const auto& [key, record] : records_)
        if ((state.empty() || conversation::name_of(record.row.state.state) == state) &&
            is_of(of, record.row.account))
            rows.push_back(record.row);
    std::sort(rows.begin(), rows.end(),
              [](const auto& a, const auto& b) { return a.touched > b.touched; });
    if (rows.size() > limit) rows.resize(limit);
    return rows;
}

Result<std::vector<std::string>> MemoryStore::conversations_of(const UserKey& user) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    std::vector<std::string> refs;
    for (const auto& [key, record] : records_)
        if (record.user == user) refs.push_back(record.row.ref);
    std::sort(refs.begin(), refs.end());
    return refs;
}

Result<std::vector<ItemRow>> MemoryStore::items(const ConversationKey& key, std::uint64_t after,
                                                std::size_t limit) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    const auto found = records_.find(key);
    if (found == records_.end()) return no_conversation();
    const auto& items = found->second.items;
    const auto newer = std::partition_point(
        items.begin(), items.end(), [after](const ItemRow& item) { return item.seq <= after; });
    const auto first = static_cast<std::size_t>(newer - items.begin());
    const std::size_t count = std::min(limit, items.size() - first);
    const auto begin = items.begin() + static_cast<std::ptrdiff_t>(first);
    return std::vector<ItemRow>(begin, begin + static_cast<std::ptrdiff_t>(count));
}

Result<OutboxRow> MemoryStore::delivery(std::string_view id, std::string& ref) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    const auto found = delivery_index_.find(id);
    if (found == delivery_index_.end()) return fail(Code::not_found, "no such delivery");
    Record& record = records_.at(found->second.first);
    ref = record.row.ref;
    return *record.delivery(found->second.second);
}

Result<std::vector<OutboxRow>> MemoryStore::deliveries(const ConversationKey& key) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    const auto found = records_.find(key);
    if (found == records_.end()) return no_conversation();
    return found->second.outbox;
}

Result<std::vector<Delivery>> MemoryStore::deliveries_by(DeliveryStatus status, std::size_t limit,
                                                         OfAccounts of) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    std::vector<Delivery> found;
    for (const auto& [key, record] : records_) {
        if (!is_of(of, record.row.account)) continue;
        for (const OutboxRow& row : record.outbox)
            if (row.status == status) found.push_back({record.row.ref, record.row.account, row});
    }
    std::sort(found.begin(), found.end(), [](const Delivery& a, const Delivery& b) {
        return std::tie(a.row.created, a.ref, a.row.oseq) <
               std::tie(b.row.created, b.ref, b.row.oseq);
    });
    if (found.size() > limit) found.resize(limit);
    return found;
}

Result<std::size_t> MemoryStore::pending_count(std::string_view account) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    std::size_t count = 0;
    for (const auto& [key, record] : records_)
        if (record.row.account == account)
            count += static_cast<std::size_t>(
                std::count_if(record.outbox.begin(), record.outbox.end(), [](const auto& row) {
                    return row.status == DeliveryStatus::pending;
                }));
    return count;
}

Result<std::vector<LeasedDelivery>>
MemoryStore::lease_deliveries(std::span<const std::string> accounts, bool sinks, Millis now,
                              Millis until, std::size_t limit, std::uint64_t holder) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    const auto wanted = [&](const ConversationKey& key) {
        const auto found = records_.find(key);
        return found != records_.end() && found->second.head(sinks) != nullptr &&
               std::find(accounts.begin(), accounts.end(), found->second.row.account) !=
                   accounts.end();
    };
    std::vector<LeasedDelivery> leased;
    for (const auto& [key, token] : lanes(sinks).lease(now, until, limit, wanted)) {
        Record& record = records_.at(key);
        leased.push_back({record.row, *record.head(sinks), token});
        (sinks ? held_sinks_ : held_http_)[key] = {holder, token, now};
    }
    return leased;
}

Result<std::optional<LeasedDelivery>> MemoryStore::lease_delivery(const ConversationKey& key,
                                                                  Millis now, Millis until,
                                                                  std::uint64_t holder) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    const auto found = records_.find(key);
    const OutboxRow* row = found == records_.end() ? nullptr : found->second.head(false);
    if (row == nullptr) return std::optional<LeasedDelivery>{};
    const auto wanted = [&](const ConversationKey& other) { return other == key; };
    const auto leases = lanes(false).lease(now, until, 1, wanted);
    if (leases.empty()) return std::optional<LeasedDelivery>{};
    held_http_[key] = {holder, leases.front().token, now};
    return std::optional(LeasedDelivery{found->second.row, *row, leases.front().token});
}

Result<void> MemoryStore::release_delivery(const ConversationKey& key, std::uint64_t token) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    for (const bool sinks : {false, true}) {
        const auto found = records_.find(key);
        const OutboxRow* row = found == records_.end() ? nullptr : found->second.head(sinks);
        lanes(sinks).release(key, token, row ? std::optional(row->ready_at) : std::nullopt);
    }
    return {};
}

Result<std::vector<Delivery>> MemoryStore::due_heads(std::string_view account, Millis now,
                                                     std::size_t limit) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    const auto wanted = [&](const ConversationKey& key) {
        const auto found = records_.find(key);
        return found != records_.end() && found->second.row.account == account &&
               found->second.head(false) != nullptr;
    };
    std::vector<Delivery> heads;
    for (const ConversationKey& key : lanes(false).due(now, limit, wanted)) {
        Record& record = records_.at(key);
        heads.push_back({record.row.ref, record.row.account, *record.head(false)});
    }
    return heads;
}

Result<Millis> MemoryStore::next_delivery_at(bool sinks) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    return lanes(sinks).next_at([&](const ConversationKey& key) {
        const auto found = records_.find(key);
        return found != records_.end() && found->second.head(sinks) != nullptr;
    });
}

void MemoryStore::announce(const ConversationKey& key, std::uint64_t first_seq) {
    const auto found = records_.find(key);
    if (found == records_.end()) return;
    Record& record = found->second;
    for (auto& [name, subscription] : subscriptions_)
        for (auto item = record.items.rbegin();
             item != record.items.rend() && item->seq >= first_seq; ++item)
            feed(subscription, key, record.row, *item);
    offer_lanes(key, record);
    schedule_timers(key, &record);
}

void MemoryStore::offer_lanes(const ConversationKey& key, Record& record) {
    for (const bool sinks : {false, true}) {
        if (const OutboxRow* row = record.head(sinks)) {
            lanes(sinks).offer(key, row->ready_at);
        } else {
            lanes(sinks).drop_waiting(
                key);  // its rows were refused: a lane without rows would be due for ever
        }
    }
}

void MemoryStore::schedule_timers(const ConversationKey& key, const Record* record) {
    const auto first = record != nullptr ? conversation::earliest_timer(record->row.state)
                                         : std::optional<Millis>{};
    const Millis earliest = first.value_or(kNever);
    const auto old = timer_at_.find(key);
    if (old != timer_at_.end() && old->second == earliest) return;
    if (earliest != kNever)
        timer_order_.insert({earliest, key});  // first: without memory all stays
    if (old != timer_at_.end()) {
        timer_order_.erase({old->second, key});
        timer_at_.erase(old);
    }
    if (earliest != kNever) timer_at_[key] = earliest;
}

void MemoryStore::forget(const ConversationKey& key) {
    http_lanes_.erase(key);
    sink_lanes_.erase(key);
    held_http_.erase(key);
    held_sinks_.erase(key);
    for (auto& [name, subscription] : subscriptions_) {
        subscription.lanes.erase(key);
        subscription.queues.erase(key);
        subscription.held.erase(key);
        std::erase_if(subscription.dead,
                      [&](const auto& entry) { return entry.first.first == key; });
    }
    schedule_timers(key, nullptr);
}

Result<std::vector<DueTimer>> MemoryStore::due_timers(Millis now, std::size_t limit,
                                                      OfAccounts of) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    std::vector<DueTimer> due;
    for (const auto& [at, key] : timer_order_) {
        if (at > now || due.size() >= limit) break;
        const ConversationRow& row = records_.at(key).row;
        if (!is_of(of, row.account)) continue;
        for (std::size_t kind = 0; kind < conversation::kTimerCount; ++kind)
            if (const auto& timer = row.state.timers[kind]; timer && timer->due <= now)
                due.push_back({row.ref, static_cast<conversation::TimerKind>(kind), *timer});
    }
    return due;
}

Result<Millis> MemoryStore::next_timer_at() {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    return timer_order_.empty() ? kNever : timer_order_.begin()->first;
}

Result<std::string> MemoryStore::meta(std::string_view name) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    const auto found = meta_.find(name);
    return found == meta_.end() ? std::string{} : found->second;
}

Result<void> MemoryStore::put_meta(std::string_view name, std::string_view value) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    meta_[std::string(name)] = std::string(value);
    return {};
}

Result<bool> MemoryStore::swap_meta(std::string_view name, std::string_view expected,
                                    std::string_view value) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    std::string& stored = meta_[std::string(name)];
    if (stored != expected) return false;
    stored = std::string(value);
    return true;
}

Result<std::size_t> MemoryStore::prune(Millis keys_before, Millis rows_before, std::size_t limit) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    std::size_t keys = 0, answers = 0, rows = 0;
    for (auto& [key, record] : records_) {
        keys += prune_map(record.keys, limit - keys,
                          [&](const KnownItem& known) { return known.seen < keys_before; });
        answers += prune_map(record.answers, limit - answers, [&](const StoredAnswer& stored) {
            return stored.given < keys_before;
        });
        record.open_from = 0;
        std::erase_if(record.outbox, [&](const OutboxRow& row) {
            const bool old = rows < limit && has_ended(row.status) && row.created < rows_before;
            if (old) delivery_index_.erase(row.id);
            rows += old ? 1U : 0U;
            return old;
        });
    }
    for (const bool sinks : {false, true})
        lanes(sinks).drop_left(rows_before, [&](const ConversationKey& key) {
            const auto found = records_.find(key);
            return found != records_.end() && found->second.head(sinks) != nullptr;
        });
    return keys + answers + rows;
}

}  // namespace lampjack::store
