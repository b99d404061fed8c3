#include "platforms/omnichannel/kinds.h"

#include "base/text.h"

#include <array>

namespace lampjack::platforms::omnichannel {
namespace {

struct Row {
    std::string_view word;
    Kind kind;
    model::PartType part;
    Direction direction;
};

// Visitor's kinds: "Supported message content" of the Omnichannel page. The bot's kinds stand on no Omnichannel page;
// they are those of Webim's External Bot API 2.0, whose vocabulary the rest of the API is.
constexpr std::array<Row, 6> kRows{{
    {"visitor", Kind::visitor, model::PartType::text, Direction::out},
    {"file_visitor", Kind::file_visitor, model::PartType::file, Direction::out},
    {"keyboard_response", Kind::keyboard_response, model::PartType::postback, Direction::out},
    {"operator", Kind::operator_text, model::PartType::text, Direction::in},
    {"keyboard", Kind::keyboard, model::PartType::choice, Direction::in},
    {"file_operator", Kind::file_operator, model::PartType::file, Direction::in},
}};

bool starts_with_major(std::string_view mime, std::string_view major) noexcept {
    return equals_ignoring_case(mime.substr(0, major.size()), major);
}

}  // namespace

Kind kind_of(std::string_view word) noexcept {
    for (const Row& row : kRows)
        if (row.word == word) return row.kind;
    return Kind::unknown;
}

std::string_view kind_word(model::PartType type, Direction direction) noexcept {
    for (const Row& row : kRows)
        if (row.part == type && row.direction == direction) return row.word;
    return {};
}

model::Media media_of(std::string_view mime) noexcept {
    if (starts_with_major(mime, "image/")) return model::Media::image;
    if (starts_with_major(mime, "video/")) return model::Media::video;
    if (starts_with_major(mime, "audio/")) return model::Media::audio;
    return model::Media::file;
}

}  // namespace lampjack::platforms::omnichannel
