#pragma once
// What a response's headers say about when to come back. Pure.

#include "base/clock.h"
#include "model/http_message.h"

#include <optional>

namespace lampjack::transport {

/// `Retry-After` in seconds or as a date (RFC 9110 section 10.2.3), as milliseconds from now; a
/// past date is 0, garbage is nothing.
std::optional<Millis> retry_after(const model::Headers& headers, Millis now) noexcept;

/// `x-ratelimit-reset`, an epoch time, as milliseconds from now; a past one is 0. Only when
/// `x-ratelimit-remaining` is 0 or absent: a quota that is not used up is no reason to wait.
/// Chatlayer's integration page says seconds and shows milliseconds, so the size of the number
/// decides.
std::optional<Millis> rate_limit_reset(const model::Headers& headers, Millis now) noexcept;

}  // namespace lampjack::transport
