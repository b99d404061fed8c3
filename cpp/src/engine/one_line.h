#pragma once
// Foreign text that is kept as a reason: one line of bounded length.

#include <string>
#include <string_view>

namespace lampjack::engine {

/// At most `limit` bytes, never half a character; line breaks and other control characters become spaces.
std::string one_line(std::string_view text, std::size_t limit = 200);

}  // namespace lampjack::engine
