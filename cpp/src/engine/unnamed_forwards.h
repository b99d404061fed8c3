#pragma once
// Forwards whose row names no item: releases before 2 wrote none. Before a human reads the words instead, it is found out
// whose they are.

#include "base/result.h"
#include "store/rows.h"

#include <cstdint>
#include <vector>

namespace lampjack::engine {

class Change;

/// Gives each row under `epoch` or a lower one that names no item the item that was said at the same time with the same
/// words, else the closest of that time, and writes it into the stored row. Where the log has none of that time, the words
/// are appended for the desk, with the flags `rerouted` and `maybe_duplicate`, and `maybe_forwarded` when a call had begun:
/// that of `under_way` has.
Result<void> name_items(Change& change, std::vector<store::OutboxRow>& rows, std::uint64_t epoch,
                        std::uint64_t under_way);

}  // namespace lampjack::engine
