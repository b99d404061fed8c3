#pragma once
// What became of the lines of a conversation, and why: received, recorded, offered to subscriptions, handled, sent.

#include "engine/core.h"

namespace lampjack::engine {

/// The line `seq`, or with 0 the newest `limit`, as ljk_hub_why tells it. Holds nothing that was said, and no name. Reads
/// only. not_found when there is no such conversation or line.
Result<std::string> why_view(Core& core, std::string_view ref, std::uint64_t seq,
                             std::size_t limit);

}  // namespace lampjack::engine
