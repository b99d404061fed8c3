#include "store/lane_schedule.h"

#include <algorithm>
#include <utility>

namespace lampjack::store {

void LaneSchedule::move(const ConversationKey& key, Entry& entry, Millis at) {
    auto place =
        order_.extract({entry.at, entry.order, key});  // the same node again: no memory to fail
    entry.at = at;
    entry.order = ++last_order_;
    place.value() = {entry.at, entry.order, key};
    order_.insert(std::move(place));
}

void LaneSchedule::offer(const ConversationKey& key, Millis at) {
    if (const auto found = lanes_.find(key); found != lanes_.end()) {
        Entry& entry = found->second;
        if (entry.token == 0 && at != entry.at) move(key, entry, at);
        return;
    }
    const Entry entry{at, ++last_order_, 0};
    const auto place = order_.insert({entry.at, entry.order, key}).first;
    try {
        lanes_.emplace(key, entry);
    } catch (...) {  // both know the lane, or neither
        order_.erase(place);
        throw;
    }
}

std::vector<ConversationKey>
LaneSchedule::due(Millis now, std::size_t limit,
                  const std::function<bool(const ConversationKey&)>& wanted) const {
    std::vector<ConversationKey> chosen;
    for (const auto& [at, order, key] : order_) {
        if (at > now || chosen.size() == limit) break;
        if (wanted(key)) chosen.push_back(key);
    }
    return chosen;
}

std::vector<LaneSchedule::Lease>
LaneSchedule::lease(Millis now, Millis until, std::size_t limit,
                    const std::function<bool(const ConversationKey&)>& wanted) {
    std::vector<Lease> leases;
    const std::vector<ConversationKey> chosen = due(now, limit, wanted);
    leases.reserve(chosen.size());
    for (const ConversationKey& key : chosen) {
        Entry& entry = lanes_.at(key);
        entry.token = ++last_token_;
        move(key, entry, until);
        leases.push_back({key, entry.token});
    }
    return leases;
}

bool LaneSchedule::holds(const ConversationKey& key, std::uint64_t token) const {
    const auto found = lanes_.find(key);
    return found != lanes_.end() && token != 0 && found->second.token == token;
}

Millis LaneSchedule::at(const ConversationKey& key) const {
    const auto found = lanes_.find(key);
    return found == lanes_.end() ? 0 : found->second.at;
}

bool LaneSchedule::is_leased(const ConversationKey& key, Millis now) const {
    const auto found = lanes_.find(key);
    return found != lanes_.end() && found->second.token != 0 && found->second.at > now;
}

void LaneSchedule::cut_short(const ConversationKey& key, std::uint64_t token, Millis at) {
    if (!holds(key, token)) return;
    Entry& entry = lanes_.at(key);
    if (entry.at <= at) return;
    auto place = order_.extract({entry.at, entry.order, key});
    entry.at = at;
    place.value() = {entry.at, entry.order, key};  // what was leased first comes first again
    order_.insert(std::move(place));
}

void LaneSchedule::extend(const ConversationKey& key, std::uint64_t token, Millis until) {
    if (holds(key, token)) move(key, lanes_.at(key), until);
}

bool LaneSchedule::release(const ConversationKey& key, std::uint64_t token,
                           std::optional<Millis> at) {
    if (!holds(key, token)) return false;
    if (!at) {
        erase(key);
        return true;
    }
    Entry& entry = lanes_.at(key);
    entry.token = 0;
    move(key, entry, *at);
    return true;
}

void LaneSchedule::erase(const ConversationKey& key) {
    const auto found = lanes_.find(key);
    if (found == lanes_.end()) return;
    order_.erase({found->second.at, found->second.order, key});
    lanes_.erase(found);
}

void LaneSchedule::drop_waiting(const ConversationKey& key) {
    const auto found = lanes_.find(key);
    if (found != lanes_.end() && found->second.token == 0) erase(key);
}

void LaneSchedule::drop_left(Millis before,
                             const std::function<bool(const ConversationKey&)>& wanted) {
    for (auto at = order_.begin(); at != order_.end() && std::get<0>(*at) < before;) {
        const ConversationKey key = std::get<2>(*at);
        ++at;
        if (!wanted(key)) erase(key);
    }
}

Millis LaneSchedule::next_at(const std::function<bool(const ConversationKey&)>& wanted) const {
    for (const auto& [at, order, key] : order_)
        if (wanted(key)) return at;
    return kNever;
}

}  // namespace lampjack::store
