#include "dialects/messenger.h"

#include "dialects/messenger_words.h"
#include "model/media.h"

#include <vector>

namespace lampjack::dialects::messenger {
namespace {

using json::Key;
using json::Str;
using model::BatchBuilder;
using Mark = json::Cursor::Mark;
using model::Chain;
using model::OptionKind;
using model::PartType;
using model::Range;
using model::Scope;
using model::Warning;

/// The members of one message. Keys come in any order, so nothing is decided before the object
/// ends.
struct Message {
    Str text, type, attachment_type, template_type, url, payload_text;
    Mark attachment_word, payload_buttons;
    Range replies, buttons, cards;
    bool has_attachment = false;
    bool has_payload = false;
    bool has_elements = false;
    bool has_buttons = false;
    Chain extra;   ///< of the message object
    Chain inside;  ///< of the attachment and its payload: goes with the part
};

enum class Verdict : std::uint8_t { part, event, unknown, malformed, replies_beside_attachment };

class Reader {
public:
    Reader(BatchBuilder& build, bool keep_replies) noexcept
        : build_(build),
          cursor_(build.cursor),
          keep_replies_(keep_replies) {}

    Verdict read(std::uint32_t event) {
        if (!cursor_.object([this](Key key) { return member(key); })) return Verdict::malformed;
        return settle(event);
    }

private:
    bool member(Key key) {
        if (key == "text") return text(message_.text, message_.extra);
        if (key == "quick_replies") return quick_replies();
        if (key == "attachment" && !cursor_.at_null()) return attachment();
        if (key == "type" && cursor_.peek() == '"') return type();
        return build_.keep(message_.extra, Scope::field);
    }

    /// A text in which "" counts; a second one is more than the model holds.
    bool text(Str& out, Chain& chain) {
        if (out.present()) return cursor_.fail(json::Problem::mismatch);
        if (cursor_.peek() == '"') return cursor_.string(out);
        return build_.text_or_keep(out, chain, Scope::field);
    }

    bool type() {
        const Mark place = cursor_.mark();
        if (!cursor_.string(message_.type)) return false;
        return build_.keep_at(message_.extra, Scope::field, place);
    }

    bool quick_replies() {
        if (keep_replies_ || cursor_.peek() != '[')
            return build_.keep(message_.extra, Scope::field);
        if (message_.replies.count != 0) return cursor_.fail(json::Problem::mismatch);
        const Mark place = cursor_.mark();
        if (!options(message_.replies, [this] { return quick_reply(); })) return false;
        return message_.replies.count != 0 || build_.keep_at(message_.extra, Scope::field, place);
    }

    /// The options of an array, one after the other at the end of the batch's.
    template <class Element>
    bool options(Range& range, Element&& element) {
        const std::size_t first = build_.batch.options.size();
        if (!cursor_.array(element)) return false;
        range = Range{static_cast<std::uint32_t>(first),
                      static_cast<std::uint32_t>(build_.batch.options.size() - first)};
        return true;
    }

    bool quick_reply() {
        model::Option& option = build_.add_option();
        option.kind = OptionKind::reply;
        return cursor_.object([&](Key key) {
            if (key == "title")
                return build_.text_or_keep(option.title, option.extra, Scope::field);
            if (key == "payload")
                return build_.text_or_keep(option.payload, option.extra, Scope::field);
            if (key == "content_type") return kind(option, kContentTypes);
            if (key == "image_url")
                return build_.text_or_keep(option.image_url, option.extra, Scope::field);
            return build_.keep(option.extra, Scope::field);
        });
    }

    bool button() {
        model::Option& option = build_.add_option();
        const bool good = cursor_.object([&](Key key) {
            if (key == "title")
                return build_.text_or_keep(option.title, option.extra, Scope::field);
            if (key == "type") return kind(option, kButtonTypes);
            if (key == "payload")
                return build_.text_or_keep(option.payload, option.extra, Scope::field);
            if (key == "url") return build_.text_or_keep(option.url, option.extra, Scope::field);
            return build_.keep(option.extra, Scope::field);
        });
        if (!good) return false;
        if (option.kind == OptionKind::phone) std::swap(option.phone, option.payload);
        return true;
    }

    /// A word of the table, else `unknown` with the word in extra.
    template <class Table>
    bool kind(model::Option& option, const Table& table) {
        const Mark place = cursor_.mark();
        option.kind = OptionKind::unknown;
        if (cursor_.peek() != '"') return build_.keep(option.extra, Scope::field);
        Str word;
        if (!cursor_.string(word)) return false;
        if (const auto known = find_value(table, build_.view(word))) {
            option.kind = *known;
            return true;
        }
        return build_.keep_at(option.extra, Scope::field, place);
    }

    bool attachment() {
        if (message_.has_attachment) return cursor_.fail(json::Problem::mismatch);
        message_.has_attachment = true;
        return cursor_.object([this](Key key) {
            if (key == "type") {
                message_.attachment_word = cursor_.mark();
                return cursor_.string(message_.attachment_type);
            }
            if (key == "payload" && !message_.has_payload) return payload();
            return build_.keep(message_.inside, Scope::attachment);
        });
    }

    bool payload() {
        message_.has_payload = true;
        return cursor_.object([this](Key key) {
            Message& m = message_;
            if (key == "url") return build_.text_or_keep(m.url, m.inside, Scope::field);
            if (key == "template_type") return cursor_.string(m.template_type);
            if (key == "text") return text(m.payload_text, m.inside);
            if (key == "buttons" && !m.has_buttons) return payload_buttons();
            if (key == "elements" && !m.has_elements) return elements();
            return build_.keep(m.inside, Scope::field);
        });
    }

    bool payload_buttons() {
        message_.has_buttons = true;
        message_.payload_buttons = cursor_.mark();
        return options(message_.buttons, [this] { return button(); });
    }

    bool elements() {
        message_.has_elements = true;
        const std::size_t first = build_.batch.cards.size();
        if (!cursor_.array([this] { return card(); })) return false;
        message_.cards = Range{static_cast<std::uint32_t>(first),
                               static_cast<std::uint32_t>(build_.batch.cards.size() - first)};
        return true;
    }

    bool card() {
        model::Card& card = build_.add_card();
        Mark action, item;
        const bool good = cursor_.object([&](Key key) {
            if (key == "title") return build_.text_or_keep(card.title, card.extra, Scope::field);
            if (key == "image_url")
                return build_.text_or_keep(card.image_url, card.extra, Scope::field);
            if (key == "buttons") return card_buttons(card);
            if (key == "subtitle")
                return build_.text_or_keep(card.subtitle, card.extra, Scope::field);
            if (key == "default_action") return default_action(card, action);
            if (key == "item_url") return item_url(card, item);
            return build_.keep(card.extra, Scope::field);
        });
        if (!good) return false;
        return !action.present() || !item.present() ||
               build_.keep_at(card.extra, Scope::field, action);
    }

    bool card_buttons(model::Card& card) {
        if (cursor_.peek() != '[') return build_.keep(card.extra, Scope::field);
        if (card.options.count != 0) return cursor_.fail(json::Problem::mismatch);
        const Mark place = cursor_.mark();
        if (!options(card.options, [this] { return button(); })) return false;
        return card.options.count != 0 || build_.keep_at(card.extra, Scope::field, place);
    }

    /// The link behind a card. Only {"type":"web_url","url":…} can be written back from the address
    /// alone.
    bool default_action(model::Card& card, Mark& plain) {
        if (cursor_.peek() != '{') return build_.keep(card.extra, Scope::field);
        const Mark place = cursor_.mark();
        Str url, type;
        bool other = plain.present();
        const bool good = cursor_.object([&](Key inner) {
            const bool text = cursor_.peek() == '"';
            if (inner == "url" && text && !url) return cursor_.string(url);
            if (inner == "type" && text && !type) return cursor_.string(type);
            other = true;
            return cursor_.skip();
        });
        if (!good) return false;
        if (url.size != 0) card.url = url;
        if (url.size == 0 || other || build_.view(type) != "web_url")
            return build_.keep_at(card.extra, Scope::field, place);
        plain = place;
        return true;
    }

    /// The older name of the card's link; default_action wins where both stand.
    bool item_url(model::Card& card, Mark& item) {
        item = cursor_.mark();
        Str url;
        if (cursor_.peek() == '"' && !cursor_.string(url)) return false;
        if (!card.url && url.size != 0) card.url = url;
        cursor_.rewind(item);
        return build_.keep(card.extra, Scope::field);
    }

    // ---- the decision

    Verdict settle(std::uint32_t event) {
        const Message& m = message_;
        if (m.has_attachment) {
            if (m.text) return Verdict::unknown;
            if (m.replies.count != 0) return Verdict::replies_beside_attachment;
            return settle_attachment(event);
        }
        if (m.replies.count != 0) {
            auto& part = add(event, PartType::choice);
            part.style = model::ChoiceStyle::quick_replies;
            part.text = m.text;
            part.options = m.replies;
            return Verdict::part;
        }
        if (build_.view(m.type) == "event") return Verdict::event;
        if (!m.text) return Verdict::unknown;
        add(event, PartType::text).text = m.text;
        return Verdict::part;
    }

    Verdict settle_attachment(std::uint32_t event) {
        const Message& m = message_;
        const std::string_view type = build_.view(m.attachment_type);
        if (type == "template") return settle_template(event);
        const auto word = find_value(kMediaTypes, type);
        const bool bare = !m.template_type && !m.payload_text && !m.has_buttons && !m.has_elements;
        if (!word || !m.url || !bare) return Verdict::unknown;
        const auto media = model::media_of({.url = build_.view(m.url), .word = word});
        if (type != find_text(kMediaTypes, media) &&
            !build_.keep_at(message_.inside, Scope::attachment, m.attachment_word))
            return Verdict::malformed;
        auto& part = add(event, PartType::file);
        part.media = media;
        part.url = m.url;
        return Verdict::part;
    }

    Verdict settle_template(std::uint32_t event) {
        const Message& m = message_;
        const std::string_view type = build_.view(m.template_type);
        if (m.url) return Verdict::unknown;
        if (type == "button" && m.has_buttons && !m.has_elements) {
            auto& part = add(event, PartType::choice);
            part.style = model::ChoiceStyle::buttons;
            part.text = m.payload_text;
            part.options = m.buttons;
            return Verdict::part;
        }
        const bool list = type == "list";
        if (!(list || type == "generic") || !m.has_elements || m.payload_text)
            return Verdict::unknown;
        if (m.has_buttons && m.buttons.count == 0 &&
            !build_.keep_at(message_.inside, Scope::field, m.payload_buttons))
            return Verdict::malformed;
        auto& part = add(event, PartType::cards);
        part.layout = list ? model::CardLayout::list : model::CardLayout::carousel;
        part.cards = m.cards;
        part.options = m.buttons;
        return Verdict::part;
    }

    model::Part& add(std::uint32_t event, PartType type) {
        build_.splice(build_.event(event).extra, message_.extra);
        auto& part = build_.add_part(build_.event(event), type);
        part.extra = message_.inside;
        return part;
    }

    BatchBuilder& build_;
    json::Cursor& cursor_;
    Message message_;
    bool keep_replies_;
};

}  // namespace

bool read_message(BatchBuilder& build, std::uint32_t event) {
    if (build.cursor.peek() != '{') return build.cursor.fail(json::Problem::mismatch);
    const auto start = build.mark();
    Verdict verdict = Reader(build, false).read(event);
    if (verdict == Verdict::part) return true;
    if (!build.rewind(start)) return false;
    if (verdict == Verdict::replies_beside_attachment) {
        verdict = Reader(build, true).read(event);
        if (verdict == Verdict::part) return true;
        if (!build.rewind(start)) return false;
    }
    Str raw;
    if (!build.cursor.raw(raw)) return false;
    if (verdict == Verdict::unknown) build.event(event).warn(Warning::unknown_message_type);
    if (verdict == Verdict::malformed) build.event(event).warn(Warning::malformed_item);
    build.add_part(build.event(event), PartType::unknown).raw = raw;
    return true;
}

}  // namespace lampjack::dialects::messenger
