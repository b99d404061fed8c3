#include "platforms/certainly/certainly.h"
#include "platforms/object_writer.h"
#include "json/writer.h"

namespace lampjack::platforms::certainly {
namespace {

using model::Batch;
using model::Card;
using model::Event;
using model::EventKind;
using model::Option;
using model::OptionKind;
using model::Part;
using model::PartType;
using model::Role;
using model::Scope;
using model::Str;
using model::Warning;

bool is_own(const Batch& batch) noexcept { return batch.platform() == "certainly"; }

std::string_view interlocutor(Role role) noexcept { return model::word(role); }

/// What an old frame or an agent's post can say: one text. Several parts become its lines.
Result<std::string> plain_text(const Batch& batch, std::span<const Part> parts) {
    std::string text;
    bool first = true;
    for (const Part& part : parts) {
        if (part.type == PartType::file) continue;
        const Str words = part.type == PartType::postback && part.payload ? part.payload
                          : part.type == PartType::postback               ? part.title
                                                                          : part.text;
        if (!words)
            return fail(Code::unsupported,
                        "certainly: a " + std::string(model::word(part.type)) + " is no text");
        if (!first) text += '\n';
        text += batch.view(words);
        first = false;
    }
    return text;
}

class WebhookWriter {
public:
    WebhookWriter(const Batch& batch, const Event& event, std::string& text)
        : batch_(batch),
          event_(event),
          parts_(batch.parts_of(event)),
          out_(text),
          own_(is_own(batch)) {}

    Result<void> write() {
        if (own_ && event_.warns(Warning::envelope_missing)) {
            const Str remembered = batch_.find(event_.extra, Scope::request, "data");
            if (!remembered) return data();
            out_.raw(batch_.view(remembered));
            return {};
        }
        ObjectWriter envelope(out_, batch_, own_, event_.extra, Scope::request);
        envelope.literal("interlocutor", interlocutor(event_.role));
        if (envelope.member("data")) LJK_CHECK(data());
        envelope.end();
        return {};
    }

private:
    Str user() const {
        return event_.conversation == model::kNone ? Str{}
                                                   : batch_.conversations[event_.conversation].id;
    }

    // The reader keeps the whole of a frame that this would put elsewhere, or not at all.
    Result<void> data() {
        if (own_ && parts_.size() == 1 && parts_.front().type == PartType::unknown) {
            out_.raw(batch_.view(parts_.front().raw));
            return {};
        }
        if (event_.role == Role::user || (own_ && user())) return wrapped();
        if (parts_.size() != 1)
            return fail(Code::unsupported, "certainly: a bot's frame holds one part");
        return part(parts_.front(), event_.extra);
    }

    Result<void> wrapped() {
        if (!own_ && !user())
            return fail(Code::unsupported, "certainly: a user's frame needs the user's id");
        const bool is_new = own_ && batch_.find(event_.extra, Scope::field, "from");
        ObjectWriter around(out_, batch_, own_, event_.extra, Scope::data);
        if (!own_) out_.key("error").null();
        out_.key("message");
        ObjectWriter frame(out_, batch_, own_, event_.extra);
        if (!own_) documented_members();
        frame.text("user_id", user()).text("id", own_ ? event_.vendor_id : Str{});
        if (event_.sent_at != model::kNoTime) frame.integer("timestamp", event_.sent_at / 1000);
        if (is_new) {
            LJK_CHECK(actions());
        } else {
            LJK_CHECK(text());
        }
        attachments(frame);
        if (own_)
            batch_.each(event_.session, [&](const model::Extra& entry) {
                if (frame.member(batch_.view(entry.key))) out_.raw(batch_.view(entry.raw));
            });
        frame.end();
        around.end();
        return {};
    }

    /// Members that the documented frame always has.
    void documented_members() {
        const model::Actor who =
            event_.actor == model::kNone ? model::Actor{} : batch_.actors[event_.actor];
        out_.key("user_profile").begin_object();
        if (who.last_name) out_.key("surname").string(batch_.view(who.last_name));
        out_.end_object().key("ref").null();
    }

    Result<void> text() {
        if (own_ && batch_.find(event_.extra, Scope::message, "message")) return {};
        LJK_TRY(words, plain_text(batch_, parts_));
        const bool only_files = words.empty() && own_;
        if (!only_files) out_.key("message").string(words);
        return {};
    }

    Result<void> actions() {
        out_.key("actions").begin_array();
        for (const Part& part : parts_)
            if (part.type != PartType::file) LJK_CHECK(this->part(part, part.extra));
        out_.end_array();
        return {};
    }

    void attachments(const ObjectWriter& frame) {
        bool any = !own_;
        for (const Part& part : parts_) any = any || part.type == PartType::file;
        if (!any || frame.remembers("attachments")) return;
        out_.key("attachments").begin_array();
        for (const Part& part : parts_) {
            if (part.type != PartType::file) continue;
            if (own_ && !part.extra.empty()) {
                ObjectWriter(out_, batch_, true, part.extra).text("url", part.url).end();
            } else {
                out_.string(batch_.view(part.url));
            }
        }
        out_.end_array();
    }

    Result<void> part(const Part& part, model::Chain extra) {
        switch (part.type) {
            case PartType::text: {
                ObjectWriter(out_, batch_, own_, extra)
                    .literal("type", "text")
                    .text("text", part.text)
                    .end();
                return {};
            }
            case PartType::choice: choice(part, extra); return {};
            case PartType::cards: cards(part, extra); return {};
            case PartType::file: {
                // No frame for a bot's file is documented: its address goes as text.
                out_.begin_object()
                    .key("type")
                    .string("text")
                    .key("text")
                    .string(batch_.view(part.url))
                    .end_object();
                return {};
            }
            default: break;
        }
        return fail(Code::unsupported,
                    "certainly: no frame holds a " + std::string(model::word(part.type)));
    }

    // An option is its label: the user's client sends that text back.
    void choice(const Part& part, model::Chain extra) {
        ObjectWriter frame(out_, batch_, own_, extra);
        frame.literal("type", "choice")
            .text("text", part.text)
            .literal("options_type", "suggested_replies");
        if (!own_ || part.options.count != 0) {
            out_.key("options").begin_array();
            for (const Option& option : batch_.options_of(part.options))
                out_.string(batch_.view(option.title ? option.title : option.payload));
            out_.end_array();
        }
        frame.end();
    }

    void cards(const Part& part, model::Chain extra) {
        ObjectWriter frame(out_, batch_, own_, extra);
        frame.literal("type", "card");
        out_.key("cards").begin_array();
        for (const Card& card : batch_.cards_of(part)) write(card);
        out_.end_array();
        frame.end();
    }

    void write(const Card& card) {
        ObjectWriter object(out_, batch_, own_, card.extra);
        object.text("title", card.title).text("text", card.subtitle);
        object.text("image_source_url", card.image_url).text("image_destination_url", card.url);
        if (card.options.count != 0) {
            out_.key("buttons").begin_array();
            for (const Option& option : batch_.options_of(card.options)) write(option);
            out_.end_array();
        }
        object.end();
    }

    void write(const Option& option) {
        ObjectWriter object(out_, batch_, own_, option.extra);
        if (!own_ || option.kind == OptionKind::postback) object.literal("type", "postback");
        object.text("title", option.title);
        if (!own_) out_.key("is_active").boolean(true);
        const Str payload = own_ || option.payload ? option.payload
                            : option.url           ? option.url
                                                   : option.title;
        if (!object.remembers("options") && (payload || has_inner(option.extra))) {
            out_.key("options");
            ObjectWriter(out_, batch_, own_, option.extra, Scope::payload)
                .text("message", payload)
                .end();
        }
        object.end();
    }

    bool has_inner(model::Chain extra) const {
        bool found = false;
        if (own_)
            batch_.each(extra, [&](const model::Extra& entry) {
                found = found || entry.scope == Scope::payload;
            });
        return found;
    }

    const Batch& batch_;
    const Event& event_;
    std::span<const Part> parts_;
    json::Writer out_;
    bool own_;
};

Result<std::string> write_agent_text(const Batch& batch, const Event& event) {
    LJK_TRY(words, plain_text(batch, batch.parts_of(event)));
    std::string text;
    json::Writer out(text);
    ObjectWriter object(out, batch, is_own(batch), event.extra);
    out.key("message").string(words);
    object.end();
    return text;
}

}  // namespace

Result<std::string> write_webhook(const Batch& batch, const Event& event) {
    std::string text;
    LJK_CHECK(WebhookWriter(batch, event, text).write());
    return text;
}

Result<std::string> write(const Batch& batch, Direction direction) {
    if (batch.size() != 1) return fail(Code::unsupported, "certainly: a body holds one event");
    const Event& event = batch.root(0);
    const bool is_message = event.kind == EventKind::message;
    if (direction == Direction::out) {
        if (is_message) return write_agent_text(batch, event);
        return fail(Code::unsupported,
                    "certainly: only texts have a body on their way to the platform");
    }
    if (event.kind == EventKind::handover_requested) return write_claim(batch, event);
    if (is_message || (event.kind == EventKind::unknown && is_own(batch)))
        return write_webhook(batch, event);
    return fail(Code::unsupported,
                "certainly has no webhook for a " + std::string(model::word(event.kind)));
}

}  // namespace lampjack::platforms::certainly
