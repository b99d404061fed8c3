#include "engine/store_faults.h"

#include "engine/leases.h"

#include <algorithm>
#include <utility>

namespace lampjack::engine {
namespace {

constexpr Millis kTellEvery = 60 * conversation::kMinute;
/// Work that has not failed for so long is not tried any more, a lease that nobody asks for above all. Longer than the pause
/// of any work that is.
constexpr Millis kGivenUp = 2 * kTellEvery;

std::string name_of(const StoreWork& work) {
    return std::string(work.name)
        .append("/")
        .append(work.account)
        .append("/")
        .append(work.subscription);
}

}  // namespace

bool is_of_the_store(const Error& error) noexcept {
    return error.code == Code::store || error.code == Code::conflict;
}

/// Of several threads that meet the same cause one tells it.
bool StoreFaults::is_first(std::string name, const std::string& cause) {
    const Millis now = core_.clock->now();
    std::lock_guard lock(mutex_);
    any_ = true;
    Failing& one = failing_[std::move(name)];
    one.causes.insert(cause);
    one.last = now;
    const auto [known, is_new] = told_.try_emplace(cause, now);
    const bool is_due = now < known->second || now - known->second >= kTellEvery;
    if (is_due) known->second = now;
    return is_new || is_due;
}

/// It was not told, so that it is when it goes on without the heartbeat's failure.
void StoreFaults::take_back(const std::string& cause) {
    std::lock_guard lock(mutex_);
    told_.erase(cause);
}

bool StoreFaults::still_fails(const std::string& cause) {
    std::lock_guard lock(mutex_);
    const bool fails = told_.contains(cause);
    said_ = said_ || fails;
    return fails;
}

void StoreFaults::failed(const StoreWork& work, const Error& error) {
    Leases& leases = *core_.leases;
    const bool of_store = is_of_the_store(error);
    if (of_store && leases.heart().is_failing()) return;
    if (!is_first(name_of(work), error.message)) return;
    // One line tells what all of them lack.
    if (of_store && leases.heart_fails()) return take_back(error.message);
    if (!still_fails(error.message)) return;
    core_.say(LogLine(LogEvent::store_failed)
                  .add("work", work.name)
                  .add("subscription", work.subscription)
                  .add("account", work.account)
                  .add("reason", error.message));
}

void StoreFaults::works(const StoreWork& work) {
    if (!any_) return;
    const std::string name = name_of(work);
    const Millis now = core_.clock->now();
    {
        std::lock_guard lock(mutex_);
        const auto is_over = [&](const auto& one) {
            return one.first == name || now - one.second.last >= kGivenUp;
        };
        if (std::erase_if(failing_, is_over) == 0) return;
        std::erase_if(told_, [&](const auto& cause) {
            return std::ranges::none_of(
                failing_, [&](const auto& one) { return one.second.causes.contains(cause.first); });
        });
        if (!failing_.empty()) return;
        any_ = false;
        if (!std::exchange(said_, false)) return;
    }
    core_.say(LogEvent::store_recovered);
}

}  // namespace lampjack::engine
