#pragma once
// Spans of time between times that may be any number, as those that a store gives back may.

#include "base/clock.h"

#include <limits>

namespace lampjack {

/// How long it is from one time to another, as far as a number can say it.
constexpr Millis between(Millis from, Millis to) noexcept {
    Millis span = 0;
    if (!__builtin_sub_overflow(to, from, &span)) return span;
    return to > from ? std::numeric_limits<Millis>::max() : std::numeric_limits<Millis>::min();
}

}  // namespace lampjack
