#pragma once
// RequestMarks: which accounts' requests came since the last look. For the threads of requests: no lock, no memory.

#include <atomic>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::engine {

class RequestMarks {
public:
    struct Came {
        std::string_view account;
        bool asks = false;  ///< for a human
    };

    /// Before the first request.
    void init(const std::vector<std::string>& accounts) {
        for (const std::string& account : accounts) marks_.try_emplace(account);
    }
    void note(std::string_view account, bool asks) noexcept {
        const auto found = marks_.find(account);
        if (found == marks_.end()) return;
        raise(found->second.came);
        if (asks) raise(found->second.asks);
        raise(any_);
    }
    bool any() const noexcept { return any_.load(std::memory_order_relaxed); }
    /// Whose requests came since the last call.
    std::vector<Came> take() {
        std::vector<Came> all;
        all.reserve(marks_.size());
        any_ = false;
        for (auto& [account, marks] : marks_)
            if (marks.came.exchange(false)) all.push_back({account, marks.asks.exchange(false)});
        return all;
    }

private:
    struct Marks {
        std::atomic<bool> came{false}, asks{false};
    };
    /// Most often it is up already: then nothing is written that other threads read.
    static void raise(std::atomic<bool>& mark) noexcept {
        if (!mark.load(std::memory_order_relaxed)) mark = true;
    }

    std::map<std::string, Marks, std::less<>> marks_;
    std::atomic<bool> any_{false};
};

}  // namespace lampjack::engine
