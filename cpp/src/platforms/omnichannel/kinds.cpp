#include "platforms/omnichannel/kinds.h"

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

}  // namespace lampjack::platforms::omnichannel
