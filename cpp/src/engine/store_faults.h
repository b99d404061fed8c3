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

/// What is tried again and again, and for whom.
struct StoreWork {
    std::string_view name;
    std::string_view account = {};
    std::string_view subscription = {};
};

/// Called from any thread, right behind the call of the store and without a lock: what was not tried has not succeeded.
class StoreFaults {
public:
    explicit StoreFaults(Core& core) noexcept : core_(core) {}

    /// `store.failed`, unless this cause was told within the last hour and work that it hit has not succeeded since.
    /// Nothing while the heartbeat fails, too: heartbeat.failed says so.
    void failed(const StoreWork& work, const Error& error);
    /// `store.recovered` when this work was the last that failed.
    void works(const StoreWork& work);
    /// One or the other. What is not the store's fault is the caller's to tell.
    template <class T>
    Result<T> note(const StoreWork& work, Result<T> tried) {
        if (tried)
            works(work);
        else if (is_of_the_store(tried.error()))
            failed(work, tried.error());
        return tried;
    }

private:
    struct Failing {
        std::set<std::string> causes;
        Millis last = 0;
    };
    bool is_first(std::string name, const std::string& cause);
    void take_back(const std::string& cause);
    bool still_fails(const std::string& cause);

    Core& core_;
    std::atomic<bool> any_{false};
    std::mutex mutex_;
    std::map<std::string, Failing, std::less<>> failing_;  ///< by work
    std::map<std::string, Millis, std::less<>> told_;      ///< by cause: told, or about to be
    bool said_ = false;  ///< something was told since all worked last
};

}  // namespace lampjack::engine
