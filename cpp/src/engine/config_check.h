#pragma once
// What a configuration says that can never work, or is not safe: told when a hub is opened.

#include "engine/core.h"

namespace lampjack::engine {

/// What depends on several values: networks, policies, addresses that may not be called. Code::config, with the path.
Result<void> check_config(const Config& config);

/// Warns of secrets that can be guessed.
void warn_of_short_secrets(const Core& core);

}  // namespace lampjack::engine
