// The holders of a MemoryStore's leases, and how its subscriptions stand.
#include "store/memory_store.h"

#include <algorithm>

namespace lampjack::store {

std::vector<Holder> MemoryStore::live_and_dead() const {
    std::vector<Holder> all;
    for (const auto& [id, holder] : holders_) all.push_back(holder);
    return all;
}

Result<void> MemoryStore::beat(const Holder& holder) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    holders_[holder.id] = holder;
    return {};
}

Result<std::vector<std::string>> MemoryStore::accounts() {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    std::set<std::string> names;
    for (const auto& [key, record] : records_) names.insert(record.row.account);
    return std::vector<std::string>(names.begin(), names.end());
}

Result<std::vector<Holder>> MemoryStore::holders() {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    return live_and_dead();
}

std::size_t MemoryStore::end_leases(LaneSchedule& lanes, HeldLanes& held, std::uint64_t holder,
                                    Millis now, Millis call_time) {
    std::size_t ended = 0;
    for (auto& [key, lease] : held) {
        if (lease.holder != holder) continue;
        if (lanes.is_leased(key, now) && lanes.holds(key, lease.token)) {
            lanes.cut_short(key, lease.token, std::max(now, lease.since + call_time));
            ++ended;
        }
        lease.holder = 0;  // the rest stays: who comes back before another took it may extend it
    }
    return ended;
}

Result<Reclaimed> MemoryStore::reclaim(Millis now, Millis call_time) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    Reclaimed found;
    for (const auto& [id, holder] : holders_)
        if (holder.until <= now) found.holders.push_back(holder);
    for (const Holder& dead : found.holders) {
        for (auto& [name, one] : subscriptions_)
            found.items += end_leases(one.lanes, one.held, dead.id, now, 0);
        found.deliveries += end_leases(http_lanes_, held_http_, dead.id, now, call_time) +
                            end_leases(sink_lanes_, held_sinks_, dead.id, now, call_time);
        holders_.erase(dead.id);
    }
    return found;
}

Result<void> MemoryStore::leave(std::uint64_t holder) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    holders_.erase(holder);
    return {};
}

Result<void> MemoryStore::give_back(std::string_view name, std::span<const LeasedItem> items) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    LJK_TRY(found, subscription(name));
    for (const LeasedItem& item : items) {
        const ConversationKey key = key_of(item.ref);
        if (!found->lanes.holds(key, item.token)) continue;
        found->held.erase(key);
        const auto queue = found->queues.find(key);
        const bool waits = queue != found->queues.end();
        if (waits)
            if (const auto at = queue->second.find(item.item.seq); at != queue->second.end())
                at->second.attempts -= std::min(at->second.attempts, 1U);
        found->lanes.release(key, item.token, waits ? std::optional<Millis>(0) : std::nullopt);
    }
    return {};
}

Result<bool> MemoryStore::extend_item(std::string_view name, const LeasedItem& item, Millis until,
                                      std::uint64_t holder) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    LJK_TRY(found, subscription(name));
    const ConversationKey key = key_of(item.ref);
    if (!found->lanes.holds(key, item.token)) return false;
    found->lanes.extend(key, item.token, until);
    Held& held = found->held[key];  // it began when it did
    held.holder = holder;
    held.token = item.token;
    return true;
}

Result<bool> MemoryStore::extend_delivery(const ConversationKey& key, std::uint64_t token,
                                          Millis until, std::uint64_t holder) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    for (const bool sinks : {false, true}) {
        if (!lanes(sinks).holds(key, token)) continue;
        lanes(sinks).extend(key, token, until);
        (sinks ? held_sinks_ : held_http_)[key].holder = holder;
        return true;
    }
    return false;
}

Result<std::vector<SubscriptionState>> MemoryStore::subscriptions(Millis now, OfAccounts of) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    std::vector<SubscriptionState> all;
    for (const auto& [name, one] : subscriptions_) {
        SubscriptionState state{name, one.filter, 0,
                                0,    one.served, labels_of(live_and_dead(), name, now, of)};
        for (const auto& [key, queue] : one.queues) {
            if (!is_of(of, records_.at(key).row.account)) continue;
            for (const auto& [seq, waiting] : queue) {
                if (state.waiting == kCountedItems) break;
                const Millis received = records_.at(key).item(seq)->received;
                state.oldest = state.waiting == 0 ? received : std::min(state.oldest, received);
                ++state.waiting;
            }
        }
        all.push_back(std::move(state));
    }
    return all;
}

Result<std::vector<KnownSubscription>> MemoryStore::known_subscriptions() {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    std::vector<KnownSubscription> all;
    for (const auto& [name, one] : subscriptions_) all.push_back({name, one.filter, one.served});
    return all;
}

Result<void> MemoryStore::drop_subscription(std::string_view name, Millis now) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    const auto found = subscriptions_.find(name);
    if (found == subscriptions_.end()) return fail(Code::not_found, "no such subscription");
    const auto all = live_and_dead();
    if (const Holder* holder = holder_of(all, name, now)) return still_in_use(name, *holder);
    subscriptions_.erase(found);
    return {};
}

}  // namespace lampjack::store
