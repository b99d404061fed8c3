#pragma once
// Grammar of single JSON tokens (RFC 8259), on characters only.

#include <cstdint>
#include <string_view>
#include <vector>

namespace lampjack::json {

/// Whether the whole token is a number; `integral` tells whether it has neither fraction nor exponent.
bool is_number(std::string_view token, bool& integral) noexcept;
/// Appends the unescaped content as UTF-8; false for an invalid escape or a lone surrogate.
bool unescape_to(std::string_view content, std::vector<char>& out);

}  // namespace lampjack::json
