#pragma once
// What a fuzz target demands. Always on: a fuzz build may define NDEBUG.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace lampjack::fuzz {

inline void require(bool holds, std::string_view what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
    std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace lampjack::fuzz
