#pragma once
// UTF-8 out of bytes that may be anything.

#include <cstddef>
#include <string>
#include <string_view>

namespace lampjack {

bool is_utf8(std::string_view bytes) noexcept;

/// Whether valid UTF-8 shows nothing: it is empty, or all white space, control characters, zero-width spaces.
bool is_blank(std::string_view text) noexcept;

/// At most `limit` bytes of valid UTF-8 on one line: what is not UTF-8 becomes U+FFFD, a control character a space, and a
/// character that does not fit is left out.
std::string readable_utf8(std::string_view bytes, std::size_t limit);
/// The same into memory of the caller's, of `limit` bytes: how many were written. Needs no memory of its own.
std::size_t readable_utf8(std::string_view bytes, char* out, std::size_t limit) noexcept;

}  // namespace lampjack
