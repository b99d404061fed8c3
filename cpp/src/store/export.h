#pragma once
// export_lines: conversations and their items as JSON lines, for other tools. Not what is still to be sent.

#include "store/store.h"

#include <functional>
#include <string_view>

namespace lampjack::store {

/// Takes one line without its newline. An error ends the export.
using WriteLine = std::function<Result<void>(std::string_view line)>;

/// A conversation as one line, followed by its items in order; how many lines. None when it was erased meanwhile.
Result<std::size_t> export_conversation(Store& store, const ConversationRow& row,
                                        const WriteLine& write);

/// Each conversation, newest first, followed by its items in order; how many lines. What belongs to no conversation is
/// among them, under one ref for an account and mode. Others may write meanwhile: a conversation is told as it is when its
/// turn comes, those that begin later are left out.
Result<std::size_t> export_lines(Store& store, const WriteLine& write);

}  // namespace lampjack::store
