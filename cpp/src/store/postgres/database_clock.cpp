#include "store/postgres/database_clock.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <limits>

namespace lampjack::store::postgres {
namespace {

/// Clocks that differ by less are taken for equal: nothing here needs better, and times then stay as they were given.
constexpr Millis kTolerance = 500;

Millis unless_small(Millis difference) noexcept {
    return std::abs(difference) < kTolerance ? 0 : difference;
}

}  // namespace

DatabaseClock::Reading DatabaseClock::read_clocks() {
    using namespace std::chrono;
    return {SystemClock().now(),
            duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count()};
}

Millis DatabaseClock::shifted(Millis time, Millis by) noexcept {
    constexpr Millis lowest = std::numeric_limits<Millis>::min();
    constexpr Millis highest = std::numeric_limits<Millis>::max();
    if (by > 0 && time > highest - by) return highest;
    if (by < 0 && time < lowest - by) return lowest;
    return time == highest || time == lowest ? time : time + by;  // "never" stays never
}

Millis DatabaseClock::shift() const {
    const Reading now = read_();
    const std::lock_guard lock(mutex_);
    // Since the measurement somebody may have set the wall clock: the callers' times went with it, the database's did not.
    const Millis step = (now.wall - at_.wall) - (now.steady - at_.steady);
    return shift_ - unless_small(step);
}

void DatabaseClock::measured(Millis database, const Reading& asked) {
    const Millis known = shift();
    const Reading now = read_();
    const std::lock_guard lock(mutex_);
    // It looked at its clock somewhere between question and answer: a slow answer says little.
    const Millis least = database - now.wall - kTolerance;
    const Millis most = least + (now.steady - asked.steady) + 2 * kTolerance;
    shift_ = std::clamp(known, least, most) == known ? known : least + (most - least) / 2;
    at_ = now;
}

}  // namespace lampjack::store::postgres
