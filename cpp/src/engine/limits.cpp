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

bool Limits::admit_account(const LimitSettings& settings, const std::string& account,
                           std::size_t events, bool may_pass_limit, Millis now, bool& alarm) {
    std::lock_guard lock(mutex_);
    Window& window = accounts_[account].events;
    const auto more = static_cast<std::int64_t>(events);
    const std::int64_t all = window.with(more, now);
    alarm = all > settings.account_events_per_second;
    // A request that alone holds more passes once.
    if (!may_pass_limit && all > settings.account_events_limit && all > more) return false;
    window.add(more, now);
    return true;
}

Result<void> Limits::admit_anonymous(const LimitSettings& settings, const std::string& account,
                                     std::size_t bytes, Millis now) {
    std::lock_guard lock(mutex_);
    OfAccount& of = accounts_[account];
    const auto size = static_cast<std::int64_t>(bytes);
    if (of.anonymous.with(1, now) > settings.anonymous_requests)
        return fail(Code::limit, "too many requests without a token at a time");
    of.anonymous.add(1, now);
    if (of.bytes.with(size, now) > settings.anonymous_bytes)
        return fail(Code::limit, "too many bytes without a token at a time");
    of.bytes.add(size, now);
    return {};
}

Result<void> Limits::admit_new(const LimitSettings& settings, const std::string& account,
                               Millis now) {
    std::lock_guard lock(mutex_);
    Window& window = accounts_[account].conversations;
    if (window.with(1, now) > settings.anonymous_conversations)
        return fail(Code::limit, "too many new conversations without a token at a time");
    window.add(1, now);
    return {};
}

std::size_t Limits::fill_unattributed(const LimitSettings& settings, const std::string& account,
                                      std::size_t bytes, std::size_t items) {
    std::lock_guard lock(mutex_);
    OfAccount& of = accounts_[account];
    const auto more = static_cast<std::int64_t>(bytes);
    const std::size_t before = of.unattributed_items;
    const bool full = before > 0 && of.unattributed_bytes + more > settings.unattributed_bytes;
    if (full) {
        of.unattributed_bytes = settings.unattributed_bytes / 4;
        of.unattributed_items = before / 4;
    }
    of.unattributed_bytes += more;
    of.unattributed_items += items;
    return full ? before : 0;
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
