#pragma once
// What an event of a request is to the state machine.

#include "conversation/input.h"
#include "model/batch.h"

namespace lampjack::engine {

/// `decision` counts for a handover request, `echo` for a message that we sent ourselves.
conversation::Input input_of(const model::Batch& batch, const model::Event& event,
                             const conversation::Decision& decision, bool echo);

}  // namespace lampjack::engine
