#pragma once
// Admission: whether what came is taken, before anything is stored of it. Limits of accounts are counted in this process.

#include "engine/core.h"
#include "engine/prepared_request.h"

namespace lampjack::engine {

/// Before a byte of the body is read: Code::limit for too many requests, or bytes, of nobody in particular. Counts nothing: a
/// head is looked at twice.
Result<void> check_sender(Core& core, const platforms::Account& account, platforms::Trust trust,
                          std::uint64_t bytes);
/// The same for the whole request, and counts it.
Result<void> count_sender(Core& core, const platforms::Account& account, platforms::Trust trust,
                          std::uint64_t bytes);

/// Code::auth for a request that is older than the account's `max_age`.
Result<void> check_age(const Core& core, const platforms::Account& account,
                       const model::Batch& batch);

/// Code::limit when a request without a token begins too many conversations.
Result<void> admit_conversations(Core& core, const platforms::Account& account,
                                 const PreparedRequest& request);

/// Code::limit when a verified sender sends too much of one conversation or account. Whoever asks for a human is heard, and
/// what is said while a human is asked for or at work always passes: no platform promises to send it again.
Result<void> admit_events(Core& core, const platforms::Account& account,
                          const PreparedRequest& request);

/// Before events without a conversation are stored: where an account has more than `unattributed_bytes` of them, the
/// oldest three quarters at least are removed, and the log tells how many.
Result<void> make_room(Core& core, const platforms::Account& account,
                       const PreparedRequest& request);

}  // namespace lampjack::engine
