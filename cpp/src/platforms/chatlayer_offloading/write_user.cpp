// A visitor's message as the platform sends it.

#include "base/text.h"
#include "model/object_writer.h"
#include "platforms/chatlayer_offloading/wire.h"

namespace lampjack::platforms::chatlayer_offloading {
namespace {

using model::Actor;
using model::Batch;
using model::Event;
using model::ObjectWriter;
using model::Part;
using model::PartType;

std::string_view type_of(const Part& part) noexcept {
    switch (part.type) {
        case PartType::start: return "intro";
        case PartType::text: return "text";
        case PartType::file: return "fileUploadInputResult";
        case PartType::location: return "location";
        case PartType::postback: return part.payload ? "postback_v2" : "postback";
        default: return {};
    }
}

class UserWriter {
public:
    UserWriter(const Batch& batch, bool own, json::Writer& out) noexcept
        : batch_(batch),
          own_(own),
          out_(out) {}

    void write(const Event& event, std::span<const Part> parts, bool with_id) {
        ObjectWriter message(out_, batch_, own_, event.extra);
        sender(event);
        // A message has a time of its own where it has an id.
        if (with_id && event.vendor_id && !message.remembers("id"))
            message.iso_time("timestamp", event.sent_at);
        message.literal("messageType", type_of(parts[0]));
        content(parts, message);
        if (with_id) message.text("id", event.vendor_id);
        message.end();
    }

private:
    /// Every sender has an id and a botId, so one from elsewhere gets those of its conversation.
    void sender(const Event& event) {
        static const Actor nobody;
        static const model::ConversationId nowhere;
        if (own_ && event.actor == model::kNone) return;
        const Actor& actor = event.actor == model::kNone ? nobody : batch_.actors[event.actor];
        const auto& conversation =
            event.conversation == model::kNone ? nowhere : batch_.conversations[event.conversation];
        out_.key("sender");
        ObjectWriter sender(out_, batch_, own_, actor.extra);
        sender.text("id", own_ || actor.id ? actor.id : conversation.id);
        if (!own_) sender.text("botId", conversation.bot);
        if (!sender.remembers_any({"preferedLanguage", "locale"}))
            sender.text("preferredLanguage", actor.language);
        if (!remembers_name(actor, "firstname", "first_name"))
            sender.text("firstName", actor.first_name);
        if (!remembers_name(actor, "lastname", "last_name"))
            sender.text("lastName", actor.last_name);
        sender.end();
    }

    /// Whether extra holds a name in any of its spellings.
    bool remembers_name(const Actor& actor, std::string_view one,
                        std::string_view other) const noexcept {
        bool found = false;
        if (!own_) return false;
        batch_.each(actor.extra, [&](const model::Extra& extra) {
            const std::string_view key = batch_.view(extra.key);
            found |= equals_ignoring_case(key, one) || equals_ignoring_case(key, other);
        });
        return found;
    }

    void content(std::span<const Part> parts, ObjectWriter& message) {
        const Part& part = parts[0];
        switch (part.type) {
            case PartType::text: message.text("text", part.text); return;
            case PartType::file: files(parts, message); return;
            case PartType::location: location(part, message); return;
            case PartType::postback:
                message.text("title", part.title).raw("parameters", part.parameters);
                message.text("nextDialogstateId", part.target).text("payload", part.payload);
                return;
            default: return;
        }
    }

    void files(std::span<const Part> parts, ObjectWriter& message) {
        if (message.remembers_any({"urls", "url", "data"})) return;
        out_.key("urls").begin_array();
        for (const Part& part : parts)
            if (part.url) out_.string(batch_.view(part.url));
        out_.end_array();
        if (!parts[0].state) return;
        const std::string_view state = batch_.view(parts[0].state);
        out_.key("data").begin_object().key("uploadStatus");
        out_.string(state == kFileReady ? kUploadSucceeded : state);
        if (parts[0].url) out_.key("fileUrl").string(batch_.view(parts[0].url));
        out_.end_object();
    }

    void location(const Part& part, ObjectWriter& message) {
        if (!message.member("coordinates")) return;
        out_.begin_object()
            .key("lat")
            .raw(batch_.view(part.latitude))
            .key("long")
            .raw(batch_.view(part.longitude));
        out_.end_object();
    }

    const Batch& batch_;
    bool own_;
    json::Writer& out_;
};

}  // namespace

Result<void> write_user_message(const Batch& batch, const Event& event, std::span<const Part> parts,
                                bool own, bool with_id, json::Writer& out) {
    const Part& part = parts[0];
    if (part.type == PartType::unknown && own) {
        out.raw(batch.view(part.raw));
        return {};
    }
    if (type_of(part).empty())
        return fail(Code::unsupported,
                    "a user's message cannot hold a part of type " + std::string(word(part.type)));
    UserWriter(batch, own, out).write(event, parts, with_id);
    return {};
}

}  // namespace lampjack::platforms::chatlayer_offloading
