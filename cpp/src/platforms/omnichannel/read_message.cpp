#include "platforms/omnichannel/read_message.h"

#include "model/surplus.h"

namespace lampjack::platforms::omnichannel {

using json::Key;
using json::Problem;
using model::Chain;
using model::Event;
using model::EventKind;
using model::Part;
using model::PartType;
using model::Role;
using model::Scope;
using model::Str;
using model::Warning;

std::string_view Draft::lacks() const noexcept {
    switch (kind) {
        case Kind::visitor: return has_text ? "" : "message.text";
        case Kind::keyboard_response:
            if (!has_data) return "message.data";
            if (!part.payload) return "message.data.button.id";
            return part.title ? "" : "message.data.button.text";
        case Kind::file_visitor: break;
        default: return {};
    }
    if (!has_data) return "message.data";
    if (!part.state) return "message.data.state";
    if (!is_ready) return {};
    if (!part.vendor_id) return "message.data.id";
    if (!part.name) return "message.data.name";
    if (!part.mime) return "message.data.content_type";
    if (part.size == model::kNoSize) return "message.data.size";
    return part.url ? "" : "message.data.url";
}

MessageReader::Member MessageReader::member_of(Key key) noexcept {
    if (key == "id") return Member::id;
    if (key == "kind") return Member::kind;
    if (key == "text") return Member::text;
    if (key == "data") return Member::data;
    if (key == "buttons") return Member::buttons;
    return Member::other;
}

bool MessageReader::object(Draft& draft) {
    const auto start = build_.mark();
    draft.at = start.cursor;
    if (cursor_.peek() != '{') return cursor_.fail(Problem::mismatch);
    return members(draft) || recover(draft, start);
}

// A member of a wrong type spoils this message, not the request.
bool MessageReader::recover(Draft& draft, const model::BatchBuilder::Mark& start) {
    if (!build_.rewind(start)) return false;
    draft.malformed = true;
    draft.extra = Chain{};
    return cursor_.raw(draft.raw);
}

bool MessageReader::members(Draft& draft) {
    unsigned seen = 0;
    std::array<Deferred, 3> waiting;  // text, data and buttons that stood before `kind`
    std::size_t count = 0;
    const bool read = cursor_.object([&](Key key) {
        const Member member = member_of(key);
        if (member == Member::other) return build_.keep(draft.extra, Scope::field);
        const unsigned bit = 1U << static_cast<unsigned>(member);
        if ((seen & bit) != 0) return cursor_.fail(Problem::duplicate_key);
        seen |= bit;
        if (member == Member::id) return id(draft);
        if (member == Member::kind) return kind_word(draft);
        if (draft.kind != Kind::absent) return body(draft, member);
        waiting[count++] = cursor_.mark();
        return cursor_.skip();
    });
    if (!read) return false;
    const auto end = cursor_.mark();
    for (std::size_t i = 0; i < count; ++i) {
        cursor_.rewind(waiting[i]);
        if (!body(draft, member_of(cursor_.key_at(waiting[i])))) return false;
    }
    cursor_.rewind(end);
    return true;
}

bool MessageReader::flat(const Flat& members, Draft& draft) {
    const auto start = build_.mark();
    const auto read = [&](Deferred member, auto&& reader) {
        if (!member.present()) return true;
        cursor_.rewind(member);
        return reader();
    };
    bool good = read(members.kind, [&] { return kind(draft); });
    // The synchronous API leaves `kind` out; then a `response` is what tells a press from a text.
    if (draft.kind == Kind::absent && members.response.present())
        draft.kind = Kind::keyboard_response;
    good = good && read(members.text, [&] { return body(draft, Member::text); });
    good = good && read(members.response, [&] { return body(draft, Member::data); });
    good = good && read(members.data, [&] { return body(draft, Member::data); });
    good = good && read(members.buttons, [&] { return body(draft, Member::buttons); });
    if (!good && !build_.rewind(start)) return false;
    draft.malformed = !good;
    draft.extra = Chain{};  // the envelope keeps all these members itself
    cursor_.rewind(start.cursor);
    return true;
}

bool MessageReader::id(Draft& draft) {
    const auto before = cursor_.mark();
    bool was_number = false;
    if (build_.id_or_keep(draft.id, draft.extra, Scope::field, was_number)) {
        draft.id_state = is_id(build_.batch, draft.id) ? Draft::Id::good : Draft::Id::bad;
        if (draft.id_state == Draft::Id::good) return true;
        draft.id = Str{};
        if (was_number) return true;
    }
    cursor_.forgive_mismatch();
    if (!cursor_.ok()) return false;
    draft.id_state = Draft::Id::bad;
    draft.id = Str{};
    cursor_.rewind(before);
    return build_.keep(draft.extra, Scope::field);
}

bool MessageReader::kind(Draft& draft) {
    draft.kind = Kind::unknown;
    if (cursor_.peek() != '"') return cursor_.skip();
    Str word;
    if (!cursor_.string(word)) return false;
    draft.kind = kind_of(build_.view(word));
    return true;
}

bool MessageReader::kind_word(Draft& draft) {
    draft.kind_member = cursor_.mark();
    return kind(draft);
}

bool MessageReader::body(Draft& draft, Member member) {
    const Kind kind = draft.kind;
    const bool plain = kind == Kind::absent || kind == Kind::visitor || kind == Kind::operator_text;
    if (member == Member::text && (plain || kind == Kind::keyboard)) return text(draft);
    if (member == Member::data && is_file(kind)) return file(draft);
    if (member == Member::data && kind == Kind::keyboard_response) return press(draft);
    if (member == Member::buttons && (plain || kind == Kind::keyboard) && kind != Kind::visitor)
        return buttons(draft);
    return build_.keep(draft.extra, Scope::field);
}

// Without a `kind` the text is also kept as it stands: that is how the writer knows not to write one.
bool MessageReader::text(Draft& draft) {
    const auto before = cursor_.mark();
    if (!cursor_.string(draft.text)) return false;
    draft.has_text = true;
    if (draft.kind != Kind::absent) return true;
    cursor_.rewind(before);
    return build_.keep(draft.extra, Scope::field);
}

bool MessageReader::file(Draft& draft) {
    Part& part = draft.part;
    const bool visitors = is_visitors(draft.kind);
    const std::string_view own_mime = visitors ? "content_type" : "media_type";
    const std::string_view other_mime = visitors ? "media_type" : "content_type";
    Deferred own, other;
    const bool read = cursor_.object([&](Key key) {
        const auto keep_text = [&](Str& out) {
            return build_.text_or_keep(out, part.extra, Scope::field);
        };
        if (key == "id") return keep_text(part.vendor_id);
        if (key == "state") return keep_text(part.state);
        if (key == "name") return keep_text(part.name);
        if (key == "size") return build_.size_or_keep(part.size, part.extra, Scope::field);
        if (key == "url") return keep_text(part.url);
        if (key.text == own_mime) {
            own = cursor_.mark();
            return keep_text(part.mime);
        }
        if (key.text == other_mime) {
            other = cursor_.mark();
            return cursor_.skip();
        }
        return build_.keep(part.extra, Scope::field);
    });
    if (!read) return false;
    draft.has_data = true;
    draft.is_ready = build_.view(part.state) == kReady;
    return !other.present() || remember_mimes(part, own, other);
}

// The spelling of the other side's kind is remembered, and the own one too when both stand there.
bool MessageReader::remember_mimes(Part& part, Deferred own, Deferred other) {
    build_.keep_at(part.extra, Scope::field, other);
    if (own.present()) {
        if (!build_.batch.find(part.extra, Scope::field, build_.view(cursor_.name_at(own)))
                 .present())
            build_.keep_at(part.extra, Scope::field, own);
        return true;
    }
    const auto back = cursor_.mark();
    Chain kept_already;
    cursor_.rewind(other);
    if (!build_.text_or_keep(part.mime, kept_already, Scope::field)) return false;
    cursor_.rewind(back);
    return true;
}

bool MessageReader::press(Draft& draft) {
    return cursor_.object([&](Key key) {
        if (key == "button") return button_of_press(draft);
        return build_.keep(draft.part.extra, Scope::data);
    });
}

bool MessageReader::button_of_press(Draft& draft) {
    Part& part = draft.part;
    const bool read = cursor_.object([&](Key key) {
        if (key == "id") return build_.text_or_keep(part.payload, part.extra, Scope::field);
        if (key == "text") return build_.text_or_keep(part.title, part.extra, Scope::field);
        return build_.keep(part.extra, Scope::field);
    });
    draft.has_data = part.payload || part.title;
    return read;
}

// Rows of buttons, or one flat list. Written back are rows of one button; any other shape is kept as it stands.
bool MessageReader::buttons(Draft& draft) {
    if (cursor_.values() > model::kMessageValues) return cursor_.fail(Problem::mismatch);
    const auto start = cursor_.mark();
    model::Range& options = draft.part.options;
    options.first = static_cast<std::uint32_t>(build_.batch.options.size());
    bool regular = true;
    const bool read = cursor_.array([&] {
        if (cursor_.peek() != '[') {
            regular = false;
            return button(options, regular);
        }
        const std::uint32_t before = options.count;
        if (!cursor_.array([&] { return button(options, regular); })) return false;
        regular = regular && options.count == before + 1;
        return true;
    });
    if (!read) return false;
    draft.has_buttons = true;
    if (regular) return true;
    cursor_.rewind(start);
    return build_.keep(draft.extra, Scope::field);
}

bool MessageReader::button(model::Range& options, bool& regular) {
    model::Option option;
    if (cursor_.peek() == '"') {
        regular = false;
        option.kind = model::OptionKind::reply;  // only its label can come back
        if (!cursor_.string(option.title)) return false;
    } else {
        option.kind = model::OptionKind::postback;
        const bool read = cursor_.object([&](Key key) {
            if (key == "id") return build_.text_or_keep(option.payload, option.extra, Scope::field);
            if (key == "text") return build_.text_or_keep(option.title, option.extra, Scope::field);
            if (key == "url") return build_.text_or_keep(option.url, option.extra, Scope::field);
            return build_.keep(option.extra, Scope::field);
        });
        if (!read) return false;
        if (option.url) option.kind = model::OptionKind::url;
    }
    build_.batch.options.push_back(option);
    ++options.count;
    return true;
}

// `unknown` stands for: not readable as a message of this direction.
PartType MessageReader::part_type(const Draft& draft, Direction direction) const noexcept {
    const Kind kind = draft.kind;
    const bool possible =
        kind == Kind::absent || (direction == Direction::out ? is_visitors(kind) : is_bots(kind));
    if (draft.malformed || !possible) return PartType::unknown;
    if (is_file(kind)) {
        const bool ready = kind == Kind::file_operator || draft.is_ready;
        return draft.has_data && (draft.part.url || !ready) ? PartType::file : PartType::unknown;
    }
    if (kind == Kind::keyboard_response)
        return draft.has_data ? PartType::postback : PartType::unknown;
    if (draft.has_buttons && direction == Direction::in)
        return draft.has_text || kind != Kind::absent ? PartType::choice : PartType::unknown;
    return draft.has_text && !draft.has_buttons && kind != Kind::keyboard ? PartType::text
                                                                          : PartType::unknown;
}

std::uint32_t MessageReader::add_event(Draft& draft, Direction direction) {
    const PartType type = part_type(draft, direction);
    const auto index =
        build_.add_event(type == PartType::unknown ? EventKind::unknown : EventKind::message,
                         direction == Direction::out ? Role::user : Role::bot);
    Event& event = build_.event(index);
    event.vendor_id = draft.id;
    if (type == PartType::unknown) {
        const bool of_known_kind =
            draft.malformed || draft.kind == Kind::absent ||
            (direction == Direction::out ? is_visitors(draft.kind) : is_bots(draft.kind));
        event.warn(of_known_kind ? Warning::malformed_item : Warning::unknown_message_type);
        if (!draft.raw) draft.raw = cursor_.raw_at(draft.at);
        build_.add_part(event, PartType::unknown).raw = draft.raw;
        return index;
    }
    fill(draft, type, event);
    return index;
}

void MessageReader::fill(const Draft& draft, PartType type, Event& event) {
    event.extra = draft.extra;
    Part& part = build_.add_part(event, type);
    part = draft.part;
    part.type = type;
    switch (type) {
        case PartType::choice:
            part.style = model::ChoiceStyle::buttons;
            if (draft.has_text) part.text = draft.text;
            // Buttons beside an operator's text: not the kind the writer would choose.
            if (draft.kind == Kind::operator_text && draft.kind_member.present())
                build_.keep_at(event.extra, Scope::field, draft.kind_member);
            break;
        case PartType::file:
            // "The event will only be processed when state == ready": anything else is for nobody's eyes.
            if (draft.kind == Kind::file_visitor && !draft.is_ready) {
                event.kind = EventKind::unknown;
                event.warn(Warning::file_not_ready);
            }
            break;
        case PartType::text: part.text = draft.text; break;
        default: break;
    }
}

}  // namespace lampjack::platforms::omnichannel
