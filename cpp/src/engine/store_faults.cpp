#include "engine/store_faults.h"

#include "engine/leases.h"

namespace lampjack::engine {
namespace {

constexpr Millis kTellEvery = 60 * conversation::kMinute;

std::string name_of(std::string_view work, std::string_view account) {
    return std::string(work).append("/").append(account);
}

}  // namespace

bool is_of_the_store(const Error& error) noexcept {
    return error.code == Code::store || error.code == Code::conflict;
}

bool StoreFaults::is_known(std::string_view work, const std::string& cause) {
    const Millis now = core_.clock->now();
    std::lock_guard lock(mutex_);
    const auto known = told_.find(cause);
    if (known == told_.end() || now < known->second || now - known->second >= kTellEvery)
        return false;
    failing_.emplace(work);
    return true;
}

void StoreFaults::failed(std::string_view work, const Error& error, std::string_view account) {
    Leases& leases = *core_.leases;
    const bool of_store = is_of_the_store(error);
    if (of_store && leases.heart().is_failing()) return;
    const std::string name = name_of(work, account);
    if (is_known(name, error.message)) return;
    if (of_store && leases.heart_fails()) return;  // one line tells what all of them lack
    {
        std::lock_guard lock(mutex_);
        any_ = true;
        failing_.insert(name);
        told_[error.message] = core_.clock->now();
    }
    core_.say(store_failed(work, error, account));
}

void StoreFaults::works(std::string_view work, std::string_view account) {
    if (!any_) return;
    {
        std::lock_guard lock(mutex_);
        if (failing_.erase(name_of(work, account)) == 0 || !failing_.empty()) return;
        told_.clear();
        any_ = false;
    }
    core_.say(LogEvent::store_recovered);
}

}  // namespace lampjack::engine
