#pragma once
// Capabilities: which parts and options a platform carries.

#include "model/words.h"

#include <cstdint>

namespace lampjack::platforms {

/// What may be known of a user besides the id.
enum class Profile : std::uint8_t {
    first_name,
    last_name,
    display_name,
    login,
    phone,
    email,
    site,
    language,
};

/// Which parts a platform carries as they are; the rest is downgraded by fixed rules with a loss report.
struct Capabilities {
    unsigned parts = 0;                 ///< bits by PartType
    unsigned options = 0;               ///< bits by OptionKind, inside choices and cards
    bool one_part_per_message = false;  ///< several parts become several requests, in order
    unsigned profile = 0;  ///< bits by Profile: what a user's message says of its author
    bool carries(model::PartType type) const noexcept {
        return (parts >> static_cast<unsigned>(type) & 1U) != 0;
    }
    bool carries(model::OptionKind kind) const noexcept {
        return (options >> static_cast<unsigned>(kind) & 1U) != 0;
    }
    bool carries(Profile field) const noexcept {
        return (profile >> static_cast<unsigned>(field) & 1U) != 0;
    }
};
constexpr unsigned bit(model::PartType type) noexcept { return 1U << static_cast<unsigned>(type); }
constexpr unsigned bit(model::OptionKind kind) noexcept {
    return 1U << static_cast<unsigned>(kind);
}
constexpr unsigned bit(Profile field) noexcept { return 1U << static_cast<unsigned>(field); }

}  // namespace lampjack::platforms
