#pragma once
// How often a line may come, for each cause.

#include "base/clock.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace lampjack::engine {

/// Seldom: lines that anybody outside can cause are written once a minute for each cause, with how many there were. Called
/// from any thread.
class Seldom {
public:
    static constexpr Millis kEvery = 60'000;

    /// How many there were since the last line, when one is due now. The causes are ours, so there are few.
    std::optional<std::uint64_t> note(std::string_view cause, Millis now) {
        std::lock_guard lock(mutex_);
        auto found = causes_.find(cause);
        if (found == causes_.end()) found = causes_.emplace(std::string(cause), Cause{}).first;
        Cause& known = found->second;
        ++known.count;
        if (known.told && now >= *known.told && now - *known.told < kEvery) return std::nullopt;
        known.told = now;
        const std::uint64_t count = known.count;
        known.count = 0;
        return count;
    }

private:
    struct Cause {
        std::optional<Millis> told;
        std::uint64_t count = 0;
    };
    std::mutex mutex_;
    std::map<std::string, Cause, std::less<>> causes_;
};

/// Once: what is told one time in the life of a hub. Called from any thread.
class Once {
public:
    /// Whether this is the first call for that cause. The causes are ours, so there are few.
    bool is_first(std::string_view cause) {
        std::lock_guard lock(mutex_);
        return causes_.emplace(cause).second;
    }

    bool knows(std::string_view cause) const {
        std::lock_guard lock(mutex_);
        return causes_.contains(cause);
    }

private:
    mutable std::mutex mutex_;
    std::set<std::string, std::less<>> causes_;
};

}  // namespace lampjack::engine
