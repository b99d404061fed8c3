#pragma once
// Conversations that need a person: the platform does something else than was decided, or nothing happens any more.

#include "engine/core.h"

namespace lampjack::engine {

/// An array of conversations, each with "why": return_fails (the bot is not taken back), mute_refused (it cannot be
/// silenced), diverged (it speaks, or is silent, against what was decided), overdue (a timer should have fired: does any
/// process run timers?), unsent (a message should have left: does any process send?), credentials (the platform refuses
/// those of its account, or for this conversation), handler (a handler of this process works on it for a minute or more:
/// "subscription" and "since" say which); and "last_error", "last_code" of
/// the call that failed last.
/// Without `accounts`, then an entry for each account with work that no live hub has: {"account","why":["no_hub"],"items",
/// "deliveries","timers"}. Nothing else is told of it.
Result<std::string> stuck_view(Core& core, std::string_view accounts);

}  // namespace lampjack::engine
