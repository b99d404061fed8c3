#pragma once
// How much a test does: its usual size, or what the environment asks for. `./dev torture` and `./dev test --all` ask.

#include <concepts>
#include <cstdlib>

namespace lampjack::support {

/// A positive number from the environment variable, else the usual one.
template <std::integral Number>
Number from_environment(const char* variable, Number usual) {
    const char* asked = std::getenv(variable);
    const long long number = asked != nullptr ? std::atoll(asked) : 0;
    return number > 0 ? static_cast<Number>(number) : usual;
}

}  // namespace lampjack::support
