#pragma once
// InFlight: how many of a kind are under way. Each guard counts as one until it ends, and may outlive the counter.

#include <atomic>
#include <memory>
#include <utility>

namespace lampjack::engine {

class InFlight {
    using Count = std::atomic<std::size_t>;

public:
    class Guard {
    public:
        Guard() = default;
        explicit Guard(std::shared_ptr<Count> count) noexcept : count_(std::move(count)) {
            ++*count_;
        }
        Guard(Guard&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
        Guard& operator=(Guard other) noexcept {
            std::swap(count_, other.count_);
            return *this;
        }
        ~Guard() { end(); }

        void end() noexcept {
            if (const auto count = std::exchange(count_, nullptr)) --*count;
        }

    private:
        std::shared_ptr<Count> count_;
    };

    Guard begin() const noexcept { return Guard(count_); }
    bool any() const noexcept { return *count_ > 0; }

private:
    std::shared_ptr<Count> count_ = std::make_shared<Count>(0);
};

}  // namespace lampjack::engine
