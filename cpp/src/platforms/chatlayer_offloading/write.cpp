// The webhook request that brings these events, as the platform would send it.

#include "dialects/messenger.h"
#include "model/object_writer.h"
#include "model/surplus.h"
#include "platforms/chatlayer_offloading/wire.h"

#include <initializer_list>

namespace lampjack::platforms::chatlayer_offloading {
namespace {

using model::Batch;
using model::Event;
using model::EventKind;
using model::ObjectWriter;
using model::Part;
using model::Role;
using model::Scope;
using model::Warning;

class RequestWriter {
public:
    RequestWriter(const Batch& batch, bool own, std::string& text)
        : batch_(batch),
          own_(own),
          out_(text) {}

    Result<void> write() {
        const Event& first = batch_.root(0);
        if (own_ && first.warns(Warning::unknown_event)) {
            out_.raw(batch_.view(batch_.parts_of(first)[0].raw));
            return {};
        }
        const bool offload = first.kind == EventKind::handover_requested;
        if (offload && batch_.size() != 1)
            return fail(Code::unsupported,
                        "an offload request holds one handover request and nothing else");
        ObjectWriter request(out_, batch_, own_, first.extra, Scope::request);
        envelope(first, offload, request);
        const bool swapped = own_ && first.warns(Warning::messages_under_other_key);
        out_.key(offload != swapped ? "transcript" : "messages").begin_array();
        if (offload) {
            for (const Event& event : batch_.transcript_of(first)) LJK_CHECK(item(event));
        } else {
            for (const std::uint32_t root : batch_.roots) LJK_CHECK(item(batch_.events[root]));
        }
        out_.end_array();
        if (offload) request.raw("payload", first.payload);
        request.end();
        return {};
    }

private:
    void envelope(const Event& first, bool offload, ObjectWriter& request) {
        static const model::ConversationId none;
        const auto& id =
            first.conversation == model::kNone ? none : batch_.conversations[first.conversation];
        if (!is_remembered(first.extra, Scope::request, "event", {kMessages, kOffload}))
            out_.key("event").string(offload ? kOffload : kMessages);
        if (!request.remembers("botId"))
            out_.key("botId").string(id.bot ? batch_.view(id.bot) : kNoId);
        request.literal("version", id.mode == model::Mode::test ? kDraft : kLive);
        if (!request.remembers("sessionId"))
            out_.key("sessionId").string(id.id ? batch_.view(id.id) : kNoId);
        if (first.sent_at != model::kNoTime) {
            request.iso_time("timestamp", first.sent_at);
        } else {
            request.literal("timestamp", kNoTimeText);
        }
    }

    Result<void> item(const Event& event) {
        if (event.kind == EventKind::unknown && own_) {
            for (const Part& part : batch_.parts_of(event))
                model::write_raw_item(batch_, event, part, out_);
            return {};
        }
        if (event.kind != EventKind::message)
            return fail(Code::unsupported, "a messages request cannot hold an event of kind " +
                                               std::string(word(event.kind)));
        const auto parts = batch_.parts_of(event);
        if (parts.empty())
            return fail(Code::unsupported, "a message without content cannot be written");
        if (by_user(event) && files_only(parts)) return item(event, parts, true);
        for (const Part& part : parts) LJK_CHECK(item(event, {&part, 1}, &part == parts.data()));
        return {};
    }

    Result<void> item(const Event& event, std::span<const Part> parts, bool first) {
        ObjectWriter item(out_, batch_, own_, event.extra, Scope::item);
        // Chatlayer knows two actors; what an agent said comes back as the bot's.
        const bool nobody = own_ && event.role == Role::unknown;
        if (!nobody && !is_remembered(event.extra, Scope::item, "actor", {kBot, kUser}))
            out_.key("actor").string(event.role == Role::user ? kUser : kBot);
        out_.key("message");
        if (by_user(event)) {
            LJK_CHECK(write_user_message(batch_, event, parts, own_, first, out_));
        } else {
            LJK_CHECK(
                dialects::messenger::write_message(batch_, parts[0], event.extra, own_, out_));
        }
        if (!(own_ && event.warns(Warning::item_time_missing)))
            item.iso_time("timestamp", event.sent_at);
        item.end();
        return {};
    }

    /// Whether extra holds the discriminator: under its name, or under `type`, the name of 2020, with one of its words.
    bool is_remembered(model::Chain extra, Scope scope, std::string_view name,
                       std::initializer_list<std::string_view> words) const {
        if (!own_) return false;
        if (batch_.find(extra, scope, name)) return true;
        const std::string_view type = batch_.view(batch_.find(extra, scope, "type"));
        for (const std::string_view word : words)
            if (type.size() == word.size() + 2 && type.substr(1, word.size()) == word) return true;
        return false;
    }

    /// A message by an unknown actor has the shape it came in; only a user's remembers a messageType then.
    bool by_user(const Event& event) const noexcept {
        if (event.role != Role::unknown) return event.role == Role::user;
        return own_ && batch_.find(event.extra, Scope::field, "messageType").present();
    }

    static bool files_only(std::span<const Part> parts) noexcept {
        for (const Part& part : parts)
            if (part.type != model::PartType::file) return false;
        return true;
    }

    const Batch& batch_;
    bool own_;
    json::Writer out_;
};

}  // namespace

Result<std::string> write(const Batch& batch, Direction direction) {
    const bool own = batch.platform() == kName;
    if (batch.size() == 0) return fail(Code::argument, "there is no event to write");
    if (direction == Direction::out) return write_actions(batch, own);
    std::string text;
    LJK_CHECK(RequestWriter(batch, own, text).write());
    return text;
}

}  // namespace lampjack::platforms::chatlayer_offloading
