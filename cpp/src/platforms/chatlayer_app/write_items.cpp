// performReceive result items. https://developers.sinch.com/docs/chatlayer/messaging/receiving

#include "model/object_writer.h"
#include "model/surplus.h"
#include "platforms/chatlayer_app/words.h"
#include "platforms/chatlayer_app/write.h"

#include <map>

namespace lampjack::platforms::chatlayer_app {
namespace {

using model::Batch;
using model::Event;
using model::EventKind;
using model::ObjectWriter;
using model::Part;
using model::PartType;
using model::Scope;
using model::Str;

class ItemWriter {
public:
    ItemWriter(const Batch& batch, const Event& event, const ItemContext& context,
               json::Writer& out)
        : batch_(batch),
          event_(event),
          context_(context),
          out_(out),
          own_(is_own(batch)) {}

    Result<void> message() {
        const auto parts = batch_.parts_of(event_);
        for (std::size_t i = 0; i < parts.size();) {
            std::size_t count = 1;  // neighbouring files are one upload
            while (parts[i].type == PartType::file && i + count < parts.size() &&
                   parts[i + count].type == PartType::file)
                ++count;
            LJK_CHECK(check(parts[i]));
            item(parts.subspan(i, count), i == 0);
            i += count;
        }
        return {};
    }

    void handover(std::string_view to) {
        auto item = begin(true);
        item.literal("type", "action");
        if (item.member("action")) action(to);
        if (!context_.session.empty() && item.member("session"))
            out_.begin_object().any_key(context_.session_key).raw(context_.session).end_object();
        finish(item, true);
    }

private:
    Result<void> check(const Part& part) const {
        const bool known = part.type == PartType::text || part.type == PartType::postback ||
                           (part.type == PartType::file && part.url) ||
                           (part.type == PartType::unknown && own_);
        if (known) return {};
        return fail(Code::unsupported,
                    "performReceive takes no part of type " + std::string(model::word(part.type)));
    }

    ObjectWriter begin(bool first) {
        ObjectWriter item(out_, batch_, own_, first ? event_.extra : model::Chain{}, Scope::item);
        if (item.member("user")) user();
        const bool absent = own_ && event_.warns(model::Warning::unknown_actor);
        if (!absent && item.member("actor"))
            out_.begin_object().key("type").string("user").end_object();
        return item;
    }

    void finish(ObjectWriter& item, bool first) {
        if (first) session(item);
        const Millis time = event_.sent_at != model::kNoTime ? event_.sent_at : context_.now;
        if (time != model::kNoTime) item.integer("timestamp", time);
        item.end();
    }

    void session(ObjectWriter& item) {
        const std::span<const model::Chain> data =
            context_.data.empty() ? std::span(&event_.session, 1) : context_.data;
        std::map<std::string_view, std::string_view> later;
        for (const model::Chain& chain : data.subspan(1)) collect(chain, later);
        if ((data.front().empty() && later.empty()) || !item.member("session")) return;
        out_.begin_object();
        batch_.each(data.front(), [&](const model::Extra& entry) {
            if (!later.contains(batch_.view(entry.key)))
                out_.any_key(batch_.view(entry.key)).raw(batch_.view(entry.raw));
        });
        for (const auto& [key, raw] : later) out_.any_key(key).raw(raw);
        out_.end_object();
    }

    void collect(model::Chain chain, std::map<std::string_view, std::string_view>& out) const {
        batch_.each(chain, [&](const model::Extra& entry) {
            out.insert_or_assign(batch_.view(entry.key), batch_.view(entry.raw));
        });
    }

    void user() {
        const model::Actor person =
            event_.actor == model::kNone ? model::Actor{} : batch_.actors[event_.actor];
        ObjectWriter user(out_, batch_, own_, person.extra);
        if (user.member("id")) out_.string(id(person));
        const bool named = own_ || person.first_name || person.last_name;
        user.text("firstName", named ? person.first_name : person.display_name)
            .text("lastName", person.last_name);
        if (!user.remembers("preferedLanguage")) user.text("preferredLanguage", person.language);
        user.end();
    }

    std::string_view id(const model::Actor& person) const noexcept {
        if (!context_.id.empty()) return context_.id;
        if (event_.conversation != model::kNone && batch_.conversations[event_.conversation].id)
            return batch_.view(batch_.conversations[event_.conversation].id);
        return batch_.view(person.id);
    }

    void item(std::span<const Part> parts, bool first) {
        auto item = begin(first);
        item.literal("type", "message");
        if (item.member("message")) {
            if (parts[0].type == PartType::unknown) {
                out_.raw(batch_.view(parts[0].raw));
            } else {
                message_object(parts, first);
            }
        }
        finish(item, first);
    }

    void message_object(std::span<const Part> parts, bool first) {
        const Part& part = parts[0];
        ObjectWriter message(out_, batch_, own_, first ? event_.extra : model::Chain{});
        if (part.type == PartType::file) {
            message.literal("messageType", "upload");
            if (!message.remembers("urls") && message.member("url")) urls(parts);
        } else if (part.type == PartType::text) {
            message.literal("messageType", "text").text("text", part.text);
        } else if (!own_ && !part.payload) {  // a press that carries nothing is its label
            message.literal("messageType", "text").text("text", part.title);
        } else {
            message.literal("messageType", "postback_v2")
                .text("payload", part.payload)
                .text("title", part.title);
        }
        message.end();
    }

    void urls(std::span<const Part> parts) {
        out_.begin_array();
        for (const Part& part : parts) out_.string(batch_.view(part.url));
        out_.end_array();
    }

    void action(std::string_view to) {
        ObjectWriter action(out_, batch_, own_, event_.extra, Scope::action);
        action.literal("type", "conversation_handover");
        if (action.member("data")) {
            ObjectWriter data(out_, batch_, own_, event_.extra, Scope::data);
            if (data.member("handover"))
                ObjectWriter(out_, batch_, own_, event_.extra).literal("to", to).end();
            data.end();
        }
        action.end();
    }

    const Batch& batch_;
    const Event& event_;
    const ItemContext& context_;
    json::Writer& out_;
    bool own_;
};

}  // namespace

Result<void> write_items(const Batch& batch, const Event& event, const ItemContext& context,
                         json::Writer& out) {
    const auto parts = batch.parts_of(event);
    switch (event.kind) {
        case EventKind::message: return ItemWriter(batch, event, context, out).message();
        case EventKind::handover:
            ItemWriter(batch, event, context, out)
                .handover(event.handover_to == model::HandoverTo::bot ? "bot" : "agent");
            return {};
        case EventKind::handover_requested:
            ItemWriter(batch, event, context, out).handover("agent");
            return {};
        case EventKind::unknown:
            if (!is_own(batch) || parts.empty()) break;
            model::write_raw_item(batch, event, parts[0], out);
            return {};
        case EventKind::session: break;
    }
    return fail(Code::unsupported,
                "performReceive takes no event of kind " + std::string(model::word(event.kind)));
}

void write_handover(std::string_view to, const ItemContext& context, json::Writer& out) {
    const Batch none;
    ItemWriter(none, Event{}, context, out).handover(to);
}

}  // namespace lampjack::platforms::chatlayer_app
