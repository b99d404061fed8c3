#include "platforms/omnichannel/write.h"

#include "base/text.h"
#include "model/identity.h"
#include "model/surplus.h"
#include "platforms/omnichannel/adapter_functions.h"
#include "platforms/omnichannel/kinds.h"

namespace lampjack::platforms::omnichannel {

using model::Event;
using model::EventKind;
using model::Part;
using model::PartType;
using model::Role;
using model::Scope;
using model::Str;
using model::Warning;

namespace {

constexpr std::string_view kName = "omnichannel";

Error unsupported(PartType type) {
    return fail(Code::unsupported,
                "omnichannel has no message for a part of type " + std::string(word(type)));
}

/// An own body that could not be understood is one raw text, and not only its message.
bool is_whole(const model::Batch& batch, const Event& event) noexcept {
    const auto parts = batch.parts_of(event);
    if (parts.size() != 1 || parts.front().type != PartType::unknown) return false;
    return event.warns(Warning::unknown_event) ||
           (event.warns(Warning::old_dialect) && !event.warns(Warning::messages_under_other_key));
}

}  // namespace

std::string chat_id_json(std::string_view id) {
    const std::string_view digits = id.substr(0, 1) == "-" ? id.substr(1) : id;
    const bool integer = !digits.empty() &&
                         digits.find_first_not_of("0123456789") == std::string_view::npos &&
                         (digits.size() == 1 || digits.front() != '0');
    if (integer) return std::string(id);
    std::string json;
    json::append_string(id, json);
    return json;
}

Direction direction_of(Role role) { return role == Role::user ? Direction::out : Direction::in; }

bool BodyWriter::is_own(const Event& event) const noexcept {
    if (addressing_ != nullptr || batch_.platform() != kName) return false;
    return event.role == Role::unknown || direction_of(event.role) == direction_;
}

std::size_t BodyWriter::messages() const noexcept {
    std::size_t count = 0;
    for (std::size_t i = 0; i < batch_.size(); ++i) count += batch_.root(i).parts.count;
    return count;
}

Result<void> BodyWriter::check() const {
    if (batch_.size() == 0) return fail(Code::argument, "there is no event to write");
    const auto id_of = [&](const Event& event) {
        return event.conversation == model::kNone
                   ? std::string_view{}
                   : batch_.view(batch_.conversations[event.conversation].id);
    };
    for (std::size_t i = 1; i < batch_.size(); ++i)
        if (id_of(batch_.root(i)) != id_of(first()))
            return fail(Code::argument, "one body holds the events of one conversation");
    const bool has_id = addressing_ != nullptr || is_own(first()) || !id_of(first()).empty();
    if (!has_id) return fail(Code::argument, "the event has no conversation id");
    return {};
}

Result<BodyWriter::Form> BodyWriter::form() const {
    const Event& event = first();
    if (is_own(event)) {
        if (is_whole(batch_, event)) return Form::whole;
        if (event.warns(Warning::messages_under_other_key)) return Form::array;
        if (event.warns(Warning::old_dialect)) return Form::flat;
    }
    const std::size_t count = messages();
    if (count > 1) {
        if (direction_ == Direction::in) return Form::array;
        return fail(Code::unsupported, "an omnichannel new_message holds one message");
    }
    if (count == 1) return Form::nested;
    if (event.kind == EventKind::handover_requested && direction_ == Direction::in)
        return Form::transfer;
    return fail(Code::unsupported,
                "omnichannel has no body for an event of kind " + std::string(word(event.kind)));
}

Result<std::string> BodyWriter::run() {
    LJK_CHECK(check());
    LJK_TRY(form, form());
    if (form == Form::whole) {
        text_ = batch_.view(batch_.parts_of(first()).front().raw);
    } else if (form == Form::transfer) {
        LJK_CHECK(transfer());
    } else {
        LJK_CHECK(envelope(form));
    }
    return std::move(text_);
}

Result<void> BodyWriter::envelope(Form form) {
    ObjectWriter object(out_, batch_, is_own(first()), first().extra, Scope::request);
    LJK_CHECK(members(object, form));
    object.end();
    return {};
}

Result<void> BodyWriter::members(ObjectWriter& object, Form form) {
    if (direction_ == Direction::out) object.literal("event", "new_message");
    chat_id(object);
    if (direction_ == Direction::out) visitor(object);
    if (form == Form::flat) return {};  // its message is among the remembered fields
    if (form == Form::array) {
        if (object.member("messages")) return message_list();
        return {};
    }
    object.member("message");
    for (std::size_t i = 0; i < batch_.size(); ++i)
        for (const Part& part : batch_.parts_of(batch_.root(i)))
            return message(batch_.root(i), part);
    return {};
}

void BodyWriter::chat_id(ObjectWriter& object) {
    if (addressing_ != nullptr) {
        out_.key("chat_id").raw(addressing_->chat_id);
        return;
    }
    if (object.remembers_any({"chat_id", "chat"}) || first().conversation == model::kNone) return;
    const Str id = batch_.conversations[first().conversation].id;
    if (!id) return;
    if (is_own(first())) {
        object.text("chat_id", id);  // it was a text: numbers are remembered
    } else {
        out_.key("chat_id").raw(chat_id_json(batch_.view(id)));
    }
}

void BodyWriter::visitor(ObjectWriter& object) {
    static const model::Actor kNobody;
    const bool own = is_own(first());
    const bool known = first().actor != model::kNone;
    if ((own && !known) || !object.member("visitor")) return;
    const model::Actor& actor = known ? batch_.actors[first().actor] : kNobody;
    ObjectWriter visitor(out_, batch_, own, actor.extra, Scope::item);
    if (actor.id) {
        visitor.text("id", actor.id);
    } else if (!own) {
        // The page requires an id; the conversation is the nearest thing to a person then.
        const bool addressed = addressing_ != nullptr;
        out_.key("id").string(addressed
                                  ? addressing_->visitor_id
                                  : batch_.view(batch_.conversations[first().conversation].id));
    }
    fields(actor, own);
    visitor.end();
}

void BodyWriter::fields(const model::Actor& actor, bool own) {
    bool present = !own;
    for (const Str value : {actor.first_name, actor.login, actor.phone, actor.email, actor.site})
        present = present || value;
    batch_.each(actor.extra, [&](const model::Extra& entry) {
        if (entry.scope == Scope::field || entry.scope == Scope::message) present = true;
    });
    if (!present) return;
    out_.key("fields");
    ObjectWriter(out_, batch_, own, actor.extra, Scope::field)
        .text("name", actor.first_name ? actor.first_name
                      : own            ? Str{}
                                       : actor.display_name)
        .text("login", actor.login)
        .text("phone", actor.phone)
        .text("email", actor.email)
        .text("site", actor.site)
        .end();
}

Result<void> BodyWriter::message_list() {
    out_.begin_array();
    for (std::size_t i = 0; i < batch_.size(); ++i)
        for (const Part& part : batch_.parts_of(batch_.root(i)))
            LJK_CHECK(message(batch_.root(i), part));
    out_.end_array();
    return {};
}

Result<void> BodyWriter::message(const Event& event, const Part& part) {
    const bool own = is_own(event);
    if (part.type == PartType::unknown && own) {
        model::write_raw_item(batch_, event, part, out_);
        return {};
    }
    const std::string_view kind = kind_word(part.type, direction_);
    if (kind.empty()) return unsupported(part.type);
    ObjectWriter object(out_, batch_, own, event.extra, Scope::field);
    message_id(object, event);
    // The text of a text or a choice is remembered only when there was no kind beside it.
    const bool had_no_kind = part.type != PartType::file && object.remembers("text");
    if (!had_no_kind) object.literal("kind", kind);
    body(object, event, part);
    object.end();
    return {};
}

void BodyWriter::message_id(ObjectWriter& object, const Event& event) {
    if (addressing_ != nullptr) {
        if (!addressing_->message_id.empty()) out_.key("id").string(addressing_->message_id);
        return;
    }
    if (is_own(event) || event.vendor_id) {
        object.text("id", event.vendor_id);
        return;
    }
    if (direction_ == Direction::in) return;  // Webim's send_message has none
    if (event.id) {
        object.text("id", event.id);
        return;
    }
    const auto index = static_cast<std::size_t>(&event - batch_.events.data());
    const model::ItemKey key = model::identify(batch_, {})[index].id;
    out_.key("id").string(hex({reinterpret_cast<const char*>(key.data()), key.size()}));
}

void BodyWriter::body(ObjectWriter& object, const Event& event, const Part& part) {
    const bool own = is_own(event);
    switch (part.type) {
        case PartType::text: object.text("text", part.text); break;
        case PartType::choice:
            object.text("text", part.text);
            buttons(object, part, own);
            break;
        case PartType::file: file(object, event, part); break;
        case PartType::postback: press(object, part, own); break;
        default: break;
    }
}

void BodyWriter::file(ObjectWriter& object, const Event& event, const Part& part) {
    if (!object.member("data")) return;
    const bool own = is_own(event);
    const bool visitors = direction_ == Direction::out;
    ObjectWriter data(out_, batch_, own, part.extra, Scope::field);
    data.text("id", part.vendor_id);
    if (visitors && !own && !part.vendor_id) message_id(data, event);
    if (visitors && !own && !part.state) {
        data.literal("state", kReady);
    } else {
        data.text("state", part.state);
    }
    data.text("name", part.name);
    const std::string_view mime = visitors ? "content_type" : "media_type";
    if (!data.remembers(visitors ? "media_type" : "content_type")) data.text(mime, part.mime);
    if (part.size != model::kNoSize) data.integer("size", part.size);
    data.text("url", part.url);
    data.end();
}

void BodyWriter::press(ObjectWriter& object, const Part& part, bool own) {
    if (!object.member("data")) return;
    ObjectWriter data(out_, batch_, own, part.extra, Scope::data);
    if (data.member("button")) {
        ObjectWriter(out_, batch_, own, part.extra, Scope::field)
            .text("id", part.payload || own ? part.payload : part.title)
            .text("text", part.title || own ? part.title : part.payload)
            .end();
    }
    data.end();
}

void BodyWriter::buttons(ObjectWriter& object, const Part& part, bool own) {
    if (!object.member("buttons")) return;
    out_.begin_array();
    for (const model::Option& option : batch_.options_of(part.options)) {
        Str detail = option.payload;
        if (!detail && !own) detail = option.url ? option.url : option.phone;
        out_.begin_array();
        ObjectWriter(out_, batch_, own, option.extra)
            .text("id", detail || own ? detail : option.title)
            .text("text", option.title || own ? option.title : detail)
            .text("url", own ? option.url : Str{})
            .end();
        out_.end_array();
    }
    out_.end_array();
}

Result<void> BodyWriter::transfer() {
    const bool own = is_own(first());
    const std::string_view payload = batch_.view(first().payload);
    ObjectWriter object(out_, batch_, own, first().extra, Scope::request);
    chat_id(object);
    if (own && payload.size() > 2) {
        // Made of the body's own reason and context: they go back as they came.
        out_.raw(payload.substr(1, payload.size() - 2));
    } else if (!own && first().payload) {
        out_.key("context").raw(payload);
    }
    object.end();
    return {};
}

Result<std::string> write(const model::Batch& batch, Direction direction) {
    return BodyWriter(batch, direction).run();
}

}  // namespace lampjack::platforms::omnichannel
