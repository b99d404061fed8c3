#pragma once
// Problem: why a cursor could not go on.

#include "base/result.h"
#include "json/limits.h"

#include <cstdint>
#include <string>

namespace lampjack::json {

enum class Problem : std::uint8_t {
    none,
    syntax,
    depth,
    escape,
    number,
    trailing,
    duplicate_key,
    mismatch,
    too_many_members,
    too_many_values
};

/// What a problem means to the sender, one line. `limits` are those the document was held to.
std::string describe(Problem problem, const Limits& limits = {});

/// The code of the error that a problem is told as.
Code code_of(Problem problem) noexcept;

}  // namespace lampjack::json
