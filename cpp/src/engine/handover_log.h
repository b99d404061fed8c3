#pragma once
// The life of a handover as log lines: requested, accepted or declined, taken, ended, returned.

#include "conversation/transition.h"
#include "engine/log_line.h"

namespace lampjack::engine {

class Change;

/// Logs what an outcome means for the handover; `before` is the state it began from.
void log_handover(Change& change, conversation::State before, const conversation::Outcome& outcome);

LogEvent event_of(conversation::Alarm alarm) noexcept;

}  // namespace lampjack::engine
