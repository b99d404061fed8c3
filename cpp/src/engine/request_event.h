#pragma once
// The event of a command that asks for a human: the desk gets it as it gets a request of the platform.

#include "base/result.h"
#include "conversation/input.h"
#include "store/rows.h"

#include <string>
#include <string_view>

namespace lampjack::engine {

/// A `handover_requested` event of that conversation, in canonical JSON.
Result<std::string> request_event_json(const store::ConversationRow& row,
                                       const conversation::Command& command,
                                       std::string_view account, Millis now);

}  // namespace lampjack::engine
