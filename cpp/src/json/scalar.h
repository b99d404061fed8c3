#pragma once
// Grammar of single JSON tokens (RFC 8259).

#include "json/text.h"

#include <cstddef>
#include <string_view>

namespace lampjack::json {

/// Whether the whole token is a number; `integral` tells whether it has neither fraction nor exponent.
bool is_number(std::string_view token, bool& integral) noexcept;
inline constexpr std::size_t kUnescapeSlack = 64;
/// Appends the unescaped content as UTF-8; false for an invalid escape or a lone surrogate. kUnescapeSlack bytes behind
/// `content`, also an empty one, must be readable, whatever stands there.
bool unescape_to(std::string_view content, Arena& out);

}  // namespace lampjack::json
