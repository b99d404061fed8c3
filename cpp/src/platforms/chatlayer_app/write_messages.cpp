// performSend messages, as Chatlayer would send them: for simulators, and to give back what was read.
// https://developers.sinch.com/docs/chatlayer/messaging/sending

#include "dialects/messenger.h"
#include "model/object_writer.h"
#include "model/surplus.h"
#include "platforms/chatlayer_app/media.h"
#include "platforms/chatlayer_app/words.h"
#include "platforms/chatlayer_app/write.h"

namespace lampjack::platforms::chatlayer_app {
namespace {

using model::Batch;
using model::Event;
using model::ObjectWriter;
using model::OptionKind;
using model::Part;
using model::PartType;
using model::Scope;
using model::Str;

class MessageWriter {
public:
    MessageWriter(const Batch& batch, const Event& event, json::Writer& out)
        : batch_(batch),
          event_(event),
          out_(out),
          own_(is_own(batch)) {}

    Result<void> write() {
        if (own_ && remembers_main()) {
            ObjectWriter(out_, batch_, own_, event_.extra, Scope::item).end();
            return {};
        }
        bool first = true;
        for (const Part& part : batch_.parts_of(event_)) {
            const model::Chain extra = first ? event_.extra : model::Chain{};
            first = false;
            LJK_CHECK(element(part, extra));
        }
        return {};
    }

private:
    bool remembers_main() const noexcept {
        for (const auto& row : kMainKeys)
            if (batch_.find(event_.extra, Scope::item, row.text)) return true;
        return false;
    }

    Result<void> element(const Part& part, model::Chain extra) {
        if (part.type == PartType::unknown && own_) {
            model::write_raw_item(batch_, event_, part, out_);
            return {};
        }
        if (own_ && event_.warns(model::Warning::old_dialect))
            return dialects::messenger::write_message(batch_, part, extra, own_, out_);
        const std::string_view key = key_of(part);
        if (key.empty())
            return fail(Code::unsupported, "performSend messages hold no part of type " +
                                               std::string(model::word(part.type)));
        ObjectWriter element(out_, batch_, own_, extra, Scope::item);
        element.member(key);
        body(part);
        element.end();
        return {};
    }

    std::string_view key_of(const Part& part) const noexcept {
        switch (part.type) {
            case PartType::text: return "text_message";
            case PartType::choice: return "choice_message";
            case PartType::file: return "media_message";
            case PartType::location: return "location_message";
            case PartType::cards: return is_single(part) ? "card_message" : "carousel_message";
            default: return {};
        }
    }

    static bool is_single(const Part& part) noexcept {
        return part.cards.count == 1 && part.options.count == 0;
    }

    void body(const Part& part) {
        if (part.type == PartType::cards && is_single(part))
            return write_card(batch_, own_, batch_.cards_of(part)[0], out_);
        ObjectWriter body(out_, batch_, own_, part.extra);
        switch (part.type) {
            case PartType::text: body.text("text", part.text); break;
            case PartType::choice: choice(body, part); break;
            case PartType::file: media(body, part); break;
            case PartType::location: location(body, part); break;
            case PartType::cards: carousel(body, part); break;
            default: break;
        }
        body.end();
    }

    void choice(ObjectWriter& body, const Part& part) {
        if (part.text && body.member("text_message"))
            out_.begin_object().key("text").string(batch_.view(part.text)).end_object();
        choices(body, part.options);
    }

    void choices(ObjectWriter& body, model::Range options) {
        if (options.count != 0 && body.member("choices"))
            write_choices(batch_, own_, options, out_);
    }

    void media(ObjectWriter& body, const Part& part) {
        body.text("url", part.url).text("filename_override", part.name);
        if (!own_) body.integer("type", number_of(part.media));
    }

    void location(ObjectWriter& body, const Part& part) {
        if (body.member("coordinates"))
            out_.begin_object()
                .key("latitude")
                .raw(batch_.view(part.latitude))
                .key("longitude")
                .raw(batch_.view(part.longitude))
                .end_object();
        body.text("title", part.title);
    }

    void carousel(ObjectWriter& body, const Part& part) {
        if (body.member("cards")) {
            out_.begin_array();
            for (const model::Card& card : batch_.cards_of(part))
                write_card(batch_, own_, card, out_);
            out_.end_array();
        }
        choices(body, part.options);
    }

    const Batch& batch_;
    const Event& event_;
    json::Writer& out_;
    bool own_;
};

class ChoiceWriter {
public:
    ChoiceWriter(const Batch& batch, bool own, json::Writer& out)
        : batch_(batch),
          out_(out),
          own_(own) {}

    void write(const model::Option& option) {
        ObjectWriter choice(out_, batch_, own_, option.extra);
        if (!remembers_offer(option)) offer(option);
        choice.text("postback_data", payload_of(option));
        choice.end();
    }

private:
    bool remembers_offer(const model::Option& option) const noexcept {
        if (!own_) return false;
        if (option.kind == OptionKind::unknown) return true;
        for (const auto& row : kOfferKeys)
            if (batch_.find(option.extra, Scope::field, row.text)) return true;
        return false;
    }

    void offer(const model::Option& option) {
        switch (option.kind) {
            case OptionKind::url:
                return object("url_message", title_or(option, option.url), "url", option.url);
            case OptionKind::phone:
                return object("call_message", title_or(option, option.phone), "phone_number",
                              option.phone);
            case OptionKind::location:
                return object("share_location_message", option.title, {}, {});
            default: break;
        }
        out_.key("text_message").begin_object();
        if (option.title) out_.key("text").string(batch_.view(option.title));
        out_.end_object();
    }

    Str title_or(const model::Option& option, Str other) const noexcept {
        return option.title || own_ ? option.title : other;
    }

    void object(std::string_view key, Str title, std::string_view name, Str value) {
        out_.key(key).begin_object();
        if (title) out_.key("title").string(batch_.view(title));
        if (value) out_.key(name).string(batch_.view(value));
        out_.end_object();
    }

    /// A chosen text comes back as its payload, so one from elsewhere without a payload gets its title.
    Str payload_of(const model::Option& option) const noexcept {
        const bool sends = option.kind == OptionKind::reply || option.kind == OptionKind::postback;
        return option.payload || own_ || !sends ? option.payload : option.title;
    }

    const Batch& batch_;
    json::Writer& out_;
    bool own_;
};

}  // namespace

void write_choices(const Batch& batch, bool own, model::Range options, json::Writer& out) {
    out.begin_array();
    for (const model::Option& option : batch.options_of(options))
        ChoiceWriter(batch, own, out).write(option);
    out.end_array();
}

void write_card(const Batch& batch, bool own, const model::Card& card, json::Writer& out) {
    ObjectWriter object(out, batch, own, card.extra);
    object.text("title", card.title).text("description", card.subtitle);
    if (card.image_url && object.member("media_message"))
        out.begin_object().key("url").string(batch.view(card.image_url)).end_object();
    const bool link =
        card.url && !own;  // cards have no link of their own here: it becomes a choice
    if ((link || card.options.count != 0) && object.member("choices")) {
        out.begin_array();
        if (link) {
            model::Option option;
            option.kind = OptionKind::url;
            option.url = card.url;
            ChoiceWriter(batch, own, out).write(option);
        }
        for (const model::Option& option : batch.options_of(card.options))
            ChoiceWriter(batch, own, out).write(option);
        out.end_array();
    }
    object.end();
}

Result<void> write_messages(const Batch& batch, const Event& event, json::Writer& out) {
    const auto parts = batch.parts_of(event);
    if (event.kind == model::EventKind::message) return MessageWriter(batch, event, out).write();
    if (event.kind == model::EventKind::unknown && is_own(batch) && !parts.empty()) {
        out.raw(batch.view(parts[0].raw));
        return {};
    }
    return fail(Code::unsupported,
                "performSend takes no event of kind " + std::string(model::word(event.kind)));
}

}  // namespace lampjack::platforms::chatlayer_app
