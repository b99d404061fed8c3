#pragma once
// The deliveries that wait for credentials, as the store has them: who is to be the probe, what is to be woken, what has
// waited for too long.

#include "engine/core.h"

#include <string_view>
#include <vector>

namespace lampjack::engine {

/// The account's deliveries that wait to be sent by HTTP, oldest first.
Result<std::vector<store::Delivery>> waiting_by_http(const Core& core,
                                                     const platforms::Account& account);
/// Conversations of the account whose next delivery is due, in the order in which they are to be asked: the one with the
/// tag `wanted`; then those that were not refused yet, mutes and returns before words; then the one refused longest ago.
Result<std::vector<store::ConversationKey>>
probe_order(const Core& core, const platforms::Account& account, std::string_view wanted);
/// What waits for itself alone is due now.
Result<void> wake_refused(Core& core, const platforms::Account& account);
/// Words that have waited longer than the account's `credentials_wait_ms` become dead letters; mutes and returns never do.
/// `ref`: those of one conversation only; empty for all of the account.
Result<void> give_up_old(Core& core, const platforms::Account& account, std::string_view ref);

}  // namespace lampjack::engine
