#pragma once
// What a host may register for an account, and what would never be called there.

#include "engine/core.h"

#include <string_view>

namespace lampjack::engine {

/// Code::config for an account whose messages to users leave by HTTP; Code::not_found when there is no such account.
Result<void> check_sink(const Core& core, std::string_view account);
/// Code::config for an account all of whose requests the core reads itself; Code::not_found as above.
Result<void> check_translate(const Core& core, std::string_view account);

}  // namespace lampjack::engine
