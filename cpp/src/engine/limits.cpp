#include "engine/limits.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

constexpr std::size_t kMostBudgets = 100'000;
constexpr Millis kAskEvery = 1000;

double refilled(const LimitSettings& settings, double left, Millis since, Millis now) {
    const double burst = static_cast<double>(settings.events_burst);
    const double more = static_cast<double>(std::max<Millis>(now - since, 0)) *
                        static_cast<double>(settings.events_per_second) / 1000.0;
    return std::min(burst, left + more);
}

}  // namespace

bool Limits::admit(const LimitSettings& settings, const store::ConversationKey& key,
                   std::size_t count, Millis now) {
    std::lock_guard lock(mutex_);
    if (budgets_.size() >= kMostBudgets) forget_idle(settings, now);
    const auto [found, fresh] = budgets_.try_emplace(key);
    Budget& budget = found->second;
    budget.left = fresh ? static_cast<double>(settings.events_burst)
                        : refilled(settings, budget.left, budget.at, now);
    budget.at = now;
    if (budget.left < 1) return false;
    budget.left -= static_cast<double>(count);
    return true;
}

void Limits::forget_idle(const LimitSettings& settings, Millis now) {
    const double burst = static_cast<double>(settings.events_burst);
    std::erase_if(budgets_, [&](const auto& entry) {
        return refilled(settings, entry.second.left, entry.second.at, now) >= burst;
    });
    if (budgets_.size() >= kMostBudgets) budgets_.clear();  // memory before precision
}

Result<bool> Limits::is_full(const LimitSettings& settings, store::Store& store,
                             std::string_view account, Millis now) {
    const auto limit = static_cast<std::size_t>(settings.account_queue);
    {
        std::lock_guard lock(mutex_);
        const auto found = queues_.find(account);
        const bool known =
            found != queues_.end() && now >= found->second.at && now - found->second.at < kAskEvery;
        if (known) return ++found->second.waiting > limit;
    }
    LJK_TRY(waiting, store.pending_count(account));
    std::lock_guard lock(mutex_);
    queues_[std::string(account)] = {waiting + 1, now};
    return waiting + 1 > limit;
}

}  // namespace lampjack::engine
