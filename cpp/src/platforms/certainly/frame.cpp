#include "platforms/certainly/frame.h"

#include "platforms/certainly/common.h"

namespace lampjack::platforms::certainly {

using json::Key;
using model::Part;
using model::PartType;
using model::Scope;
using model::Str;
using model::Warning;

bool FrameReader::read(Frame& frame) {
    unsigned outside = 0;
    const bool read = cursor_.object([&](Key key) {
        if (key == "message" && cursor_.peek() == '{') return wrapped(frame);
        const unsigned before = frame.seen | frame.part.seen;
        const bool member_read = member(frame, Scope::data, key);
        outside |= (frame.seen | frame.part.seen) & ~before;
        return member_read;
    });
    if (!read) return false;
    frame.scattered = frame.wrapped && (outside & ~kError) != 0;
    if (!frame.wrapped) unwrap_scopes(frame);
    const auto behind = cursor_.mark();
    if (!make_parts(frame) || !make_attachments(frame)) return false;
    cursor_.rewind(behind);
    frame.exact = parts_.exact();
    return true;
}

bool FrameReader::wrapped(Frame& frame) {
    if (frame.wrapped) return cursor_.fail(json::Problem::mismatch);
    frame.wrapped = true;
    return cursor_.object([&](Key key) { return member(frame, Scope::field, key); });
}

bool FrameReader::member(Frame& frame, Scope scope, Key key) {
    if (const Field field = PartReader::field_of(key); field != 0)
        return parts_.member(frame.part, field, frame.extra, scope);
    const auto first = [&](Field field) { return once(cursor_, frame.seen, field); };
    if (key == "user_id") return first(kUserId) && id(frame, frame.user, "user_id", scope);
    if (key == "message") return first(kMessage) && text(frame, scope);
    if (key == "timestamp") return first(kTimestamp) && time(frame, scope);
    if (key == "user_profile") return first(kProfile) && profile(frame, scope);
    if (key == "attachments") {
        frame.attachments = cursor_.mark();
        return first(kAttachments) && cursor_.skip();
    }
    if (key == "actions") {
        frame.actions = cursor_.mark();
        return first(kActions) && cursor_.skip();
    }
    if (key == "id") return first(kId) && id(frame, frame.id, "id", scope);
    if (key == "from") return first(kFrom) && build_.keep(frame.extra, scope);
    if (key == "user_cvars") return first(kVariables) && variables(frame, scope);
    if (key == "error" && scope == Scope::data) {
        frame.has_error = !cursor_.at_null();
        return first(kError) && build_.keep(frame.extra, scope);
    }
    return build_.keep(frame.extra, scope);
}

// "" and null are an id that is not there; what is no id at all would send the message astray.
bool FrameReader::id(Frame& frame, Str& out, std::string_view name, Scope scope) {
    const auto before = cursor_.mark();
    bool was_number = false;
    if (!cursor_.at_null()) {
        const bool read = cursor_.string_or_integer(out, was_number);
        if (!read || (out.size != 0 && !is_id(build_.batch, out))) {
            refused_ = name;
            return cursor_.fail(json::Problem::mismatch);
        }
        frame.id_was_number |= was_number;
        if (!was_number && out.size != 0) return true;
        if (out.size == 0) out = Str{};
    }
    cursor_.rewind(before);
    return build_.keep(frame.extra, scope);
}

bool FrameReader::text(Frame& frame, Scope scope) {
    if (cursor_.peek() == '{' || cursor_.peek() == '[')
        return cursor_.fail(json::Problem::mismatch);
    return build_.text_or_keep(frame.text, frame.extra, scope);
}

bool FrameReader::time(Frame& frame, Scope scope) {
    if (cursor_.at_null()) return build_.keep(frame.extra, scope);
    const auto form = model::BatchBuilder::TimeForm::epoch_seconds;
    if (!build_.time_or_keep(frame.sent_at, form, frame.extra, scope)) return false;
    if (frame.sent_at == model::kNoTime)
        frame.warnings |= 1U << static_cast<unsigned>(Warning::time_unreadable);
    return true;
}

// chat-rest-api shows one member, `surname`; the object stays in `extra` as it is.
bool FrameReader::profile(Frame& frame, Scope scope) {
    const auto before = cursor_.mark();
    if (cursor_.peek() == '{') {
        const bool read = cursor_.object([&](Key inner) {
            if (inner != "surname" || cursor_.peek() != '"') return cursor_.skip();
            return cursor_.string(frame.last_name);
        });
        if (!read) return false;
        if (frame.last_name.size == 0) frame.last_name = Str{};
        cursor_.rewind(before);
    }
    return build_.keep(frame.extra, scope);
}

bool FrameReader::variables(Frame& frame, Scope scope) {
    if (cursor_.peek() != '{') return build_.keep(frame.extra, scope);
    return build_.keep(frame.session, Scope::field);
}

bool FrameReader::make_parts(Frame& frame) {
    auto& parts = build_.batch.parts;
    frame.parts.first = static_cast<std::uint32_t>(parts.size());
    Part part;
    if (frame.text) {
        frame.source = Frame::Source::message;
        part.type = PartType::text;
        part.text = frame.text;
    } else if ((frame.seen & kActions) != 0) {
        frame.source = Frame::Source::actions;
        cursor_.rewind(frame.actions);
        const bool read = cursor_.array([&] {
            Part action;
            if (!parts_.action(action, frame.warnings)) return false;
            parts.push_back(action);
            return true;
        });
        frame.parts.count = static_cast<std::uint32_t>(parts.size()) - frame.parts.first;
        return read;
    } else if (parts_.knows(frame.part)) {
        frame.source = Frame::Source::part;
        if (!parts_.make(frame.part, part)) return false;
    } else {
        return true;
    }
    parts.push_back(part);
    frame.parts.count = 1;
    return true;
}

bool FrameReader::make_attachments(Frame& frame) {
    if ((frame.seen & kAttachments) == 0) return true;
    cursor_.rewind(frame.attachments);
    const std::uint32_t before = frame.parts.count;
    if (cursor_.peek() == '[') {
        const bool read = cursor_.array([&] {
            Part file;
            if (!parts_.attachment(file, frame.warnings)) return false;
            build_.batch.parts.push_back(file);
            ++frame.parts.count;
            return true;
        });
        if (!read || frame.parts.count != before) return read;
        cursor_.rewind(frame.attachments);
    }
    return build_.keep(frame.extra, Scope::field);
}

// Without a wrapper the members of `data` are the message's own.
void FrameReader::unwrap_scopes(Frame& frame) {
    auto& extras = build_.batch.extras;
    for (std::uint32_t i = frame.extra.head; i != model::kNone; i = extras[i].next) {
        const std::string_view name = build_.view(extras[i].key);
        const bool scope_name = name.size() > 1 && model::from_word<Scope>(name).has_value();
        extras[i].scope = scope_name ? Scope::message : Scope::field;
    }
}

}  // namespace lampjack::platforms::certainly
