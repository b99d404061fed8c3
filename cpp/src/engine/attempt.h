#pragma once
// What one attempt to send means for its row, by the outcome alone: sent, tried again and when, held, or dead. Reads
// nothing from the store and writes nothing.

#include "engine/core.h"
#include "transport/retry_policy.h"

namespace lampjack::engine {

/// Mutes and returns: calls about who answers, as opposed to words.
inline bool is_call(conversation::Action action) noexcept {
    return action == conversation::Action::mute || action == conversation::Action::unmute;
}

/// How the `last_error` of a row begins that was refused for our credentials or configuration, and waits for them.
inline constexpr std::string_view kCredentials = "credentials";
/// Whether the adapter judged so. A sink's `last_error` is its host's own text, whatever that begins with.
bool is_refused(const store::OutboxRow& row) noexcept;
/// Whether words have waited longer for credentials than the account lets them. Mutes and returns wait for ever.
bool is_too_old(const Core& core, const platforms::Account& account, const store::OutboxRow& row);

/// The status of an answer, also of one that was cut; 0 without an answer.
std::int32_t status_of(const transport::HttpOutcome& outcome) noexcept;
/// The class of an outcome, by the platform's own reading of an answer.
transport::OutcomeClass classify_for(const platforms::Adapter& adapter,
                                     const transport::HttpOutcome& outcome);

/// The row as it is after the attempt. A call is repeated for as long as the state wants it; words are given up after the
/// account's tries, and held when their outcome is unknown and the account says so. Tries and hour of a row that was
/// refused for credentials begin with this attempt.
store::OutboxRow after_attempt(const Core& core, const platforms::Account& account,
                               const store::OutboxRow& before,
                               const transport::HttpOutcome& outcome,
                               transport::OutcomeClass judged);

/// The row after a refusal of our credentials: not an attempt, dead when it has waited too long, else due when its pause
/// ends, which others say.
store::OutboxRow after_refusal(const Core& core, const platforms::Account& account,
                               const store::OutboxRow& before,
                               const transport::HttpOutcome& outcome);

/// The row when a sink's own try failed.
store::OutboxRow after_failure(const Core& core, store::OutboxRow row,
                               const model::Headers& headers);

}  // namespace lampjack::engine
