#pragma once
// What a guard looks at and what a move changes: one input meeting one conversation.

#include "conversation/effects.h"
#include "conversation/input.h"
#include "conversation/policy.h"

namespace lampjack::conversation {

struct Situation {
    const Conversation& before;
    const Input& input;
    Kind kind;
    const Policy& policy;
    Millis now;

    const Command& command() const { return std::get<Command>(input); }
    template <class Fact_>
    const Fact_* fact() const noexcept {
        return std::get_if<Fact_>(&input);
    }
};

struct Step : Situation {
    Conversation next;
    Effects effects = {};
    Reason reason = Reason::none;  ///< why the owner changes
    bool timers_started = false;   ///< a move has started the timers of the new state itself
};

/// Whose time a fact carries; nothing for inputs that are never late.
std::optional<Witness> witness_of(Kind kind) noexcept;

}  // namespace lampjack::conversation
