#pragma once
// Time comes from a Clock that is passed in. Nothing else in the core reads a clock.

#include <atomic>
#include <chrono>
#include <cstdint>

namespace lampjack {

/// Milliseconds since 1970-01-01T00:00:00Z.
using Millis = std::int64_t;

class Clock {
public:
    virtual ~Clock() = default;
    /// Wall-clock time. Called from any thread.
    virtual Millis now() const noexcept = 0;
};

class SystemClock final : public Clock {
public:
    Millis now() const noexcept override {
        using namespace std::chrono;
        return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    }
};

/// A clock that moves only when told to: for tests and simulation.
class ManualClock final : public Clock {
public:
    explicit ManualClock(Millis start) noexcept : now_(start) {}
    Millis now() const noexcept override { return now_.load(); }
    void advance(Millis by) noexcept { now_ += by; }
    void set(Millis to) noexcept { now_ = to; }

private:
    std::atomic<Millis> now_;
};

}  // namespace lampjack
