#pragma once
// Value: JSON held as a tree, for configuration and other free-form JSON off the hot paths. The rest of the core names
// Boost.JSON only through these aliases.

#include "base/result.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace lampjack::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

/// Parses one whole document of at most 64 levels. `what` names it in the error.
Result<Value> parse_value(std::string_view text, std::string_view what);
std::string to_text(const Value& value);

/// The member's text; empty when it is missing or not a string.
std::string_view text_of(const Object& object, std::string_view key) noexcept;
/// The member's integer, or `fallback`.
std::int64_t integer_of(const Object& object, std::string_view key, std::int64_t fallback) noexcept;
bool boolean_of(const Object& object, std::string_view key, bool fallback) noexcept;

inline std::string_view view(const boost::json::string& text) noexcept {
    return {text.data(), text.size()};
}

}  // namespace lampjack::json
