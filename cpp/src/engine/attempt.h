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

/// The class of an outcome, with the platform's own reading of the body where a 2xx proves nothing.
transport::OutcomeClass classify_for(const platforms::Adapter& adapter,
                                     const transport::HttpOutcome& outcome);

/// The row as it is after the attempt. A call is repeated for as long as the state wants it; words are given up after the
/// account's tries, and held when their outcome is unknown and the account says so.
store::OutboxRow after_attempt(const Core& core, const platforms::Account& account,
                               const store::OutboxRow& before,
                               const transport::HttpOutcome& outcome,
                               transport::OutcomeClass judged);

/// The row when a sink's own try failed.
store::OutboxRow after_failure(const Core& core, store::OutboxRow row,
                               const model::Headers& headers);

}  // namespace lampjack::engine
