// Choices and cards of performSend messages: the Conversation API's forms, which Chatlayer uses.
// https://developers.sinch.com/docs/conversation/message-types

#include "platforms/chatlayer_app/read.h"
#include "platforms/chatlayer_app/words.h"

namespace lampjack::platforms::chatlayer_app {
namespace {

using json::Key;
using model::BatchBuilder;
using model::OptionKind;
using model::Scope;
using model::Str;

class ChoiceReader {
public:
    explicit ChoiceReader(BatchBuilder& build) noexcept : build_(build), cursor_(build.cursor) {}

    bool read() {
        const bool good = cursor_.object([this](Key key) {
            if (const auto offer = find_value(kOfferKeys, key.text)) return this->offer(*offer);
            if (key == "postback_data")
                return build_.text_or_keep(option_.payload, option_.extra, Scope::field);
            return build_.keep(option_.extra, Scope::field);
        });
        if (!good) return false;
        if (!exact_ && !build_.keep_at(option_.extra, Scope::field, first_)) return false;
        build_.batch.options.push_back(option_);
        return true;
    }

private:
    bool offer(Offer offer) {
        if (first_.present()) {
            exact_ = false;
            return build_.keep(option_.extra, Scope::field);
        }
        first_ = cursor_.mark();
        switch (offer) {
            case Offer::text: return read(OptionKind::reply, {{"text", &option_.title}});
            case Offer::url:
                return read(OptionKind::url, {{"title", &option_.title}, {"url", &option_.url}});
            case Offer::call:
                return read(OptionKind::phone,
                            {{"title", &option_.title}, {"phone_number", &option_.phone}});
            case Offer::location: return shown(OptionKind::unknown);
            case Offer::calendar: return shown(OptionKind::url);
            case Offer::share_location: return ask();
        }
        return false;
    }

    bool read(OptionKind kind, std::initializer_list<TextField> fields) {
        option_.kind = kind;
        return read_texts(build_, fields, exact_);
    }

    /// No canonical option shows a place or makes an appointment; where the vendor gives a page instead, it is a link.
    bool shown(OptionKind with_page) {
        bool ignored = true;
        exact_ = false;
        if (!read_texts(build_, {{"title", &option_.title}, {"fallback_url", &option_.url}},
                        ignored))
            return false;
        option_.kind = option_.url ? with_page : OptionKind::unknown;
        return true;
    }

    bool ask() {
        option_.kind = OptionKind::location;
        if (!read_texts(build_, {{"title", &option_.title}, {"fallback_url", &option_.url}},
                        exact_))
            return false;
        if (option_.url) exact_ = false;
        return true;
    }

    BatchBuilder& build_;
    json::Cursor& cursor_;
    model::Option option_;
    Mark first_;
    bool exact_ = true;
};

class CardReader {
public:
    explicit CardReader(BatchBuilder& build) noexcept : build_(build), cursor_(build.cursor) {}

    bool read() {
        const bool good = cursor_.object([this](Key key) {
            if (key == "title") return text(card_.title);
            if (key == "description") return text(card_.subtitle);
            if (key == "media_message") return media();
            if (key == "choices") return read_choices(build_, card_.options, card_.extra);
            return build_.keep(card_.extra, Scope::field);
        });
        if (good) build_.batch.cards.push_back(card_);
        return good;
    }

private:
    bool text(Str& out) { return build_.text_or_keep(out, card_.extra, Scope::field); }

    bool media() {
        const Mark place = cursor_.mark();
        bool exact = true;
        if (!read_texts(build_, {{"url", &card_.image_url}}, exact)) return false;
        return (exact && card_.image_url) || build_.keep_at(card_.extra, Scope::field, place);
    }

    BatchBuilder& build_;
    json::Cursor& cursor_;
    model::Card card_;
};

}  // namespace

bool read_texts(BatchBuilder& build, std::initializer_list<TextField> fields, bool& exact) {
    auto& cursor = build.cursor;
    if (cursor.peek() != '{') {
        exact = false;
        return cursor.skip();
    }
    return cursor.object([&](Key key) {
        for (const TextField& field : fields) {
            if (key.text != field.name || field.out->present() || cursor.peek() != '"') continue;
            if (!cursor.string(*field.out)) return false;
            if (field.out->size != 0) return true;
            *field.out = {};
            exact = false;
            return true;
        }
        exact = false;
        return cursor.skip();
    });
}

bool read_choices(BatchBuilder& build, model::Range& out, model::Chain& chain) {
    const Mark place = build.cursor.mark();
    if (build.cursor.peek() != '[' || out.count != 0) return build.keep(chain, Scope::field);
    const std::size_t first = build.batch.options.size();
    if (!build.cursor.array([&] { return ChoiceReader(build).read(); })) return false;
    const std::size_t count = build.batch.options.size() - first;
    out = {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(count)};
    return count != 0 || build.keep_at(chain, Scope::field, place);
}

bool read_card(BatchBuilder& build) { return CardReader(build).read(); }

}  // namespace lampjack::platforms::chatlayer_app
