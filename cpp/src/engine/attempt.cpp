#include "engine/attempt.h"

namespace lampjack::engine {

using store::DeliveryStatus;
using transport::BodyVerdict;
using transport::OutcomeClass;

namespace {

/// For mutes and returns, which are repeated as long as the state wants them.
constexpr Millis kLongestCallWait = 60'000;

/// The status of the answer, also of one that was cut.
std::int32_t status_of(const transport::HttpOutcome& outcome) noexcept {
    if (const auto* response = std::get_if<model::HttpResponse>(&outcome)) return response->status;
    return std::get_if<transport::Failure>(&outcome)->partial.status;
}

/// What to look at when the reason is our own configuration.
const char* hint(transport::FailureKind kind) noexcept {
    return kind == transport::FailureKind::refused_by_policy ? ": see allow_networks" : "";
}

std::string error_of(const transport::HttpOutcome& outcome, OutcomeClass judged) {
    if (const auto* failure = std::get_if<transport::Failure>(&outcome))
        return std::string(name_of(failure->kind)) + hint(failure->kind);
    const std::int32_t status = status_of(outcome);
    const bool by_body = status >= 200 && status < 300;
    if (by_body) return judged == OutcomeClass::permanent ? "refused_in_body" : "unreadable_body";
    return "status " + std::to_string(status);
}

BodyVerdict verdict_of(platforms::BodyVerdict verdict) noexcept {
    switch (verdict) {
        case platforms::BodyVerdict::accepted: return BodyVerdict::accepted;
        case platforms::BodyVerdict::refused: return BodyVerdict::refused;
        case platforms::BodyVerdict::unreadable: return BodyVerdict::unreadable;
    }
    return BodyVerdict::unreadable;
}

bool is_given_up(const platforms::Adapter& adapter, const store::OutboxRow& row) noexcept {
    return row.last_code == 500 && adapter.tries_of_500 != 0 &&
           row.attempts >= adapter.tries_of_500;
}

}  // namespace

OutcomeClass classify_for(const platforms::Adapter& adapter,
                          const transport::HttpOutcome& outcome) {
    if (adapter.judge == nullptr) return transport::classify(outcome);
    const auto* response = std::get_if<model::HttpResponse>(&outcome);
    if (response == nullptr) return transport::classify(outcome, BodyVerdict::unreadable);
    return transport::classify(outcome, verdict_of(adapter.judge(*response)));
}

store::OutboxRow after_failure(const Core& core, store::OutboxRow row,
                               const model::Headers& headers) {
    const Millis now = core.clock->now();
    const transport::Tries tries{.made = static_cast<int>(row.attempts), .first_at = row.created};
    const auto wait = transport::next_wait(core.config.retry, tries, headers, now, *core.random);
    if (!wait && !is_call(row.action)) row.status = DeliveryStatus::dead;
    row.ready_at = now + wait.value_or(is_call(row.action) ? kLongestCallWait : 0);
    return row;
}

store::OutboxRow after_attempt(const Core& core, const platforms::Account& account,
                               const store::OutboxRow& before,
                               const transport::HttpOutcome& outcome, OutcomeClass judged) {
    store::OutboxRow row = before;
    ++row.attempts;
    row.last_code = status_of(outcome);
    row.ready_at = core.clock->now();
    row.last_error = judged == OutcomeClass::done ? std::string{} : error_of(outcome, judged);
    const bool may_hold = !is_call(row.action) && account.text("on_unknown") == "hold";
    if (judged == OutcomeClass::done) {
        row.status = DeliveryStatus::sent;
    } else if (judged == OutcomeClass::permanent || is_given_up(*account.adapter, row)) {
        row.status = DeliveryStatus::dead;
    } else if (judged == OutcomeClass::unknown && may_hold) {
        row.status = DeliveryStatus::held;
    } else {
        return after_failure(core, std::move(row), transport::headers_of(outcome));
    }
    return row;
}

}  // namespace lampjack::engine
