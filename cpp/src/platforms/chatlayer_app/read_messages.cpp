// performSend messages. https://developers.sinch.com/docs/chatlayer/messaging/sending

#include "dialects/messenger.h"
#include "model/graft.h"
#include "model/surplus.h"
#include "platforms/chatlayer_app/media.h"
#include "platforms/chatlayer_app/nested.h"
#include "platforms/chatlayer_app/read.h"
#include "platforms/chatlayer_app/words.h"

#include <charconv>

namespace lampjack::platforms::chatlayer_app {
namespace {

using json::Key;
using model::BatchBuilder;
using model::Chain;
using model::Part;
using model::PartType;
using model::Scope;
using model::Str;
using model::Warning;

bool is_older_key(std::string_view key) noexcept {
    return key == "text" || key == "attachment" || key == "quick_replies";
}

class MessageReader {
public:
    MessageReader(BatchBuilder& build, std::uint32_t event) noexcept
        : build_(build),
          cursor_(build.cursor),
          event_(event) {}

    enum class Verdict : std::uint8_t { read, older_form, raw, unknown, malformed };

    Verdict read() {
        if (!cursor_.object([this](Key key) { return member(key); })) return Verdict::malformed;
        if (!first_.present()) return older_ ? Verdict::older_form : Verdict::unknown;
        if (verdict_ != Verdict::read) return verdict_;
        if (keep_first_ && !build_.keep_at(extra_, Scope::item, first_)) return Verdict::malformed;
        build_.splice(build_.event(event_).extra, extra_);
        return Verdict::read;
    }

private:
    bool member(Key key) {
        const auto main = find_value(kMainKeys, key.text);
        if (!main) {
            older_ = older_ || is_older_key(key.text);
            return build_.keep(extra_, Scope::item);
        }
        if (first_.present()) {  // two at once: the first is read, both are kept as they stand
            keep_first_ = true;
            return build_.keep(extra_, Scope::item);
        }
        first_ = cursor_.mark();
        return read_main(*main);
    }

    bool read_main(Main main) {
        switch (main) {
            case Main::text: return text();
            case Main::media: return media();
            case Main::card: return card();
            case Main::carousel: return carousel();
            case Main::choice: return choice();
            case Main::location: return location();
            case Main::list: return list();
            case Main::explicit_channel: return explicit_channel();
            case Main::contact_info:
            case Main::templated: break;
        }
        verdict_ =
            Verdict::raw;  // no canonical part holds an address book entry or a template's name
        return cursor_.skip();
    }

    Part& add(const Part& part) {
        auto& added = build_.add_part(build_.event(event_), part.type);
        added = part;
        return added;
    }
    static Part part_of(PartType type) {
        Part part;
        part.type = type;
        return part;
    }
    bool missing() { return cursor_.fail(json::Problem::mismatch); }

    bool text() {
        Part part = part_of(PartType::text);
        const bool good = cursor_.object([&](Key key) {
            if (key == "text") return build_.text(part.text);
            return build_.keep(part.extra, Scope::field);
        });
        if (!good || !part.text) return good && missing();
        add(part);
        return true;
    }

    bool media() {
        Part part = part_of(PartType::file);
        Str number;
        const bool good = cursor_.object([&](Key key) {
            if (key == "url") return build_.text_or_keep(part.url, part.extra, Scope::field);
            if (key == "filename_override")
                return build_.text_or_keep(part.name, part.extra, Scope::field);
            if (key == "type") return media_type(part, number);
            return build_.keep(part.extra, Scope::field);
        });
        if (!good || !part.url) return good && missing();
        part.media = media_of_number(build_.view(number)).value_or(model::Media::file);
        add(part);
        return true;
    }

    bool media_type(Part& part, Str& number) {
        const Mark place = cursor_.mark();
        if (!build_.keep(part.extra, Scope::field)) return false;
        const auto here = cursor_.mark();
        cursor_.rewind(place);
        if (!cursor_.raw(number)) return false;
        cursor_.rewind(here);
        return true;
    }

    bool card() {
        Part part = part_of(PartType::cards);
        part.cards = {static_cast<std::uint32_t>(build_.batch.cards.size()), 1};
        if (!read_card(build_)) return false;
        add(part);
        return true;
    }

    bool carousel() {
        Part part = part_of(PartType::cards);
        bool has_cards = false;
        const bool good = cursor_.object([&](Key key) {
            if (key == "cards" && !has_cards) {
                has_cards = true;
                return cards(part);
            }
            if (key == "choices") return read_choices(build_, part.options, part.extra);
            return build_.keep(part.extra, Scope::field);
        });
        if (!good || !has_cards) return good && missing();
        // One card and nothing else would be written as a card_message.
        if (part.cards.count == 1 && part.options.count == 0) keep_first_ = true;
        add(part);
        return true;
    }

    bool cards(Part& part) {
        part.cards.first = static_cast<std::uint32_t>(build_.batch.cards.size());
        if (!cursor_.array([this] { return read_card(build_); })) return false;
        part.cards.count = static_cast<std::uint32_t>(build_.batch.cards.size()) - part.cards.first;
        return true;
    }

    bool choice() {
        Part part = part_of(PartType::choice);
        part.style = model::ChoiceStyle::buttons;
        const bool good = cursor_.object([&](Key key) {
            if (key == "text_message") {
                const Mark place = cursor_.mark();
                bool exact = true;
                if (!read_texts(build_, {{"text", &part.text}}, exact)) return false;
                return (exact && part.text) || build_.keep_at(part.extra, Scope::field, place);
            }
            if (key == "choices") return read_choices(build_, part.options, part.extra);
            return build_.keep(part.extra, Scope::field);
        });
        if (!good) return false;
        add(part);
        return true;
    }

    bool location() {
        Part part = part_of(PartType::location);
        bool exact = true;
        Mark place;
        const bool good = cursor_.object([&](Key key) {
            if (key == "title") return build_.text_or_keep(part.title, part.extra, Scope::field);
            if (!(key == "coordinates")) return build_.keep(part.extra, Scope::field);
            place = cursor_.mark();
            return cursor_.object([&](Key inner) {
                if (inner == "latitude") return cursor_.number(part.latitude);
                if (inner == "longitude") return cursor_.number(part.longitude);
                exact = false;
                return cursor_.skip();
            });
        });
        if (!good || !part.latitude || !part.longitude) return good && missing();
        if (!exact && !build_.keep_at(part.extra, Scope::field, place)) return false;
        if (!within(part.latitude, 90) || !within(part.longitude, 180))
            build_.event(event_).warn(Warning::coordinates_out_of_range);
        add(part);
        return true;
    }

    bool within(Str digits, double limit) const noexcept {
        const std::string_view text = build_.view(digits);
        double value = 0;
        const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc{} && value >= -limit && value <= limit;
    }

    /// Sections have no canonical place, so a list is kept whole; its rows are cards, its headings texts.
    bool list() {
        keep_first_ = true;
        Part title = part_of(PartType::text), description = title, rows = part_of(PartType::cards);
        rows.layout = model::CardLayout::list;
        rows.cards.first = static_cast<std::uint32_t>(build_.batch.cards.size());
        const bool good = cursor_.object([&](Key key) {
            const bool is_text = cursor_.peek() == '"';
            if (key == "title" && is_text) return cursor_.string(title.text);
            if (key == "description" && is_text) return cursor_.string(description.text);
            if (key == "sections") return cursor_.array([this] { return section(); });
            return cursor_.skip();
        });
        if (!good) return false;
        rows.cards.count = static_cast<std::uint32_t>(build_.batch.cards.size()) - rows.cards.first;
        if (title.text.size != 0) add(title);
        if (description.text.size != 0) add(description);
        add(rows);
        return true;
    }

    bool section() {
        return cursor_.object([this](Key key) {
            if (!(key == "items")) return cursor_.skip();
            return cursor_.array([this] { return row(); });
        });
    }

    bool row() {
        model::Card card;
        model::Option option;
        bool ignored = true;
        const bool good = cursor_.object([&](Key key) {
            if (!(key == "choice")) return build_.keep(card.extra, Scope::field);
            return cursor_.object([&](Key inner) {
                const bool is_text = cursor_.peek() == '"';
                if (inner == "title" && is_text) return cursor_.string(card.title);
                if (inner == "description" && is_text) return cursor_.string(card.subtitle);
                if (inner == "postback_data" && is_text) return cursor_.string(option.payload);
                if (inner == "media")
                    return read_texts(build_, {{"url", &card.image_url}}, ignored);
                return cursor_.skip();
            });
        });
        if (!good) return false;
        if (option.payload) {
            option.kind = model::OptionKind::postback;
            option.title = card.title;
            card.options = {static_cast<std::uint32_t>(build_.batch.options.size()), 1};
            build_.batch.options.push_back(option);
        }
        build_.batch.cards.push_back(card);
        return true;
    }

    /// What the Conversation API cannot say: JSON text of the older form under the channel's name.
    bool explicit_channel() {
        keep_first_ = true;
        Str text;
        const bool good = cursor_.object([&](Key key) {
            if (key == "CHATLAYER" && cursor_.peek() == '"') return cursor_.string(text);
            return cursor_.skip();
        });
        if (!good) return false;
        if (!text) {
            verdict_ = Verdict::unknown;
        } else if (!inner_message(build_.view(text))) {
            verdict_ = Verdict::malformed;
        }
        return true;
    }

    bool inner_message(std::string_view text) {
        const auto message = [](BatchBuilder& inner) {
            const auto index = inner.add_event(model::EventKind::message, model::Role::bot);
            return dialects::messenger::read_message(inner, index);
        };
        return read_nested(text, message, [this](const model::Batch& inner) {
            model::Graft graft(build_.batch, inner);
            for (const Part& part : inner.parts_of(inner.events[0])) add(graft.part(part));
            build_.event(event_).warnings |= inner.events[0].warnings;
        });
    }

    BatchBuilder& build_;
    json::Cursor& cursor_;
    std::uint32_t event_;
    Mark first_;
    Chain extra_;
    bool older_ = false;
    bool keep_first_ = false;
    Verdict verdict_ = Verdict::read;
};

std::uint32_t add_message(BatchBuilder& build, std::uint32_t conversation) {
    const auto index = build.add_event(model::EventKind::message, model::Role::bot);
    build.event(index).conversation = conversation;
    return index;
}

bool read_raw(BatchBuilder& build, std::uint32_t conversation, MessageReader::Verdict verdict) {
    const auto index = add_message(build, conversation);
    Str raw;
    if (!build.cursor.raw(raw)) return false;
    if (verdict == MessageReader::Verdict::unknown)
        build.event(index).warn(Warning::unknown_message_type);
    if (verdict == MessageReader::Verdict::malformed) {
        build.event(index).kind = model::EventKind::unknown;
        build.event(index).role = model::Role::unknown;
        build.event(index).warn(Warning::malformed_item);
    }
    build.add_part(build.event(index), PartType::unknown).raw = raw;
    return true;
}

}  // namespace

bool is_message_key(std::string_view key) noexcept {
    return is_older_key(key) || find_value(kMainKeys, key);
}

bool read_message(BatchBuilder& build, std::uint32_t conversation) {
    using Verdict = MessageReader::Verdict;
    const auto start = build.mark();
    const bool too_large = build.cursor.values() > model::kMessageValues;
    build.batch.roots.push_back(static_cast<std::uint32_t>(build.batch.events.size()));
    if (too_large) return read_raw(build, conversation, Verdict::malformed);
    const Verdict verdict = MessageReader(build, add_message(build, conversation)).read();
    if (verdict == Verdict::read) return true;
    if (!build.rewind(start)) return false;
    if (verdict != Verdict::older_form) return read_raw(build, conversation, verdict);
    const auto index = add_message(build, conversation);
    build.event(index).warn(Warning::old_dialect);
    return dialects::messenger::read_message(build, index);
}

bool read_messages(BatchBuilder& build, std::uint32_t conversation, std::uint32_t most) {
    const Mark array = build.cursor.mark();
    std::uint32_t count = 0;
    bool is_surplus = false;
    const bool all = build.cursor.array([&] {
        is_surplus = count++ >= most || model::is_full(build.batch);
        if (!is_surplus) return read_message(build, conversation);
        const auto index = model::add_surplus(build, array).event;
        build.batch.roots.push_back(index);
        build.event(index).conversation = conversation;
        return false;
    });
    return all || is_surplus;
}

}  // namespace lampjack::platforms::chatlayer_app
