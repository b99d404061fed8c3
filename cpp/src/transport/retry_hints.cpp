#include "transport/retry_hints.h"

#include "base/text.h"
#include "transport/http_date.h"

#include <algorithm>

namespace lampjack::transport {
namespace {

constexpr Millis kSecond = 1000;
/// In seconds this is the year 5138, in milliseconds 1973.
constexpr std::int64_t kSmallestMillis = 100'000'000'000;
constexpr std::int64_t kLongestSeconds = 100'000'000'000;

}  // namespace

std::optional<Millis> retry_after(const model::Headers& headers, Millis now) noexcept {
    const auto text = trim(model::header(headers, "retry-after"));
    if (const auto seconds = to_int(text)) return std::min(*seconds, kLongestSeconds) * kSecond;
    if (const auto date = parse_http_date(text, now)) return std::max<Millis>(0, *date - now);
    return std::nullopt;
}

std::optional<Millis> rate_limit_reset(const model::Headers& headers, Millis now) noexcept {
    const auto remaining = to_int(trim(model::header(headers, "x-ratelimit-remaining")));
    if (remaining && *remaining > 0) return std::nullopt;
    const auto reset = to_int(trim(model::header(headers, "x-ratelimit-reset")));
    if (!reset) return std::nullopt;
    const Millis at = *reset >= kSmallestMillis ? *reset : *reset * kSecond;
    return std::max<Millis>(0, at - now);
}

}  // namespace lampjack::transport
