#pragma once
// DatabaseClock: the callers' times as times of the database, so that machines whose clocks differ agree on leases. What
// counts is the difference between a caller's time and this machine's clock.

#include "base/clock.h"

#include <mutex>

namespace lampjack::store::postgres {

class DatabaseClock {
public:
    /// This machine's wall clock, and one that nobody sets.
    struct Reading {
        Millis wall = 0;
        Millis steady = 0;
    };

    DatabaseClock() : DatabaseClock(read_clocks) {}
    explicit DatabaseClock(Reading (*clocks)()) : read_(clocks), at_(clocks()) {}

    Reading read() const { return read_(); }
    /// The database was asked at `asked` and has just answered that its time is this.
    void measured(Millis database, const Reading& asked);
    Millis to_database(Millis time) const { return shifted(time, shift()); }
    Millis to_caller(Millis time) const { return shifted(time, -shift()); }

private:
    static Reading read_clocks();
    static Millis shifted(Millis time, Millis by) noexcept;
    Millis shift() const;

    Reading (*read_)();
    mutable std::mutex mutex_;
    Millis shift_ = 0;  ///< of the database against the wall clock as it was at `at_`
    Reading at_;
};

}  // namespace lampjack::store::postgres
