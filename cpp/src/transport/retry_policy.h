#pragma once
// What an outcome means for a delivery, and when to try again. Pure: one delivery is judged by
// itself. Whatever remembers other deliveries to the same destination (retry budget, circuit
// breaker, dead letters) is a file of its own beside this one.

#include "base/clock.h"
#include "base/random.h"
#include "model/http_message.h"
#include "transport/http_client.h"

#include <cstdint>
#include <optional>

namespace lampjack::transport {

enum class OutcomeClass : std::uint8_t {
    done,       ///< the platform took it
    permanent,  ///< the same request will never be taken
    throttled,  ///< the platform asks for patience
    transient,  ///< it had no effect, and may have one later
    unknown,    ///< it may have had its effect: the account's `on_unknown` decides
    credentials,  ///< our credentials or our configuration are refused: a person has to act, the delivery waits
};

/// What the platform's own reading of the answer's body says, for platforms where a 2xx status
/// alone proves nothing.
enum class BodyVerdict : std::uint8_t {
    not_needed,  ///< the status decides
    accepted,
    refused,     ///< the body says that it was not taken
    unreadable,  ///< absent, cut, or not what the platform documents
};

/// The status of an answer says `credentials` to no class: what refuses them is the platform's adapter's word. Here only
/// failures do that are our configuration's whatever the platform: an address that is not allowed, a certificate that is
/// not trusted.
OutcomeClass classify(const HttpOutcome& outcome,
                      BodyVerdict verdict = BodyVerdict::not_needed) noexcept;
OutcomeClass classify_status(std::int32_t status, const model::Headers& headers,
                             BodyVerdict verdict = BodyVerdict::not_needed) noexcept;

struct RetryPolicy {
    Millis base = 1'000;
    Millis cap = 300'000;              ///< longest wait of the formula
    Millis longest_asked = 900'000;    ///< longest wait a header may ask for
    Millis longest_total = 3'600'000;  ///< from the first try to the start of the last: a reply a
                                       ///< day late is worse than an error
    int max_tries = 12;
};

struct Tries {
    int made = 1;         ///< the one that just failed included
    Millis first_at = 0;  ///< when the first began
};

/// How long to wait before the next try, or nothing when the delivery is to be given up. A header
/// that asks for a wait wins over the formula, which is full jitter: uniform in 0..min(cap, base *
/// 2^(made - 1)). A header that asks for no wait at all says nothing and leaves it to the formula,
/// so that `Retry-After: 0` from an overloaded server does not use up every try at once.
std::optional<Millis> next_wait(const RetryPolicy& policy, const Tries& tries,
                                const model::Headers& headers, Millis now, Random& random);

/// The headers of an answer, complete or not; none when nothing arrived.
const model::Headers& headers_of(const HttpOutcome& outcome) noexcept;

}  // namespace lampjack::transport
