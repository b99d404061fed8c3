#pragma once
// Problem: why a cursor could not go on.

#include <cstdint>
#include <string_view>

namespace lampjack::json {

enum class Problem : std::uint8_t {
    none,
    syntax,
    depth,
    escape,
    number,
    trailing,
    duplicate_key,
    mismatch
};

/// What a problem means to the sender, one line.
std::string_view describe(Problem problem) noexcept;

}  // namespace lampjack::json
