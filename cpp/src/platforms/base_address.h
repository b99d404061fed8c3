#pragma once
// Addresses to which a platform adds a path of its own: one that holds that path already was pasted whole.

#include "platforms/account.h"

#include <string_view>

namespace lampjack::platforms {

/// Fails when the address in that setting holds `added` ("/v1/bots/", whole segments), or ends with the beginning of it.
/// Neither stands in the error.
Result<void> check_added(const Account& account, std::string_view setting, std::string_view added);
/// The same, and a query, which would stand before the path.
Result<void> check_base(const Account& account, std::string_view setting, std::string_view added);

}  // namespace lampjack::platforms
