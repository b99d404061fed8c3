#pragma once
// What a handover was, for a return call that can carry it: facts only, nothing that was said.

#include "engine/core.h"

#include <string>

namespace lampjack::engine {

/// {"agent":"dana","from":"…","to":"…","reason":"released"}: the last agent, when a human first owned the conversation in
/// this handover, when it ended and why. Where nobody came there is neither agent nor from. Empty when nothing is known.
Result<std::string> return_facts(Core& core, const store::ConversationRow& row);

}  // namespace lampjack::engine
