#pragma once
// Doubts: changes whose answer was lost with the connection. They may have taken effect, so whoever makes one of them again
// must not take "it is not there any more" for a failure.

#include <algorithm>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>

namespace lampjack::store::postgres {

class Doubts {
public:
    void note(const std::string& change) {
        const std::lock_guard lock(mutex_);
        if (std::ranges::find(open_, change) == open_.end()) open_.push_back(change);
        if (open_.size() > kMost) open_.pop_front();  // nobody comes back for it
    }
    bool has(const std::string& change) const {
        const std::lock_guard lock(mutex_);
        return std::ranges::find(open_, change) != open_.end();
    }
    /// There is an answer now.
    void settle(const std::string& change) {
        const std::lock_guard lock(mutex_);
        std::erase(open_, change);
    }

private:
    static constexpr std::size_t kMost = 1000;

    mutable std::mutex mutex_;
    std::deque<std::string> open_;
};

}  // namespace lampjack::store::postgres
