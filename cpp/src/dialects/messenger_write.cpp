#include "dialects/messenger.h"

#include "dialects/messenger_words.h"
#include "model/object_writer.h"

namespace lampjack::dialects::messenger {
namespace {

using model::Batch;
using model::OptionKind;
using model::Part;
using model::PartType;
using model::Scope;

class MessageWriter {
public:
    MessageWriter(const Batch& batch, bool own, json::Writer& out) noexcept
        : batch_(batch),
          out_(out),
          own_(own) {}

    void text(const Part& part, model::Chain extra) { object(extra).text("text", part.text).end(); }

    void quick_replies(const Part& part, model::Chain extra) {
        auto message = object(extra);
        message.text("text", part.text);
        if (message.member("quick_replies")) {
            out_.begin_array();
            for (const model::Option& option : batch_.options_of(part.options)) quick_reply(option);
            out_.end_array();
        }
        message.end();
    }

    /// {"attachment":{"type":…,"payload":{…}}}
    void attachment(const Part& part, model::Chain extra) {
        const bool file = part.type == PartType::file;
        auto message = object(extra);
        out_.key("attachment");
        auto attachment = object(part.extra, Scope::attachment);
        attachment.literal("type", file ? find_text(kMediaTypes, part.media) : "template");
        out_.key("payload");
        auto payload = object(part.extra);
        if (file) {
            payload.text("url", part.url);
        } else {
            fill_template(part, payload);
        }
        payload.end();
        attachment.end();
        message.end();
    }

private:
    model::ObjectWriter object(model::Chain extra, Scope scope = Scope::field) {
        return {out_, batch_, own_, extra, scope};
    }

    void fill_template(const Part& part, model::ObjectWriter& payload) {
        if (part.type == PartType::choice) {
            payload.literal("template_type", "button").text("text", part.text);
            if (payload.member("buttons")) buttons(part.options);
            return;
        }
        payload.literal("template_type",
                        part.layout == model::CardLayout::list ? "list" : "generic");
        if (payload.member("elements")) {
            out_.begin_array();
            for (const model::Card& card : batch_.cards_of(part)) element(card);
            out_.end_array();
        }
        if (part.options.count != 0 && payload.member("buttons")) buttons(part.options);
    }

    void element(const model::Card& card) {
        auto element = object(card.extra);
        element.text("title", card.title)
            .text("subtitle", card.subtitle)
            .text("image_url", card.image_url);
        if (card.url && !element.remembers("item_url") && element.member("default_action"))
            out_.begin_object()
                .key("type")
                .string("web_url")
                .key("url")
                .string(batch_.view(card.url))
                .end_object();
        if (card.options.count != 0 && element.member("buttons")) buttons(card.options);
        element.end();
    }

    void quick_reply(const model::Option& option) {
        auto reply = object(option.extra);
        if (!own_ || option.kind != OptionKind::unknown)
            reply.literal("content_type",
                          option.kind == OptionKind::location ? "location" : "text");
        reply.text("title", option.title)
            .text("payload", payload_of(option, option.kind != OptionKind::location));
        reply.text("image_url", option.image_url).end();
    }

    void buttons(model::Range range) {
        out_.begin_array();
        for (const model::Option& option : batch_.options_of(range)) button(option);
        out_.end_array();
    }

    /// What has no button of its own is written as a postback, the one that any title can stand on.
    void button(const model::Option& option) {
        auto button = object(option.extra);
        const std::string_view type = find_text(kButtonTypes, option.kind);
        if (!type.empty()) {
            button.literal("type", type);
        } else if (!own_ || option.kind != OptionKind::unknown) {
            button.literal("type", "postback");
        }
        button.text("title", option.title).text("url", option.url);
        if (option.kind == OptionKind::phone) {
            button.text("payload", option.phone);
        } else {
            button.text("payload", payload_of(option, option.kind != OptionKind::url &&
                                                          option.kind != OptionKind::share));
        }
        button.end();
    }

    /// A pressed option comes back as its payload, so one from elsewhere without a payload gets its
    /// title.
    model::Str payload_of(const model::Option& option, bool needed) const noexcept {
        return option.payload || own_ || !needed ? option.payload : option.title;
    }

    const Batch& batch_;
    json::Writer& out_;
    bool own_;
};

}  // namespace

bool can_write(PartType type) noexcept {
    return type == PartType::text || type == PartType::choice || type == PartType::cards ||
           type == PartType::file;
}

Result<void> write_message(const Batch& batch, const Part& part, model::Chain extra, bool own,
                           json::Writer& out) {
    MessageWriter writer(batch, own, out);
    if (part.type == PartType::unknown && own) {
        out.raw(batch.view(part.raw));
        return {};
    }
    if (part.type == PartType::text) {
        writer.text(part, extra);
    } else if (part.type == PartType::choice && part.style == model::ChoiceStyle::quick_replies) {
        writer.quick_replies(part, extra);
    } else if (can_write(part.type)) {
        writer.attachment(part, extra);
    } else {
        return fail(Code::unsupported,
                    "a bot message cannot hold a part of type " + std::string(word(part.type)));
    }
    return {};
}

}  // namespace lampjack::dialects::messenger
