#pragma once
// export_lines: everything a store knows of its conversations as JSON lines, for other tools and for moving house.

#include "store/store.h"

#include <functional>
#include <string_view>

namespace lampjack::store {

/// Takes one line without its newline. An error ends the export.
using WriteLine = std::function<Result<void>(std::string_view line)>;

/// Each conversation, newest first, followed by its items in order; how many lines. It reads page by page while others
/// write: every conversation is told as it was when its turn came.
Result<std::size_t> export_lines(Store& store, const WriteLine& write);

}  // namespace lampjack::store
