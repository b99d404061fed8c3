#pragma once
// Times on the wire: ISO 8601 / RFC 3339 texts and epoch numbers, to and from milliseconds UTC.

#include "base/clock.h"

#include <optional>
#include <string_view>

namespace lampjack {

/// Times outside [2000-01-01, 2100-01-01) are held to be mistakes.
inline constexpr Millis kEarliest = 946684800000;
inline constexpr Millis kLatest = 4102444800000;

/// "2021-11-15T08:26:13.154Z": the one form we write. False for any other spelling, even an equivalent one.
bool parse_exact(std::string_view text, Millis& out) noexcept;

/// "1636964773" (seconds) or "1636964773154" (milliseconds): the forms of an epoch number that we write.
bool parse_whole_epoch(std::string_view digits, Millis& out) noexcept;

/// ISO 8601 with Z or an offset and 0 to 9 digits of fraction, or digits: seconds below 1e11, milliseconds below 1e14,
/// else microseconds; a fraction is allowed. Empty when unreadable or out of range.
std::optional<Millis> parse_time(std::string_view text) noexcept;

/// The form of parse_exact.
struct TimeText {
    char characters[24];
    std::string_view view() const noexcept { return {characters, sizeof characters}; }
};
TimeText format_time(Millis time) noexcept;

}  // namespace lampjack
