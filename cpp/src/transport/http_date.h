#pragma once
// HTTP dates, RFC 9110 section 5.6.7.

#include "base/clock.h"

#include <optional>
#include <string_view>

namespace lampjack::transport {

/// Reads any of the three forms: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`,
/// `Sun Nov  6 08:49:37 1994`. `now` settles the century of a two-digit year: a date more than 50
/// years ahead is the last one with these digits.
std::optional<Millis> parse_http_date(std::string_view text, Millis now) noexcept;

}  // namespace lampjack::transport
