#pragma once
// Inflating: bytes as HTTP names them "gzip" (RFC 1952) or "deflate" (zlib's format, RFC 1950).

#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace lampjack {

/// What the bytes stand for, at most `most` bytes of it. Checksums are verified; several streams, one behind the other, are read as
/// one. Errors: json (broken, cut, something else behind it), too_large, internal (no memory).
Result<std::string> inflate(std::string_view bytes, std::size_t most);

}  // namespace lampjack
