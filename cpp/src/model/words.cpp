#include "model/words.h"

#include "model/word_list.h"

#include <array>
#include <type_traits>

namespace lampjack::model {
namespace {

/// One row of words.def, its enum told apart by `Type`.
struct Row {
    std::uint8_t type;
    std::uint8_t value;
    std::string_view text;
};

template <class Enum>
constexpr std::uint8_t kType = 255;
template <>
constexpr std::uint8_t kType<EventKind> = 0;
template <>
constexpr std::uint8_t kType<Role> = 1;
template <>
constexpr std::uint8_t kType<Mode> = 2;
template <>
constexpr std::uint8_t kType<PartType> = 3;
template <>
constexpr std::uint8_t kType<ChoiceStyle> = 4;
template <>
constexpr std::uint8_t kType<CardLayout> = 5;
template <>
constexpr std::uint8_t kType<Media> = 6;
template <>
constexpr std::uint8_t kType<OptionKind> = 7;
template <>
constexpr std::uint8_t kType<HandoverTo> = 8;
template <>
constexpr std::uint8_t kType<Scope> = 9;
template <>
constexpr std::uint8_t kType<Warning> = 10;

constexpr std::array kRows{
#define LJK_WORD(Enum, value, text) Row{kType<Enum>, static_cast<std::uint8_t>(Enum::value), text},
#include "model/words.def"
#undef LJK_WORD
};

template <class Enum>
std::string_view find(Enum value) noexcept {
    for (const Row& row : kRows)
        if (row.type == kType<Enum> && row.value == static_cast<std::uint8_t>(value))
            return row.text;
    return {};
}

}  // namespace

std::string_view word(EventKind value) noexcept { return find(value); }
std::string_view word(Role value) noexcept { return find(value); }
std::string_view word(Mode value) noexcept { return find(value); }
std::string_view word(PartType value) noexcept { return find(value); }
std::string_view word(ChoiceStyle value) noexcept { return find(value); }
std::string_view word(CardLayout value) noexcept { return find(value); }
std::string_view word(Media value) noexcept { return find(value); }
std::string_view word(OptionKind value) noexcept { return find(value); }
std::string_view word(HandoverTo value) noexcept { return find(value); }
std::string_view word(Scope value) noexcept { return find(value); }
std::string_view word(Warning value) noexcept { return find(value); }

template <class Enum>
std::optional<Enum> from_word(std::string_view text) noexcept {
    for (const Row& row : kRows)
        if (row.type == kType<Enum> && row.text == text) return static_cast<Enum>(row.value);
    return std::nullopt;
}

template <class Enum>
std::string all_words() {
    std::string words;
    for (const Row& row : kRows)
        if (row.type == kType<Enum>) words.append(words.empty() ? "" : ", ").append(row.text);
    return words;
}

template std::string all_words<EventKind>();
template std::string all_words<Role>();
template std::string all_words<Mode>();
template std::string all_words<PartType>();
template std::string all_words<ChoiceStyle>();
template std::string all_words<CardLayout>();
template std::string all_words<Media>();
template std::string all_words<OptionKind>();
template std::string all_words<HandoverTo>();
template std::string all_words<Warning>();

template std::optional<EventKind> from_word<EventKind>(std::string_view) noexcept;
template std::optional<Role> from_word<Role>(std::string_view) noexcept;
template std::optional<Mode> from_word<Mode>(std::string_view) noexcept;
template std::optional<PartType> from_word<PartType>(std::string_view) noexcept;
template std::optional<ChoiceStyle> from_word<ChoiceStyle>(std::string_view) noexcept;
template std::optional<CardLayout> from_word<CardLayout>(std::string_view) noexcept;
template std::optional<Media> from_word<Media>(std::string_view) noexcept;
template std::optional<OptionKind> from_word<OptionKind>(std::string_view) noexcept;
template std::optional<HandoverTo> from_word<HandoverTo>(std::string_view) noexcept;
template std::optional<Scope> from_word<Scope>(std::string_view) noexcept;
template std::optional<Warning> from_word<Warning>(std::string_view) noexcept;

}  // namespace lampjack::model
