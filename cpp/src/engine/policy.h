#pragma once
// From an account's settings and its platform's abilities to the state machine's policy.

#include "conversation/policy.h"
#include "platforms/account.h"

namespace lampjack::engine {

conversation::Policy policy_of(const platforms::Account& account);

/// Errors: config, when a mute is asked for on an account that cannot mute and give back.
Result<void> check_policy(const platforms::Account& account);

/// Whether we deliver words to the end user ourselves, by sinks, instead of through the platform.
bool delivers_to_sink(const platforms::Account& account) noexcept;

}  // namespace lampjack::engine
