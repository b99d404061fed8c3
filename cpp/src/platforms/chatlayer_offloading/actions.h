#pragma once
// The words of the conversation actions API, by which an agent's messages reach the visitor: an array of one-key
// template objects. https://github.com/chatlayerai/chatlayer-examples, offloading-webhook/messaging.js

#include "model/words.h"

#include <array>
#include <string_view>

namespace lampjack::platforms::chatlayer_offloading {

inline constexpr std::string_view kTextTemplate = "textMessageTemplate";
inline constexpr std::string_view kButtonTemplate = "buttonTemplate";
inline constexpr std::string_view kQuickReplyTemplate = "quickReplyTemplate";
inline constexpr std::string_view kCarouselTemplate = "carouselTemplate";
inline constexpr std::string_view kListTemplate = "listTemplate";
inline constexpr std::string_view kAttachmentTemplate = "attachmentTemplate";

inline constexpr std::string_view kUrlButton = "urlButton";
inline constexpr std::string_view kPhoneButton = "phoneNumberButton";
inline constexpr std::string_view kPostbackButton = "postBackButton";

struct MediaWord {
    std::string_view text;
    model::Media value;
};
/// The first row of a value is the one that is written.
inline constexpr std::array kMediaWords{
    MediaWord{"image", model::Media::image}, MediaWord{"video", model::Media::video},
    MediaWord{"audio", model::Media::audio}, MediaWord{"attachment", model::Media::file},
    MediaWord{"file", model::Media::file},
};
constexpr std::string_view word_of(model::Media media) noexcept {
    for (const MediaWord& row : kMediaWords)
        if (row.value == media) return row.text;
    return {};
}

}  // namespace lampjack::platforms::chatlayer_offloading
