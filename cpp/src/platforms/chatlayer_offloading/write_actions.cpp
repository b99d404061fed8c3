// The body of a conversation actions request: messages to the visitor.

#include "model/object_writer.h"
#include "model/surplus.h"
#include "platforms/chatlayer_offloading/actions.h"
#include "platforms/chatlayer_offloading/wire.h"
#include "json/value.h"

namespace lampjack::platforms::chatlayer_offloading {
namespace {

using model::Batch;
using model::Card;
using model::Event;
using model::ObjectWriter;
using model::Option;
using model::OptionKind;
using model::Part;
using model::PartType;
using model::Scope;

class ActionWriter {
public:
    ActionWriter(const Batch& batch, bool own, std::string& text)
        : batch_(batch),
          own_(own),
          out_(text) {}

    Result<void> write() {
        ObjectWriter request(out_, batch_, own_, batch_.root(0).extra, Scope::request);
        out_.key("sendMessages").begin_array();
        for (const std::uint32_t root : batch_.roots) {
            const Event& event = batch_.events[root];
            if (event.kind != model::EventKind::message)
                return fail(Code::unsupported,
                            "the conversation actions cannot carry an event of kind " +
                                std::string(word(event.kind)));
            for (const Part& part : batch_.parts_of(event)) LJK_CHECK(message(event, part));
        }
        out_.end_array();
        request.end();
        return {};
    }

private:
    ObjectWriter object(model::Chain extra, Scope scope = Scope::field) {
        return {out_, batch_, own_, extra, scope};
    }

    /// One element per part, one text each: several texts in one template are alternatives of which one is sent.
    Result<void> message(const Event& event, const Part& part) {
        if (part.type == PartType::unknown && own_) {
            model::write_raw_item(batch_, event, part, out_);
            return {};
        }
        const std::string_view name = template_of(part);
        if (name.empty())
            return fail(Code::unsupported, "the conversation actions cannot carry a part of type " +
                                               std::string(word(part.type)));
        ObjectWriter element = object(event.extra, Scope::action);
        out_.key(name);
        ObjectWriter body = object(part.type == PartType::cards ? part.extra : event.extra);
        switch (part.type) {
            case PartType::cards: cards(part, body); break;
            case PartType::file: media(part); break;
            default: text_and_options(part, body);
        }
        body.end();
        element.end();
        return {};
    }

    std::string_view template_of(const Part& part) const noexcept {
        switch (part.type) {
            case PartType::text: return kTextTemplate;
            case PartType::choice: return has_buttons(part) ? kButtonTemplate : kQuickReplyTemplate;
            case PartType::cards:
                return part.layout == model::CardLayout::list ? kListTemplate : kCarouselTemplate;
            case PartType::file: return kAttachmentTemplate;
            default: return {};
        }
    }

    /// Quick replies can only be answered; a choice with a link or a number needs buttons.
    bool has_buttons(const Part& part) const noexcept {
        if (part.style == model::ChoiceStyle::buttons) return true;
        for (const Option& option : batch_.options_of(part.options))
            if (option.kind == OptionKind::url || option.kind == OptionKind::phone) return true;
        return false;
    }

    void text_and_options(const Part& part, ObjectWriter& body) {
        if (part.text && body.member("textMessages")) {
            out_.begin_array()
                .begin_object()
                .key("text")
                .string(batch_.view(part.text))
                .end_object();
            out_.end_array();
        }
        if (part.type == PartType::text) return;
        const bool as_buttons = has_buttons(part);
        if (as_buttons) {
            out_.key("buttons");
            buttons(part.options);
            return;
        }
        out_.key("quickReplies").begin_array();
        for (const Option& option : batch_.options_of(part.options)) quick_reply(option);
        out_.end_array();
    }

    void quick_reply(const Option& option) {
        ObjectWriter reply = object(option.extra);
        reply.text("title", option.title).text("imageUrl", option.image_url);
        payload(option, reply);
        reply.end();
    }

    void buttons(model::Range range) {
        out_.begin_array();
        for (const Option& option : batch_.options_of(range)) button(option);
        out_.end_array();
    }

    void button(const Option& option) {
        ObjectWriter wrapper = object(option.extra, Scope::action);
        const bool known = !own_ || option.kind != OptionKind::unknown;
        if (known) {
            const bool url = option.kind == OptionKind::url,
                       phone = option.kind == OptionKind::phone;
            out_.key(url ? kUrlButton : phone ? kPhoneButton : kPostbackButton);
            ObjectWriter body = object(option.extra);
            body.text("title", option.title)
                .text("url", option.url)
                .text("phoneNumber", option.phone);
            if (!url && !phone) payload(option, body);
            body.end();
        }
        wrapper.end();
    }

    /// The payload is an object here. One that is no object elsewhere goes into the session, where the bot finds it.
    void payload(const Option& option, ObjectWriter& body) {
        if (body.remembers("payload") || (own_ && !option.payload)) return;
        const std::string_view text = batch_.view(option.payload);
        if (is_object(text)) {
            out_.key("payload").raw(text);
            return;
        }
        out_.key("payload").begin_object();
        if (option.target) out_.key("nextDialogstateId").string(batch_.view(option.target));
        out_.key("sessionDataToSet").begin_array();
        if (option.payload)
            out_.begin_object().key("key").string("payload").key("value").string(text).end_object();
        out_.end_array().end_object();
    }

    static bool is_object(std::string_view text) {
        if (text.empty() || text.front() != '{') return false;
        const auto value = json::parse_value(text, "payload");
        return value && value->is_object();
    }

    void cards(const Part& part, ObjectWriter& body) {
        const bool list = part.layout == model::CardLayout::list;
        if (list && !own_) body.literal("size", "LARGE");
        const auto options = batch_.options_of(part.options);
        if (list && !options.empty() && body.member("button")) button(options[0]);
        out_.key("elements").begin_array();
        for (const Card& card : batch_.cards_of(part)) element(card, list);
        out_.end_array();
    }

    void element(const Card& card, bool list) {
        ObjectWriter element = object(card.extra);
        element.text("title", card.title)
            .text("subTitle", card.subtitle)
            .text("imageUrl", card.image_url);
        const auto options = batch_.options_of(card.options);
        const bool remembered = element.remembers_any({"button", "buttons"});
        if (!options.empty() && !remembered) {
            out_.key(list ? "button" : "buttons");
            list ? button(options[0]) : buttons(card.options);
        }
        element.end();
    }

    void media(const Part& part) {
        out_.key("media");
        ObjectWriter media = object(part.extra);
        media.literal("type", word_of(part.media)).text("url", part.url).end();
    }

    const Batch& batch_;
    bool own_;
    json::Writer out_;
};

}  // namespace

Result<std::string> write_actions(const Batch& batch, bool own) {
    std::string text;
    LJK_CHECK(ActionWriter(batch, own, text).write());
    return text;
}

}  // namespace lampjack::platforms::chatlayer_offloading
