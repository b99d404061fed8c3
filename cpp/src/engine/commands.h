#pragma once
// Commands: an agent's, a desk's or a host's intent, checked against the state and turned into items and outgoing rows
// in one transaction.

#include "engine/core.h"

namespace lampjack::engine {

CommandResult run_command(Core& core, std::string_view ref, const CommandRequest& request);
/// The same for `say` on a channel account; opens the conversation when it is new.
CommandResult run_say(Core& core, std::string_view account, std::string_view user_json,
                      std::string_view content, std::string_view key, const Item* item);

}  // namespace lampjack::engine
