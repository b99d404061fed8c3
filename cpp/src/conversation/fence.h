#pragma once
// The check before every HTTP call: may this outbox row still leave? And afterwards: does it still hold?

#include "conversation/conversation.h"
#include "conversation/effects.h"

#include <cstdint>

namespace lampjack::conversation {

/// Whether a row made under `epoch` may leave now. Words of bots and agents leave only under the epoch they were
/// decided under; a notice of the system outlives a change of owner; a mute or a return leaves while the state
/// still wants it, whatever its epoch.
bool may_leave(const Conversation& conversation, Action action, std::uint64_t epoch) noexcept;

/// Whether the platform may carry out now what has left, where it does so later than it answers. Words that have left stay
/// said. A mute or a return holds only while the state agrees with it.
bool still_holds(const Conversation& conversation, Action action) noexcept;

}  // namespace lampjack::conversation
