#pragma once
// Capabilities: which parts and options a platform carries.

#include "model/words.h"

namespace lampjack::platforms {

/// Which parts a platform carries as they are; the rest is downgraded by fixed rules with a loss report.
struct Capabilities {
    unsigned parts = 0;                 ///< bits by PartType
    unsigned options = 0;               ///< bits by OptionKind, inside choices and cards
    bool one_part_per_message = false;  ///< several parts become several requests, in order
    bool carries(model::PartType type) const noexcept {
        return (parts >> static_cast<unsigned>(type) & 1U) != 0;
    }
    bool carries(model::OptionKind kind) const noexcept {
        return (options >> static_cast<unsigned>(kind) & 1U) != 0;
    }
};
constexpr unsigned bit(model::PartType type) noexcept { return 1U << static_cast<unsigned>(type); }
constexpr unsigned bit(model::OptionKind kind) noexcept {
    return 1U << static_cast<unsigned>(kind);
}

}  // namespace lampjack::platforms
