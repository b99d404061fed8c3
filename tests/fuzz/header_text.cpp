// Small texts that strangers send: header values, times, encodings. They answer or refuse, and round trips hold.

#include "base/base64.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "require.h"
#include "transport/http_date.h"
#include "transport/retry_hints.h"

#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using lampjack::fuzz::require;
    constexpr lampjack::Millis kNow = 1'637'000'000'000;
    const auto text = lampjack::fuzz::text_of(data, size);

    require(lampjack::base64_decode(lampjack::base64_encode(text)) == std::string(text),
            "base64 round trip");
    if (const auto bytes = lampjack::base64_decode(text))
        require(lampjack::base64_decode(lampjack::base64_encode(*bytes)) == bytes,
                "base64 is stable");
    require(lampjack::percent_decode(lampjack::percent_encode(text), false) == text,
            "percent round trip");

    if (const auto time = lampjack::parse_time(text)) {
        lampjack::Millis again = 0;
        const auto spelled = lampjack::format_time(*time);
        require(lampjack::parse_exact(spelled.view(), again) && again == *time,
                "a time reads back to itself");
    }
    lampjack::transport::parse_http_date(text, kNow);
    for (const auto* name : {"Retry-After", "RateLimit-Reset", "X-RateLimit-Reset", "RateLimit"}) {
        const lampjack::model::Headers headers{{name, std::string(text)}};
        const auto after = lampjack::transport::retry_after(headers, kNow);
        require(!after || *after >= 0, "a wait is never negative");
        const auto reset = lampjack::transport::rate_limit_reset(headers, kNow);
        require(!reset || *reset >= 0, "a wait is never negative");
    }
    return 0;
}
