#include "engine/attempt.h"

#include "base/utf8.h"

namespace lampjack::engine {

using store::DeliveryStatus;
using transport::BodyVerdict;
using transport::OutcomeClass;

namespace {

/// For mutes and returns, which are repeated as long as the state wants them.
constexpr Millis kLongestCallWait = 60'000;

/// So many bytes of what the vendor said are kept.
constexpr std::size_t kVendorAnswer = 300;

/// What to look at when the reason is our own configuration.
std::string hint(const transport::Failure& failure) {
    if (failure.kind != transport::FailureKind::refused_by_policy || failure.message.empty())
        return {};
    const bool by_network = failure.message.find("allow_networks") != std::string::npos;
    return ": " + (by_network ? "see allow_networks" : failure.message);
}

std::string error_of(const transport::HttpOutcome& outcome, OutcomeClass judged) {
    if (const auto* failure = std::get_if<transport::Failure>(&outcome))
        return std::string(name_of(failure->kind)) + hint(*failure);
    const std::int32_t status = status_of(outcome);
    const bool by_body = status >= 200 && status < 300;
    if (by_body) return judged == OutcomeClass::permanent ? "refused_in_body" : "unreadable_body";
    return "status " + std::to_string(status);
}

platforms::Verdict judge(const platforms::Adapter& adapter, const model::HttpResponse& response) {
    return adapter.judge != nullptr ? adapter.judge(response)
                                    : platforms::verdict_of_status(response.status);
}

/// Of an answer that was cut the status stands, the body proves nothing.
OutcomeClass classify_cut(const platforms::Adapter& adapter, const transport::Failure& failure) {
    const std::int32_t status = failure.partial.status;
    const bool is_refusal =
        status >= 300 && judge(adapter, {status, {}, {}}) == platforms::Verdict::credentials;
    if (is_refusal) return OutcomeClass::credentials;
    return transport::classify(failure, adapter.judge != nullptr ? BodyVerdict::unreadable
                                                                 : BodyVerdict::not_needed);
}

/// The vendor's own words about what it did not take: text for people, short and valid.
std::string vendor_answer(const transport::HttpOutcome& outcome) {
    const auto* response = std::get_if<model::HttpResponse>(&outcome);
    const std::string& body = response != nullptr
                                  ? response->body
                                  : std::get_if<transport::Failure>(&outcome)->partial.body;
    return readable_utf8(body, kVendorAnswer);
}

bool is_given_up(const platforms::Adapter& adapter, const store::OutboxRow& row) noexcept {
    return row.last_code == 500 && adapter.tries_of_500 != 0 &&
           row.attempts >= adapter.tries_of_500;
}

}  // namespace

std::int32_t status_of(const transport::HttpOutcome& outcome) noexcept {
    if (const auto* response = std::get_if<model::HttpResponse>(&outcome)) return response->status;
    return std::get_if<transport::Failure>(&outcome)->partial.status;
}

bool is_refused(const store::OutboxRow& row) noexcept {
    const std::string_view error = row.last_error;
    if (row.to_sink || !error.starts_with(kCredentials)) return false;
    return error.size() == kCredentials.size() || error[kCredentials.size()] == ':';
}

bool is_too_old(const Core& core, const platforms::Account& account, const store::OutboxRow& row) {
    return !is_call(row.action) &&
           core.clock->now() - row.created >= account.integer("credentials_wait_ms");
}

OutcomeClass classify_for(const platforms::Adapter& adapter,
                          const transport::HttpOutcome& outcome) {
    const auto* response = std::get_if<model::HttpResponse>(&outcome);
    if (response == nullptr)
        return classify_cut(adapter, *std::get_if<transport::Failure>(&outcome));
    switch (judge(adapter, *response)) {
        case platforms::Verdict::credentials: return OutcomeClass::credentials;
        case platforms::Verdict::refused: return transport::classify(outcome, BodyVerdict::refused);
        case platforms::Verdict::unreadable:
            return transport::classify(outcome, BodyVerdict::unreadable);
        case platforms::Verdict::accepted:
        case platforms::Verdict::by_status: break;
    }
    return transport::classify(outcome);
}

store::OutboxRow after_refusal(const Core& core, const platforms::Account& account,
                               const store::OutboxRow& before,
                               const transport::HttpOutcome& outcome) {
    store::OutboxRow row = before;
    row.last_code = status_of(outcome);
    row.last_error =
        std::string(kCredentials) + ": " + error_of(outcome, OutcomeClass::credentials);
    row.vendor_answer = vendor_answer(outcome);
    row.ready_at = core.clock->now();
    if (is_too_old(core, account, row)) row.status = DeliveryStatus::dead;
    return row;
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
    if (is_refused(before)) {  // its tries and its hour begin anew
        row.attempts = 0;
        row.created = core.clock->now();
    }
    ++row.attempts;
    row.last_code = status_of(outcome);
    row.vendor_answer = judged == OutcomeClass::done ? std::string{} : vendor_answer(outcome);
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
