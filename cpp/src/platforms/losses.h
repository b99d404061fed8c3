#pragma once
// What a body does not say of the event it was made of. Found by reading the body: so nothing that a writer leaves out, and
// no rule of a writer that changes, goes without a word.

#include "platforms/registry.h"

namespace lampjack::platforms {

/// An event, what was written of it, and the body read again.
struct Conversion {
    const model::Batch& batch;
    std::uint32_t event;
    const model::Batch& written;  ///< one event
    std::span<const std::uint32_t>
        origins;  ///< for each of its parts the index of the event's part it was made of
    const model::Batch& body;
};

/// Appends a loss for each thing that the event says and the body does not. Of parts that became others only what the
/// others say counts: their change is a loss of its own.
void find_losses(const Conversion& conversion, std::vector<Loss>& losses);

}  // namespace lampjack::platforms
