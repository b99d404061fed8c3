#pragma once
// A hash of what people write, to compare texts without keeping them.

#include <cstdint>
#include <string_view>

namespace lampjack {

/// The same on every machine: stores keep it. White space at the ends and its amount between words do not count: platforms
/// change it.
std::uint64_t text_hash(std::string_view text) noexcept;

}  // namespace lampjack
