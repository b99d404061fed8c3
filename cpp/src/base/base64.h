#pragma once
// Base64 of RFC 4648 section 4, with padding: what HTTP Basic credentials are written in (RFC 7617).

#include <optional>
#include <string>
#include <string_view>

namespace lampjack {

std::string base64_encode(std::string_view bytes);

/// The bytes of canonical text only: foreign characters, missing padding and stray bits give nothing,
/// so that no two texts stand for the same bytes.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace lampjack
