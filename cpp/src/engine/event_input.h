#pragma once
// What an event of a request is to the state machine.

#include "conversation/input.h"
#include "model/batch.h"

namespace lampjack::engine {

/// `decision` counts for a handover request, `echo` for a message that we sent ourselves. A request that is not `proven` may
/// come from anybody: its time orders nothing.
conversation::Input input_of(const model::Batch& batch, const model::Event& event,
                             const conversation::Decision& decision, bool echo, bool proven = true);

}  // namespace lampjack::engine
