#pragma once
// StoreFaults: work on the store that is tried again and again is logged once for each cause, and once when it works again.

#include "base/clock.h"
#include "base/result.h"

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace lampjack::engine {

struct Core;

/// Whether the store itself failed: the same work may succeed later.
bool is_of_the_store(const Error& error) noexcept;

/// Called from any thread.
class StoreFaults {
public:
    explicit StoreFaults(Core& core) noexcept : core_(core) {}

    /// `store.failed`, unless this cause was told within the last hour and not all work has succeeded since. Nothing while
    /// the heartbeat fails: heartbeat.failed says so.
    void failed(std::string_view work, const Error& error, std::string_view account = {});
    /// `store.recovered` when this work was the last that failed.
    void works(std::string_view work, std::string_view account = {});
    /// The same of a lease for a handler or a sink. What is not the store's fault is the caller's to tell.
    template <class T>
    Result<T> note(Result<T> leased) {
        if (leased)
            works(kLease);
        else if (is_of_the_store(leased.error()))
            failed(kLease, leased.error());
        return leased;
    }

private:
    static constexpr std::string_view kLease = "lease_items";
    bool is_known(std::string_view work, const std::string& cause);

    Core& core_;
    std::atomic<bool> any_{false};
    std::mutex mutex_;
    std::set<std::string, std::less<>> failing_;
    std::map<std::string, Millis, std::less<>> told_;  ///< by cause
};

}  // namespace lampjack::engine
