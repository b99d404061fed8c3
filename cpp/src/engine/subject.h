#pragma once
// Subject access: all that is kept of one end user, for the person who asks for it.

#include "engine/core.h"

#include <string>
#include <string_view>
#include <vector>

namespace lampjack::engine {

/// The refs that may hold what is kept of a user: those whose id is the user's, live and test, whether there are such or
/// not, then the others of the user with that id. Each once.
Result<std::vector<std::string>> refs_of_user(Core& core, std::string_view account,
                                              std::string_view user);

/// JSON lines, each with its newline: of each conversation of the user, live and test, one line as an export tells it, its
/// items, commands and facts in order, and its deliveries with what they carry. Empty when nothing is kept; not_found when
/// there is no such account.
Result<std::string> export_user(Core& core, std::string_view account, std::string_view user);

}  // namespace lampjack::engine
