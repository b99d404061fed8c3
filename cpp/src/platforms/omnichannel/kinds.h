#pragma once
// The vendor's words for what a message is.

#include "platforms/adapter.h"

#include <string_view>

namespace lampjack::platforms::omnichannel {

/// `absent` and `unknown` are no words: the first stands for a message without `kind`, as the synchronous API sends it.
enum class Kind : std::uint8_t {
    absent,
    unknown,
    visitor,            ///< user: text
    file_visitor,       ///< user: a file by link
    keyboard_response,  ///< user: a pressed button
    operator_text,      ///< bot: text ("operator", the word of the older Webim API)
    keyboard,           ///< bot: buttons
    file_operator,      ///< bot: a file by link
};

/// "The event will only be processed when state == ready".
inline constexpr std::string_view kReady = "ready";

Kind kind_of(std::string_view word) noexcept;
/// The word in a body of that direction for a part of that type; empty where the API has none.
std::string_view kind_word(model::PartType type, Direction direction) noexcept;

constexpr bool is_visitors(Kind kind) noexcept {
    return kind == Kind::visitor || kind == Kind::file_visitor || kind == Kind::keyboard_response;
}
constexpr bool is_bots(Kind kind) noexcept { return kind >= Kind::operator_text; }
constexpr bool is_file(Kind kind) noexcept {
    return kind == Kind::file_visitor || kind == Kind::file_operator;
}

}  // namespace lampjack::platforms::omnichannel
