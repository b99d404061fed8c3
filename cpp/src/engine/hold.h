#pragma once
// Hold: one leased item or message while a host works on it, from the lease until its outcome is recorded.

#include "base/clock.h"

#include <atomic>
#include <cstdint>

namespace lampjack::engine {

/// Who works on what was leased: a handler, for handler_timeout at most, or the host itself (C), for item_hold.
enum class Keeper : std::uint8_t { host, handler };

class Hold {
public:
    void begin(Millis now, Millis steady, Millis limit, std::uint64_t gaps) noexcept {
        since_ = now;
        begun_ = steady;
        limit_ = limit;
        renewed(steady, gaps);
    }
    Millis since() const noexcept { return since_; }
    Millis age(Millis steady) const noexcept { return steady - begun_; }
    bool is_over(Millis steady) const noexcept { return limit_ > 0 && age(steady) >= limit_; }

    bool is_held() const noexcept { return state_ == State::held; }
    bool is_lost() const noexcept { return state_ == State::lost; }
    /// Whether its limit was over when somebody looked, whatever became of the lease.
    bool is_hung() const noexcept { return hung_; }
    void hang() const noexcept { hung_ = true; }
    /// Whether an outcome is being recorded: the store may have ended the lease for it already. Asked before is_held().
    bool is_settling() const noexcept { return settling_ != 0; }
    class Settling {
    public:
        explicit Settling(const Hold& hold) noexcept : hold_(hold) { ++hold_.settling_; }
        ~Settling() { --hold_.settling_; }
        Settling(const Settling&) = delete;
        Settling& operator=(const Settling&) = delete;

    private:
        const Hold& hold_;
    };
    /// Its outcome is recorded, or it was given back.
    void end() const noexcept { state_ = State::ended; }
    /// True when that is news.
    bool lose() const noexcept {
        State held = State::held;
        return state_.compare_exchange_strong(held, State::lost);
    }

    /// The store said that the lease is still ours.
    void renewed(Millis steady, std::uint64_t gaps) const noexcept {
        renewed_ = steady;
        gaps_ = gaps;
    }
    Millis renewed_at() const noexcept { return renewed_; }
    std::uint64_t gaps() const noexcept { return gaps_; }

    /// A lease that was lost because the hold was over still has to end in the store.
    bool must_end() const noexcept { return must_end_; }
    void must_end(bool yes) const noexcept { must_end_ = yes; }

private:
    enum class State : std::uint8_t { held, ended, lost };

    Millis since_ = 0;
    Millis begun_ = 0;
    Millis limit_ = 0;  ///< 0: none
    mutable std::atomic<State> state_{State::held};
    mutable std::atomic<int> settling_{0};
    mutable std::atomic<bool> must_end_{false};
    mutable std::atomic<bool> hung_{false};
    mutable std::atomic<Millis> renewed_{0};
    mutable std::atomic<std::uint64_t> gaps_{0};
};

}  // namespace lampjack::engine
