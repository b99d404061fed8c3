#pragma once
// export_lines: conversations and their items as JSON lines, for other tools. Not what is still to be sent.

#include "store/store.h"

#include <functional>
#include <string_view>

namespace lampjack::store {

/// Takes one line without its newline. An error ends the export.
using WriteLine = std::function<Result<void>(std::string_view line)>;

/// Each conversation, newest first, followed by its items in order; how many lines. Others may write meanwhile: a
/// conversation is told as it is when its turn comes, those that begin later are left out.
Result<std::size_t> export_lines(Store& store, const WriteLine& write);

}  // namespace lampjack::store
