#pragma once
// What a body does not say of the event it was made of. Found by reading the body: so nothing that a writer leaves out, and
// no rule of a writer that changes, goes without a word.

#include "platforms/registry.h"

namespace lampjack::platforms {

/// An event, what was written of it, and the bodies read again.
struct Conversion {
    const model::Batch& batch;
    std::uint32_t event;
    const model::Batch& written;  ///< one event
    const Places& places;         ///< where its parts are among those written
    std::span<const model::BatchPtr> bodies;
};

/// Appends a loss for each place of the event that the bodies do not give back, and for each that they say and the event
/// does not. Places of which `losses` tells already are left out.
void find_losses(const Conversion& conversion, std::vector<Loss>& losses);

/// Whether a part that became a text is told apart by it: the field is among its words, or goes with the type.
bool stands_in_words(model::PartType type, std::string_view field) noexcept;

/// Reads a body that was written here. Some are known by the path they come to only.
Result<model::BatchPtr> read_back(const Adapter& adapter, std::string_view body);

}  // namespace lampjack::platforms
