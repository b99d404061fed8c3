#pragma once
// The enums of the canonical event and their spelling; words.def is the one list of both.

#include <cstdint>
#include <optional>
#include <string_view>

namespace lampjack::model {

enum class EventKind : std::uint8_t { message, handover_requested, handover, session, unknown };
enum class Role : std::uint8_t { user, bot, agent, system, unknown };
enum class Mode : std::uint8_t { live, test };
enum class PartType : std::uint8_t {
    text,
    choice,
    cards,
    file,
    location,
    postback,
    start,
    unknown
};
enum class ChoiceStyle : std::uint8_t { quick_replies, buttons };
enum class CardLayout : std::uint8_t { carousel, list };
enum class Media : std::uint8_t { image, video, audio, file };
enum class OptionKind : std::uint8_t { reply, postback, url, phone, share, location, unknown };
enum class HandoverTo : std::uint8_t { agent, bot };
enum class Scope : std::uint8_t {
    field,
    request,
    item,
    message,
    attachment,
    payload,
    data,
    action
};
enum class Warning : std::uint8_t {
    misspelt_key,
    item_time_missing,
    time_unreadable,
    unknown_message_type,
    unknown_actor,
    unknown_event,
    malformed_item,
    old_dialect,
    messages_under_other_key,
    sender_differs,
    file_not_ready,
    coordinates_out_of_range,
    id_was_number,
    unattributed,
    too_many_items,
    envelope_missing,
    shortened,  ///< a text, name or address was longer than what is kept
};
inline constexpr unsigned kWarnings = static_cast<unsigned>(Warning::shortened) + 1;
inline constexpr unsigned kScopes = static_cast<unsigned>(Scope::action) + 1;

/// The canonical spelling.
std::string_view word(EventKind value) noexcept;
std::string_view word(Role value) noexcept;
std::string_view word(Mode value) noexcept;
std::string_view word(PartType value) noexcept;
std::string_view word(ChoiceStyle value) noexcept;
std::string_view word(CardLayout value) noexcept;
std::string_view word(Media value) noexcept;
std::string_view word(OptionKind value) noexcept;
std::string_view word(HandoverTo value) noexcept;
std::string_view word(Scope value) noexcept;
std::string_view word(Warning value) noexcept;

/// The value of that spelling, if it is one of the list.
template <class Enum>
std::optional<Enum> from_word(std::string_view text) noexcept;

}  // namespace lampjack::model
