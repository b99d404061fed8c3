#pragma once
// The state machine: a pure function from a conversation and an input to the next conversation and what has to happen.

#include "conversation/conversation.h"
#include "conversation/effects.h"
#include "conversation/input.h"
#include "conversation/policy.h"

#include <optional>
#include <string>
#include <string_view>

namespace lampjack::conversation {

struct Outcome {
    Conversation next;  ///< as before when the command was refused
    Effects effects;    ///< empty when the command was refused
    std::optional<Refusal> refusal;
    std::string_view rule;  ///< the row that decided: "T5", "R3", … or "-"
    bool opened = false;    ///< T1 came first: the conversation had never been seen
};

/// Never fails and never throws but for want of memory; an input that means nothing in a state changes nothing.
Outcome apply(const Conversation& conversation, const Input& input, const Policy& policy,
              Millis now);

/// A conversation that begins once more after it was erased: opened, under an epoch above its last one. For apply().
Conversation begin_again(std::uint64_t retired_epoch, const Policy& policy, Millis now);

/// The transition table as a Markdown table, for documentation.
std::string table_as_markdown();

}  // namespace lampjack::conversation
