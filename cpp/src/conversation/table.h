#pragma once
// The transition table: one row says from which states, on which input, under which condition, to which state, with
// what effect. For each state and input the first row that fits decides; that every pair has one is checked at compile time.

#include "base/result.h"
#include "conversation/guards.h"
#include "conversation/moves.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace lampjack::conversation {

/// Some of the five states, and "never seen" (T1).
struct StateSet {
    std::uint8_t bits = 0;
    constexpr bool has(State state) const noexcept {
        return (bits >> static_cast<unsigned>(state)) & 1U;
    }
    constexpr bool has_unseen() const noexcept { return (bits >> kStateCount) & 1U; }
};

struct KindSet {
    std::uint64_t bits = 0;
    constexpr bool has(Kind kind) const noexcept {
        return (bits >> static_cast<unsigned>(kind)) & 1U;
    }
};

struct Row {
    std::string_view
        id;  ///< T1 to T19 for transitions, R2 to R14 for rules, "-" where nothing moves
    StateSet from;
    KindSet on;
    Guard when;
    std::optional<State> to;  ///< none: the state stays
    Move move;
    Code refusal = Code::ok;    ///< not ok: the command is refused
    std::string_view why = {};  ///< of a refusal, one sentence

    constexpr bool refuses() const noexcept { return refusal != Code::ok; }
};

std::span<const Row> transition_table() noexcept;

/// The row that decides. The conversation has been seen; see first_row() for one that has not.
const Row& find_row(const Situation& situation) noexcept;
/// The row T1.
const Row& first_row() noexcept;

}  // namespace lampjack::conversation
