// The subscriptions of a MemoryStore: what waits for whom, what was given up.
#include "store/memory_store.h"
#include "store/subscription_filter.h"

#include <algorithm>

namespace lampjack::store {

void MemoryStore::feed(Subscription& subscription, const ConversationKey& key,
                       const ConversationRow& row, const ItemRow& item) {
    if (!wants(subscription.filter, row.account, item.kind, item.to, item.flags)) return;
    subscription.queues[key].try_emplace(item.seq);
    offer_head(subscription, key, item.seq);
}

/// Only the first in line moves its lane: the others wait for it, also while it waits for another try.
void MemoryStore::offer_head(Subscription& subscription, const ConversationKey& key,
                             std::uint64_t seq) {
    if (subscription.queues[key].begin()->first == seq) subscription.lanes.offer(key, 0);
}

void MemoryStore::take_up(const ConversationKey& key, std::uint64_t seq, const Addressed& before) {
    const auto record = records_.find(key);
    const ItemRow* item = record != records_.end() ? record->second.item(seq) : nullptr;
    if (item == nullptr) return;
    const std::string& account = record->second.row.account;
    for (auto& [name, subscription] : subscriptions_) {
        const bool did = wants(subscription.filter, account, item->kind, before.to, before.flags);
        const bool does = wants(subscription.filter, account, item->kind, item->to, item->flags);
        const auto queue = subscription.queues.find(key);
        if (did && !does && queue != subscription.queues.end()) {
            const auto waiting = queue->second.find(seq);
            if (waiting != queue->second.end() && !waiting->second.again)
                queue->second.erase(waiting);
            if (queue->second.empty()) {
                subscription.lanes.drop_waiting(key);
                subscription.queues.erase(queue);
            }
        }
        if (did || !does) continue;
        subscription.dead.erase({key, seq});
        auto& all = subscription.queues[key];
        const auto first =
            std::find_if(all.begin(), all.end(), [](const auto& one) { return !one.second.again; });
        const bool passed = first == all.end() || first->first > seq;
        all.try_emplace(seq, Waiting{0, passed});
        offer_head(subscription, key, seq);
    }
}

Result<MemoryStore::Subscription*> MemoryStore::subscription(std::string_view name) {
    const auto found = subscriptions_.find(name);
    if (found == subscriptions_.end()) return fail(Code::not_found, "no such subscription");
    return &found->second;
}

Result<bool> MemoryStore::subscribe(std::string_view name, const SubscriptionFilter& filter,
                                    const Subscriber& by) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    LJK_CHECK(check_filter(live_and_dead(), name, filter, by));
    const auto [found, fresh] = subscriptions_.try_emplace(std::string(name));
    if (!fresh) {
        refine(found->second, filter);
        return false;
    }
    found->second.filter = filter;
    if (by.start_now) return true;
    for (const auto& [key, record] : records_)
        for (const ItemRow& item : record.items) feed(found->second, key, record.row, item);
    return true;
}

void MemoryStore::refine(Subscription& subscription, const SubscriptionFilter& filter) {
    if (subscription.filter == filter) return;
    subscription.filter = filter;
    for (auto& [key, queue] : subscription.queues) {
        const auto before = queue;
        const auto first = std::find_if(before.begin(), before.end(),
                                        [](const auto& one) { return !one.second.again; });
        if (first == before.end()) continue;
        std::erase_if(queue, [](const auto& one) { return !one.second.again; });
        const Record& record = records_.at(key);
        for (const ItemRow& item : record.items) {
            if (item.seq < first->first) continue;
            if (!wants(filter, record.row.account, item.kind, item.to, item.flags)) continue;
            const auto known = before.find(item.seq);
            queue.try_emplace(item.seq, known == before.end() ? Waiting{} : known->second);
        }
        if (queue.empty()) subscription.lanes.drop_waiting(key);
    }
    std::erase_if(subscription.queues, [](const auto& entry) { return entry.second.empty(); });
}

Result<std::vector<LeasedItem>> MemoryStore::lease_items(std::string_view name, Millis now,
                                                         Millis until, std::size_t limit,
                                                         const Lessee& who) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    LJK_TRY(found, subscription(name));
    std::vector<LeasedItem> leased;
    // A lease may run out after another filter left it nothing to do.
    const auto has_work = [&](const ConversationKey& key) {
        if (!found->queues.contains(key)) return false;
        return who.accounts.empty() ||
               std::ranges::find(who.accounts, records_.at(key).row.account) != who.accounts.end();
    };
    for (const auto& [key, token] : found->lanes.lease(now, until, limit, has_work)) {
        auto& [seq, waiting] = *found->queues.at(key).begin();
        const Record& record = records_.at(key);
        leased.push_back(
            {record.row.ref, record.row.account, *record.item(seq), ++waiting.attempts, token});
        found->held[key] = {who.holder, token, now};
    }
    if (!leased.empty() && (found->served == 0 || now - found->served >= kServedStep))
        found->served = now;
    return leased;
}

Result<void> MemoryStore::finish_item(std::string_view name, const LeasedItem& item,
                                      ItemOutcome outcome, Millis at, std::string_view reason) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    LJK_TRY(found, subscription(name));
    const ConversationKey key = key_of(item.ref);
    if (!found->lanes.holds(key, item.token))
        return fail(Code::unsupported, "the lease of this item was lost");
    found->held.erase(key);
    auto& queue = found->queues[key];
    const bool again = outcome == ItemOutcome::retry;
    if (!again) queue.erase(item.item.seq);
    if (outcome == ItemOutcome::dead)
        found->dead[{key, item.item.seq}] = {std::string(reason), at, item.attempt};
    const auto next = queue.empty() ? std::nullopt : std::optional(again ? at : Millis{0});
    found->lanes.release(key, item.token, next);
    if (queue.empty()) found->queues.erase(key);
    return {};
}

Result<std::vector<DeadItem>> MemoryStore::dead_items(std::string_view name, std::size_t limit,
                                                      OfAccounts of) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    LJK_TRY(found, subscription(name));
    std::vector<DeadItem> dead;
    for (const auto& [place, mark] : found->dead) {
        const Record& record = records_.at(place.first);
        if (!is_of(of, record.row.account)) continue;
        dead.push_back(
            {{record.row.ref, record.row.account, *record.item(place.second), mark.attempts, 0},
             mark.reason,
             mark.died});
    }
    std::stable_sort(dead.begin(), dead.end(),
                     [](const DeadItem& a, const DeadItem& b) { return a.died < b.died; });
    if (dead.size() > limit) dead.resize(limit);
    return dead;
}

Result<void> MemoryStore::settle_dead_item(std::string_view name, std::string_view ref,
                                           std::uint64_t seq, bool again) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    LJK_TRY(found, subscription(name));
    const ConversationKey key = key_of(ref);
    if (found->dead.erase({key, seq}) == 0) return fail(Code::not_found, "no such dead item");
    if (!again) return {};
    found->queues[key][seq] = {0, true};
    offer_head(*found, key, seq);
    return {};
}

Result<std::vector<Standing>> MemoryStore::standings(const ConversationKey& key, Millis now) {
    std::lock_guard lock(mutex_);
    LJK_CHECK(usable());
    std::vector<Standing> all;
    for (const auto& [name, subscription] : subscriptions_) {
        Standing& one = all.emplace_back(Standing{name, subscription.filter});
        one.is_leased = subscription.lanes.is_leased(key, now);
        one.ready_at = subscription.lanes.at(key);
        for (const auto& [place, mark] : subscription.dead)
            if (place.first == key)
                one.aside.push_back({place.second, true, mark.attempts, mark.reason});
        const auto queue = subscription.queues.find(key);
        if (queue == subscription.queues.end()) continue;
        for (const auto& [seq, waiting] : queue->second) {
            if (waiting.again) {
                one.aside.push_back({seq, false, waiting.attempts, {}});
            } else if (one.next == 0) {
                one.next = seq;
                one.attempts = waiting.attempts;
            }
        }
    }
    return all;
}

}  // namespace lampjack::store
