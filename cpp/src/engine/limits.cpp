#include "engine/limits.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

constexpr std::size_t kMostBudgets = 100'000;
constexpr Millis kAskEvery = 1000;

constexpr std::int64_t kAccountBurst = 5;  ///< seconds' worth of an account's events, at once

double refilled(std::int64_t per_second, std::int64_t burst, double left, Millis time) {
    const double more =
        static_cast<double>(std::max<Millis>(time, 0)) * static_cast<double>(per_second) / 1000.0;
    return std::min(static_cast<double>(burst), left + more);
}

}  // namespace

bool Limits::admit(const LimitSettings& settings, const store::ConversationKey& key,
                   std::size_t count, Millis now) {
    std::lock_guard lock(mutex_);
    if (budgets_.size() >= kMostBudgets) forget_idle(settings, now);
    const auto [found, fresh] = budgets_.try_emplace(key);
    Budget& budget = found->second;
    budget.left = fresh ? static_cast<double>(settings.events_burst)
                        : refilled(settings.events_per_second, settings.events_burst, budget.left,
                                   now - budget.at);
    budget.at = now;
    if (budget.left < 1) return false;
    budget.left -= static_cast<double>(count);
    return true;
}

bool Limits::admit_account(const LimitSettings& settings, const std::string& account,
                           std::size_t events, bool may_pass_limit, Millis now, bool& alarm) {
    std::lock_guard lock(mutex_);
    OfAccount& of = accounts_[account];
    const auto more = static_cast<std::int64_t>(events);
    alarm = of.events.with(more, now) > settings.account_events_per_second;
    const std::int64_t limit = settings.account_events_limit, burst = kAccountBurst * limit;
    const double left = of.budget ? refilled(limit, burst, of.budget->left, now - of.budget->at)
                                  : static_cast<double>(burst);
    of.budget = Budget{left, now};
    if (!may_pass_limit && left < 1) return false;
    of.events.add(more, now);
    const double after = left - static_cast<double>(more);
    of.budget->left = may_pass_limit ? std::max(after, std::min(left, 0.0)) : after;
    return true;
}

Result<void> Limits::admit_anonymous(const LimitSettings& settings, const std::string& account,
                                     std::uint64_t bytes, Millis now) {
    std::lock_guard lock(mutex_);
    OfAccount& of = accounts_[account];
    LJK_CHECK(check(settings, of, bytes, now));
    of.anonymous.add(1, now);
    of.bytes.add(static_cast<std::int64_t>(bytes), now);
    return {};
}

Result<void> Limits::check_anonymous(const LimitSettings& settings, const std::string& account,
                                     std::uint64_t bytes, Millis now) {
    std::lock_guard lock(mutex_);
    return check(settings, accounts_[account], bytes, now);
}

Result<void> Limits::check(const LimitSettings& settings, const OfAccount& of, std::uint64_t bytes,
                           Millis now) {
    if (of.anonymous.with(1, now) > settings.anonymous_requests)
        return fail(Code::limit, "too many requests without a token at a time");
    if (of.bytes.with(static_cast<std::int64_t>(bytes), now) > settings.anonymous_bytes)
        return fail(Code::limit, "too many bytes without a token at a time");
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
        return refilled(settings.events_per_second, settings.events_burst, entry.second.left,
                        now - entry.second.at) >= burst;
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
