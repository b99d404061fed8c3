#pragma once
// Which keys of somebody else's JSON may be told to an operator or a caller.

#include <string_view>

namespace lampjack {

/// The key, when it is surely a name: at most 40 letters, digits, `_` and `-`, the first no digit. Any other may be what
/// somebody wrote, and is `?`.
std::string_view plain_name(std::string_view key) noexcept;

}  // namespace lampjack
