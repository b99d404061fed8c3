#pragma once
// The vendor's words and what they mean here; readers and writers share these tables.
// https://developers.sinch.com/docs/chatlayer/messaging, …/receiving, …/sending and the Conversation
// API's message types that the latter refers to.

#include "model/words.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lampjack::platforms::chatlayer_app {

template <class Enum>
struct Word {
    std::string_view text;
    Enum value;
};

template <class Table>
constexpr auto find_value(const Table& table, std::string_view text) noexcept
    -> std::optional<decltype(table[0].value)> {
    for (const auto& row : table)
        if (row.text == text) return row.value;
    return std::nullopt;
}

/// The one key that says what a performSend message is.
enum class Main : std::uint8_t {
    text,
    media,
    card,
    carousel,
    choice,
    location,
    list,
    contact_info,
    templated,
    explicit_channel,
};
inline constexpr std::array kMainKeys{
    Word<Main>{"text_message", Main::text},
    Word<Main>{"choice_message", Main::choice},
    Word<Main>{"media_message", Main::media},
    Word<Main>{"explicit_channel_message", Main::explicit_channel},
    Word<Main>{"carousel_message", Main::carousel},
    Word<Main>{"card_message", Main::card},
    Word<Main>{"location_message", Main::location},
    Word<Main>{"list_message", Main::list},
    Word<Main>{"contact_info_message", Main::contact_info},
    Word<Main>{"template_message", Main::templated},
};

/// What an element of `choices` offers.
enum class Offer : std::uint8_t { text, url, call, location, calendar, share_location };
inline constexpr std::array kOfferKeys{
    Word<Offer>{"text_message", Offer::text},
    Word<Offer>{"url_message", Offer::url},
    Word<Offer>{"call_message", Offer::call},
    Word<Offer>{"location_message", Offer::location},
    Word<Offer>{"calendar_message", Offer::calendar},
    Word<Offer>{"share_location_message", Offer::share_location},
};

/// performReceive messages. The offloading webhook says `postback`; the first row of a value is written.
enum class MessageType : std::uint8_t { text, postback, upload };
inline constexpr std::array kMessageTypes{
    Word<MessageType>{"text", MessageType::text},
    Word<MessageType>{"postback_v2", MessageType::postback},
    Word<MessageType>{"postback", MessageType::postback},
    Word<MessageType>{"upload", MessageType::upload},
};

inline constexpr std::array kHandoverTo{
    Word<model::HandoverTo>{"agent", model::HandoverTo::agent},
    Word<model::HandoverTo>{"bot", model::HandoverTo::bot},
};

/// The integer `type` that Chatlayer adds to media messages; -1 is "unknown".
inline constexpr std::array<model::Media, 4> kMediaNumbers{model::Media::image, model::Media::video,
                                                           model::Media::file, model::Media::audio};

}  // namespace lampjack::platforms::chatlayer_app
