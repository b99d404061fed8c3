#pragma once
// Dead letters: deliveries that were given up or are held, and what a person may decide about them.

#include "engine/core.h"

namespace lampjack::engine {

Result<std::string> dead_letters_view(Core& core, std::size_t limit, std::string_view accounts);
Result<std::string> export_dead_letters_view(Core& core, std::size_t limit,
                                             std::string_view accounts);
Result<void> retry(Core& core, std::string_view delivery);
Result<void> discard(Core& core, std::string_view delivery);

}  // namespace lampjack::engine
