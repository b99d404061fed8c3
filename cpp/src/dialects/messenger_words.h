#pragma once
// The vendor's words of the message objects and what they mean here; reader and writer share them.

#include "model/words.h"

#include <array>
#include <optional>
#include <string_view>

namespace lampjack::dialects::messenger {

template <class Enum>
struct Word {
    std::string_view text;
    Enum value;
};

// The first row of a value is the one that is written.
inline constexpr std::array kContentTypes{
    Word<model::OptionKind>{"text", model::OptionKind::reply},
    Word<model::OptionKind>{"location", model::OptionKind::location},
};
inline constexpr std::array kButtonTypes{
    Word<model::OptionKind>{"postback", model::OptionKind::postback},
    Word<model::OptionKind>{"web_url", model::OptionKind::url},
    Word<model::OptionKind>{"phone_number", model::OptionKind::phone},
    Word<model::OptionKind>{"element_share", model::OptionKind::share},
};
// The media editor offers files and the older API format calls them `attachment`; both are read.
inline constexpr std::array kMediaTypes{
    Word<model::Media>{"image", model::Media::image},
    Word<model::Media>{"video", model::Media::video},
    Word<model::Media>{"audio", model::Media::audio},
    Word<model::Media>{"file", model::Media::file},
    Word<model::Media>{"attachment", model::Media::file},
};

template <class Table>
constexpr auto find_value(const Table& table, std::string_view text) noexcept
    -> std::optional<decltype(table[0].value)> {
    for (const auto& row : table)
        if (row.text == text) return row.value;
    return std::nullopt;
}

template <class Table, class Enum>
constexpr std::string_view find_text(const Table& table, Enum value) noexcept {
    for (const auto& row : table)
        if (row.value == value) return row.text;
    return {};
}

}  // namespace lampjack::dialects::messenger
