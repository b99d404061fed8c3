#include "platforms/certainly/part_read.h"

#include "base/text.h"

#include <algorithm>

namespace lampjack::platforms::certainly {
namespace {

using json::Key;
using model::Card;
using model::Option;
using model::OptionKind;
using model::Part;
using model::PartType;
using model::Scope;
using model::Str;
using model::Warning;

struct Kind {
    std::string_view type;
    PartType part;
    unsigned fields;
};

// text, choice and card: support.certainly.io/knowledge/normal-chat-conversation-flow. standby, a text the bot only
// notes: support.certainly.io/knowledge/chat-rest-api.
constexpr Kind kKinds[] = {
    {"text", PartType::text, kType | kText},
    {"choice", PartType::choice, kType | kText | kOptionsType | kOptions},
    {"card", PartType::cards, kType | kCards},
    {"standby", PartType::text, kType | kText},
};
constexpr std::string_view kStandby = "standby";
constexpr std::string_view kSuggestedReplies = "suggested_replies";
constexpr std::string_view kPostback = "postback";

// The documented keys of a card.
constexpr Field kTitle = 1, kSubtitle = 2, kImage = 4, kLink = 8, kButtons = 16;

const Kind* find_kind(std::string_view type) noexcept {
    const auto* found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                     [&](const Kind& kind) { return kind.type == type; });
    return found == std::end(kKinds) ? nullptr : found;
}

constexpr unsigned bit(Warning warning) noexcept { return 1U << static_cast<unsigned>(warning); }

bool is_web_address(std::string_view text) noexcept {
    const auto colon = text.find("://");
    if (colon == std::string_view::npos) return false;
    const std::string_view scheme = text.substr(0, colon);
    return equals_ignoring_case(scheme, "https") || equals_ignoring_case(scheme, "http");
}

}  // namespace

Field PartReader::field_of(Key key) noexcept {
    if (key == "type") return kType;
    if (key == "text") return kText;
    if (key == "options_type") return kOptionsType;
    if (key == "options") return kOptions;
    if (key == "cards") return kCards;
    return 0;
}

bool PartReader::member(PartFields& fields, Field field, model::Chain& extra, Scope scope) {
    const auto before = cursor_.mark();
    const auto remember = [&] {
        cursor_.rewind(before);
        return build_.keep(extra, scope);
    };
    if (!once(cursor_, fields.seen, field)) return false;
    switch (field) {
        case kType:
            if (!cursor_.string(fields.type)) return false;
            return build_.view(fields.type) != kStandby || remember();
        case kText: return cursor_.at_null() ? remember() : build_.text(fields.text);
        case kOptionsType:
            if (!cursor_.string(fields.options_type)) return false;
            return build_.view(fields.options_type) == kSuggestedReplies || remember();
        default: break;
    }
    (field == kOptions ? fields.options : fields.cards) = before;
    return cursor_.skip();
}

bool PartReader::knows(const PartFields& fields) const noexcept {
    return find_kind(build_.view(fields.type)) != nullptr;
}

bool PartReader::make(const PartFields& fields, Part& out) {
    const Kind* kind = find_kind(build_.view(fields.type));
    if (kind == nullptr) return cursor_.fail(json::Problem::mismatch);
    out.type = kind->part;
    if ((fields.seen & kPartFields & ~kind->fields) != 0) exact_ = false;
    if (kind->part == PartType::choice) return choice(fields, out);
    if (kind->part == PartType::cards) return cards(fields, out);
    out.text = fields.text;
    return out.text || cursor_.fail(json::Problem::mismatch);
}

bool PartReader::choice(const PartFields& fields, Part& out) {
    auto& options = build_.batch.options;
    out.text = fields.text;
    out.options.first = static_cast<std::uint32_t>(options.size());
    if ((fields.seen & kOptionsType) == 0) exact_ = false;
    if ((fields.seen & kOptions) == 0) return true;
    cursor_.rewind(fields.options);
    const bool read = cursor_.array([&] {
        ++out.options.count;
        Option option;
        if (cursor_.peek() != '"') {
            exact_ = false;
            options.push_back(option);
            return cursor_.skip();
        }
        option.kind = OptionKind::reply;
        if (!cursor_.string(option.title)) return false;
        options.push_back(option);
        return true;
    });
    if (out.options.count == 0) exact_ = false;
    return read;
}

bool PartReader::cards(const PartFields& fields, Part& out) {
    if ((fields.seen & kCards) == 0) return cursor_.fail(json::Problem::mismatch);
    out.cards.first = static_cast<std::uint32_t>(build_.batch.cards.size());
    cursor_.rewind(fields.cards);
    return cursor_.array([&] {
        ++out.cards.count;
        return card();
    });
}

bool PartReader::card() {
    Card card;
    unsigned seen = 0;
    card.options.first = static_cast<std::uint32_t>(build_.batch.options.size());
    const auto text = [&](Field field, Str& out) {
        return once(cursor_, seen, field) && build_.text_or_keep(out, card.extra, Scope::field);
    };
    const bool read = cursor_.object([&](Key key) {
        if (key == "title") return text(kTitle, card.title);
        if (key == "text") return text(kSubtitle, card.subtitle);
        if (key == "image_source_url") return text(kImage, card.image_url);
        if (key == "image_destination_url") return text(kLink, card.url);
        if (key == "buttons") return once(cursor_, seen, kButtons) && buttons(card);
        return build_.keep(card.extra, Scope::field);
    });
    build_.batch.cards.push_back(card);
    return read;
}

bool PartReader::buttons(Card& card) {
    const auto before = cursor_.mark();
    if (cursor_.peek() == '[') {
        const bool read = cursor_.array([&] {
            ++card.options.count;
            return button();
        });
        if (!read || card.options.count != 0) return read;
        cursor_.rewind(before);
    }
    return build_.keep(card.extra, Scope::field);
}

bool PartReader::button() {
    Option option;
    unsigned seen = 0;
    const bool read = cursor_.object([&](Key key) {
        if (key == "title")
            return once(cursor_, seen, kText) &&
                   build_.text_or_keep(option.title, option.extra, Scope::field);
        if (key == "options") return once(cursor_, seen, kOptions) && button_options(option);
        if (key != "type") return build_.keep(option.extra, Scope::field);
        const auto before = cursor_.mark();
        Str type;
        if (!once(cursor_, seen, kType) || !cursor_.string(type)) return false;
        if (build_.view(type) == kPostback) {
            option.kind = OptionKind::postback;
            return true;
        }
        cursor_.rewind(before);
        return build_.keep(option.extra, Scope::field);
    });
    build_.batch.options.push_back(option);
    return read;
}

bool PartReader::button_options(Option& option) {
    const auto before = cursor_.mark();
    std::size_t members = 0;
    if (cursor_.peek() == '{') {
        unsigned seen = 0;
        const bool read = cursor_.object([&](Key inner) {
            ++members;
            if (inner == "message" && cursor_.peek() == '"')
                return once(cursor_, seen, kMessage) && build_.text(option.payload);
            return build_.keep(option.extra, Scope::payload);
        });
        if (!read || members != 0) return read;
        cursor_.rewind(before);
    }
    return build_.keep(option.extra, Scope::field);
}

bool PartReader::unknown(Part& out, Warning why, unsigned& warnings) {
    out = Part{};
    warnings |= bit(why);
    exact_ = false;
    return cursor_.raw(out.raw);
}

bool PartReader::action(Part& out, unsigned& warnings) {
    const auto mark = build_.mark();
    if (cursor_.peek() != '{') return unknown(out, Warning::unknown_message_type, warnings);
    if (action_object(out)) return true;
    if (!build_.rewind(mark)) return false;
    return unknown(out,
                   out.type == PartType::unknown ? Warning::unknown_message_type
                                                 : Warning::malformed_item,
                   warnings);
}

bool PartReader::action_object(Part& out) {
    PartFields fields;
    const bool read = cursor_.object([&](Key key) {
        const Field field = field_of(key);
        if (field == 0) return build_.keep(out.extra, Scope::field);
        return member(fields, field, out.extra, Scope::field);
    });
    if (!read) return false;
    const auto behind = cursor_.mark();
    if (!make(fields, out)) return false;
    cursor_.rewind(behind);
    return true;
}

bool PartReader::attachment(Part& out, unsigned& warnings) {
    const auto mark = build_.mark();
    const char first = cursor_.peek();
    out.type = PartType::file;
    if (first == '"') {
        if (!cursor_.string(out.url)) return false;
        if (is_web_address(build_.view(out.url))) return true;
    } else if (first == '{') {
        if (attachment_object(out)) return true;
    }
    if (!build_.rewind(mark)) return false;
    return unknown(out, Warning::unknown_message_type, warnings);
}

// The address is remembered too: that an object held it is what tells it from a bare address.
bool PartReader::attachment_object(Part& out) {
    unsigned seen = 0;
    const bool read = cursor_.object([&](Key key) {
        if (key != "url") return build_.keep(out.extra, Scope::field);
        const auto before = cursor_.mark();
        if (!once(cursor_, seen, kText) || !cursor_.string(out.url)) return false;
        cursor_.rewind(before);
        return build_.keep(out.extra, Scope::field);
    });
    return read && is_web_address(build_.view(out.url));
}

}  // namespace lampjack::platforms::certainly
