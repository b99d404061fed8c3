#include "platforms/omnichannel/envelope.h"

#include "platforms/omnichannel/adapter_functions.h"

namespace lampjack::platforms::omnichannel {
namespace {

using json::Key;
using json::Problem;
using model::Actor;
using model::Chain;
using model::Scope;
using model::Str;

/// The members of the older forms and of transfers.
Member rare_member_of(Key key) noexcept {
    if (key == "chat") return Member::chat;
    if (key == "kind") return Member::kind;
    if (key == "text") return Member::text;
    if (key == "response") return Member::response;
    if (key == "data") return Member::data;
    if (key == "buttons") return Member::buttons;
    if (key == "messages") return Member::messages;
    if (key == "has_answer") return Member::has_answer;
    if (key == "reason") return Member::reason;
    if (key == "context") return Member::context;
    return Member::other;
}

Member member_of(Key key) noexcept {
    if (key == "event") return Member::event;
    if (key == "chat_id") return Member::chat_id;
    if (key == "visitor") return Member::visitor;
    if (key == "message") return Member::message;
    return rare_member_of(key);
}

}  // namespace

Place place_of(std::string_view path) noexcept {
    const std::string_view name = last_segment(path);
    if (name == kSendMessage) return Place::send_message;
    if (name == kTransfer) return Place::transfer;
    if (name == kWebhook) return Place::webhook;
    return Place::any;
}

bool EnvelopeReader::run() {
    return cursor_.object([&](Key key) { return member(key); });
}

bool EnvelopeReader::member(Key key) {
    const Member member = member_of(key);
    if (member == Member::other) return other(key);
    if (envelope_.has(member)) return cursor_.fail(Problem::duplicate_key);
    envelope_.seen |= 1U << static_cast<unsigned>(member);
    switch (member) {
        case Member::event: return event();
        case Member::chat_id: return chat_id();
        case Member::visitor: return visitor();
        case Member::message: return message();
        case Member::chat: return chat();
        default:
            envelope_.deferred[static_cast<std::size_t>(member)] = cursor_.mark();
            return cursor_.skip();
    }
}

// Each unknown field is compared with those before it: there are no more than an object may have members.
bool EnvelopeReader::other(Key key) {
    if (build_.batch.find(envelope_.leftovers, Scope::request, key.text).present())
        return cursor_.fail(Problem::duplicate_key);
    return build_.keep(envelope_.leftovers, Scope::request);
}

/// A field of a wrong type: noted, kept, passed over.
bool EnvelopeReader::wrong(json::Cursor::Mark at, std::string_view& problem, std::string_view why) {
    cursor_.forgive_mismatch();
    if (!cursor_.ok()) return false;
    problem = why;
    cursor_.rewind(at);
    return build_.keep(envelope_.leftovers, Scope::request);
}

void EnvelopeReader::check_id(Str id, std::string_view& problem, std::string_view why) {
    if (!is_id(build_.batch, id)) problem = why;
}

bool EnvelopeReader::event() {
    const auto at = cursor_.mark();
    EventWord& event = envelope_.event;
    event = EventWord::unknown;
    if (cursor_.peek() == '"') {
        Str word;
        if (!cursor_.string(word)) return false;
        if (build_.view(word) == "new_message") event = EventWord::new_message;
        // new_chat is Webim's; the platform itself documents one event only.
        if (build_.view(word) == "new_chat" && envelope_.place != Place::webhook)
            event = EventWord::new_chat;
        if (event == EventWord::new_message && envelope_.place != Place::send_message) return true;
        cursor_.rewind(at);
    }
    return build_.keep(envelope_.leftovers, Scope::request);
}

bool EnvelopeReader::chat_id() {
    envelope_.chat_id_at = cursor_.mark();
    Str id;
    bool was_number = false;
    if (!build_.id_or_keep(id, envelope_.leftovers, Scope::request, was_number))
        return wrong(envelope_.chat_id_at, envelope_.problems.chat,
                     "chat_id must be a text or an integer");
    envelope_.chat_id = id;
    envelope_.id_was_number = was_number;
    check_id(id, envelope_.problems.chat,
             "chat_id must have 1 to 256 characters, none of them a control character");
    return true;
}

/// `chat {id}` of Webim's new_chat and of the synchronous API; kept whole, since it is not the usual spelling.
bool EnvelopeReader::chat() {
    const auto at = cursor_.mark();
    Str id;
    Chain none;
    bool was_number = false;
    const bool read = cursor_.object([&](Key inner) {
        if (inner == "id") return build_.id_or_keep(id, none, Scope::request, was_number);
        return cursor_.skip();
    });
    if (!read || !id)
        return wrong(at, envelope_.problems.chat, "chat.id must be a text or an integer");
    envelope_.chat_object_id = id;
    if (!envelope_.chat_id) envelope_.id_was_number = was_number;
    check_id(id, envelope_.problems.chat,
             "chat.id must have 1 to 256 characters, none of them a control character");
    cursor_.rewind(at);
    return build_.keep(envelope_.leftovers, Scope::request);
}

bool EnvelopeReader::visitor() {
    const auto start = build_.mark();
    Actor actor;
    if (cursor_.peek() != '{')
        return wrong(start.cursor, envelope_.problems.visitor, "visitor must be an object");
    const bool read = cursor_.object([&](Key inner) { return visitor_member(actor, inner); });
    if (!read) {
        if (!build_.rewind(start)) return false;
        return wrong(start.cursor, envelope_.problems.visitor,
                     "visitor.id must be a text or an integer");
    }
    envelope_.visitor_at = start.cursor;
    if (!actor.id) envelope_.problems.visitor = "visitor.id is missing";
    if (actor.id)
        check_id(actor.id, envelope_.problems.visitor,
                 "visitor.id must have 1 to 256 characters, none of them a control character");
    envelope_.actor = build_.add_actor();
    build_.batch.actors.back() = actor;
    return true;
}

bool EnvelopeReader::visitor_member(Actor& actor, Key key) {
    bool was_number = false;
    if (key == "id") return build_.id_or_keep(actor.id, actor.extra, Scope::item, was_number);
    if (key == "fields" && cursor_.peek() == '{') return fields(actor);
    return build_.keep(actor.extra, Scope::item);
}

bool EnvelopeReader::fields(Actor& actor) {
    const auto at = cursor_.mark();
    bool empty = true;
    const bool read = cursor_.object([&](Key inner) {
        empty = false;
        const auto text = [&](Str& out) {
            return build_.text_or_keep(out, actor.extra, Scope::field);
        };
        if (inner == "name")
            return text(actor.first_name);  // the page's table: channel_visitor_firstname
        if (inner == "login") return text(actor.login);
        if (inner == "phone") return text(actor.phone);
        if (inner == "email") return text(actor.email);
        if (inner == "site") return text(actor.site);
        return build_.keep(actor.extra, Scope::field);
    });
    if (!read || !empty) return read;
    cursor_.rewind(at);
    return build_.keep(actor.extra, Scope::item);
}

bool EnvelopeReader::message() {
    const auto at = cursor_.mark();
    Deferred& place = envelope_.deferred[static_cast<std::size_t>(Member::message)];
    place = at;
    if (messages_.object(envelope_.message)) return true;
    place = {};
    return wrong(at, envelope_.problems.message, "message must be an object");
}

}  // namespace lampjack::platforms::omnichannel
