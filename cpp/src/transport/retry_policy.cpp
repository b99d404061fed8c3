#include "transport/retry_policy.h"

#include "transport/retry_hints.h"

#include <algorithm>

namespace lampjack::transport {
namespace {

OutcomeClass classify_body(BodyVerdict verdict) noexcept {
    switch (verdict) {
        case BodyVerdict::not_needed:
        case BodyVerdict::accepted: return OutcomeClass::done;
        case BodyVerdict::refused: return OutcomeClass::permanent;
        case BodyVerdict::unreadable: return OutcomeClass::unknown;
    }
    return OutcomeClass::unknown;
}

/// An answer that was not read to its end: its status stands, its body can prove nothing.
OutcomeClass classify_partial(const model::HttpResponse& partial, BodyVerdict verdict) noexcept {
    if (partial.status == 0) return OutcomeClass::unknown;
    const bool body_counts = verdict != BodyVerdict::not_needed;
    return classify_status(partial.status, partial.headers,
                           body_counts ? BodyVerdict::unreadable : BodyVerdict::not_needed);
}

OutcomeClass classify_failure(const Failure& failure, BodyVerdict verdict) noexcept {
    switch (failure.kind) {
        case FailureKind::refused_by_policy:
        case FailureKind::tls_verification: return OutcomeClass::credentials;
        case FailureKind::connect:
        case FailureKind::tls:
        case FailureKind::timeout_before_sent: return OutcomeClass::transient;
        case FailureKind::unknown_after_sent: return OutcomeClass::unknown;
        case FailureKind::cut_body:
        case FailureKind::too_large: return classify_partial(failure.partial, verdict);
        case FailureKind::cancelled:
            return failure.written ? OutcomeClass::unknown : OutcomeClass::transient;
    }
    return OutcomeClass::unknown;
}

/// base * 2^(made - 1), at most `cap`.
Millis ceiling(const RetryPolicy& policy, int made) noexcept {
    Millis wait = std::min(policy.base, policy.cap);
    for (int i = 1; i < made && wait < policy.cap; ++i)
        wait = wait > policy.cap / 2 ? policy.cap : wait * 2;
    return wait;
}

Millis jitter(Millis ceiling, Random& random) {
    if (ceiling <= 0) return 0;
    return static_cast<Millis>(random.next() % (static_cast<std::uint64_t>(ceiling) + 1));
}

Millis asked_wait(const RetryPolicy& policy, const model::Headers& headers, Millis now) noexcept {
    auto asked = retry_after(headers, now);
    if (!asked) asked = rate_limit_reset(headers, now);
    return std::clamp<Millis>(asked.value_or(0), 0, policy.longest_asked);
}

}  // namespace

OutcomeClass classify_status(std::int32_t status, const model::Headers& headers,
                             BodyVerdict verdict) noexcept {
    if (status >= 200 && status < 300) return classify_body(verdict);
    switch (status) {
        case 408:
        case 425: return OutcomeClass::transient;
        case 429: return OutcomeClass::throttled;
        case 503:
            return model::header(headers, "retry-after").empty() ? OutcomeClass::transient
                                                                 : OutcomeClass::throttled;
        case 501:  // the method, and
        case 505:  // the HTTP version, will be no better known next time
            return OutcomeClass::permanent;
        default:
            return status >= 500 && status < 600 ? OutcomeClass::transient
                                                 : OutcomeClass::permanent;
    }
}

OutcomeClass classify(const HttpOutcome& outcome, BodyVerdict verdict) noexcept {
    if (const auto* failure = std::get_if<Failure>(&outcome))
        return classify_failure(*failure, verdict);
    const auto& response = *std::get_if<model::HttpResponse>(&outcome);
    return classify_status(response.status, response.headers, verdict);
}

std::optional<Millis> next_wait(const RetryPolicy& policy, const Tries& tries,
                                const model::Headers& headers, Millis now, Random& random) {
    if (tries.made >= policy.max_tries) return std::nullopt;
    const Millis asked = asked_wait(policy, headers, now);
    const Millis wait = asked > 0 ? asked : jitter(ceiling(policy, tries.made), random);
    if (now - tries.first_at + wait > policy.longest_total) return std::nullopt;
    return wait;
}

const model::Headers& headers_of(const HttpOutcome& outcome) noexcept {
    if (const auto* response = std::get_if<model::HttpResponse>(&outcome)) return response->headers;
    return std::get_if<Failure>(&outcome)->partial.headers;
}

}  // namespace lampjack::transport
