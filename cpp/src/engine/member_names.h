#pragma once
// The names of what a body holds, for the log: they show an operator where to look, and no value is among them.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lampjack::engine {

/// The members of an object, or of one element of a list, as dotted paths with commas between, three levels deep at
/// most and 24 of them. What may be more than a name (longer than 40 bytes, other than letters, digits, `_` and `-`, or
/// begun with a digit) is `?`. Empty when there is no object.
std::string member_names(std::string_view json, std::optional<std::size_t> element = {});

}  // namespace lampjack::engine
