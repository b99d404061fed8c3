#pragma once
// How much a test does: its usual size, or what the environment asks for. `./dev torture` and `./dev test --all` ask.

#include <concepts>
#include <cstdlib>

namespace lampjack::support {

/// A positive number from the environment variable, else the usual one.
template <std::integral Size>
Size run_size(const char* variable, Size usual) {
    const char* asked = std::getenv(variable);
    const auto size = asked != nullptr ? static_cast<Size>(std::atoll(asked)) : Size{0};
    return size > 0 ? size : usual;
}

}  // namespace lampjack::support
