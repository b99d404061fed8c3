#pragma once
// Grammar of single JSON tokens (RFC 8259), on characters only.

#include <cstddef>
#include <string_view>
#include <vector>

namespace lampjack::json {

/// Whether the whole token is a number; `integral` tells whether it has neither fraction nor exponent.
bool is_number(std::string_view token, bool& integral) noexcept;
/// So many bytes behind a text to unescape can be read; what stands there does not matter.
inline constexpr std::size_t kUnescapeSlack = 16;
/// Appends the unescaped content as UTF-8; false for an invalid escape or a lone surrogate.
bool unescape_to(std::string_view content, std::vector<char>& out);

}  // namespace lampjack::json
