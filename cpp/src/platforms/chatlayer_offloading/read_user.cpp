// UserMessage: what a visitor sent, told apart by `messageType`.

#include "platforms/chatlayer_offloading/user_message.h"
#include "platforms/chatlayer_offloading/wire.h"

#include <string_view>

namespace lampjack::platforms::chatlayer_offloading {
namespace {

using json::Key;
using json::Problem;
using json::Str;
using model::BatchBuilder;
using model::Chain;
using model::Event;
using model::Part;
using model::PartType;
using model::Scope;
using model::Warning;
using Mark = json::Cursor::Mark;

/// Fields to which only some message types give a meaning: what is not taken stays in extra.
struct Fields {
    Mark type, text, id, title, parameters, target, payload, coordinates, urls, data, url;
};

bool is_text(Mark field) noexcept { return field.present() && field.first() == '"'; }

bool is_number(Mark field) noexcept {
    if (!field.present()) return false;
    const char first = field.first();
    return first == '-' || (first >= '0' && first <= '9');
}

class UserReader {
public:
    UserReader(BatchBuilder& build, std::uint32_t event, UserMessage& out) noexcept
        : build_(build),
          cursor_(build.cursor),
          event_(build.event(event)),
          index_(event),
          out_(out) {}

    bool read() {
        const auto start = cursor_.mark();
        Verdict verdict = Verdict::malformed;
        if (cursor_.object([this](Key key) { return member(key); })) {
            const auto end = cursor_.mark();
            verdict = settle();
            cursor_.rewind(end);
        } else if (start.first() != '{') {
            return false;
        }
        cursor_.forgive_mismatch();
        settle_id();
        if (verdict != Verdict::known) return keep_raw(start, verdict);
        out_.known = true;
        build_.splice(event_.extra, extra_);
        leave_fields();
        return true;
    }

private:
    bool member(Key key) {
        if (key == "channelType") return build_.keep(extra_, Scope::field);
        if (key == "sender") return sender();
        if (key == "timestamp" && !out_.time.present()) {
            out_.time = cursor_.mark();
            return true;
        }
        if (key == "messageType") return field(fields_.type);
        if (key == "text") return field(fields_.text);
        if (key == "id") return field(fields_.id);
        if (key == "title") return field(fields_.title);
        if (key == "parameters") return field(fields_.parameters);
        if (key == "nextDialogstateId") return field(fields_.target);
        if (key == "payload") return field(fields_.payload);
        if (key == "coordinates") return field(fields_.coordinates);
        if (key == "urls") return field(fields_.urls);
        if (key == "data") return field(fields_.data);
        if (key == "url") return field(fields_.url);
        return build_.keep(extra_, Scope::field);
    }

    bool sender() {
        if (cursor_.peek() != '{' || event_.actor != model::kNone)
            return build_.keep(extra_, Scope::field);
        return read_sender(build_, index_);
    }

    bool field(Mark& out) {
        if (out.present()) return cursor_.fail(Problem::mismatch);
        out = cursor_.mark();
        ++left_;
        return true;
    }

    /// What was taken, or was not there, needs no extra.
    void drop(Mark& field) noexcept {
        if (field.present()) --left_;
        field = {};
    }

    Verdict settle() {
        if (!is_text(fields_.type)) return Verdict::unknown;
        const std::string_view type = build_.view(cursor_.text_at(fields_.type));
        if (type == "text") return text();
        if (type == "postback" || type == "postback_v2") return postback(type == "postback_v2");
        if (type == "fileUploadInputResult") return upload();
        if (type == "location") return location();
        if (type == "upload") {  // the name of 2020
            keep_type_ = true;
            return upload();
        }
        if (type != "intro") return Verdict::unknown;
        build_.add_part(event_, PartType::start);
        return Verdict::known;
    }

    Verdict text() {
        Mark& text = fields_.text;
        if (is_text(text)) {
            build_.add_part(event_, PartType::text).text = cursor_.text_at(text);
            drop(text);
            return Verdict::known;
        }
        if (!is_number(text)) return Verdict::malformed;
        build_.add_part(event_, PartType::text).text = cursor_.raw_at(text);
        return Verdict::known;
    }

    Verdict postback(bool second) {
        const Fields& f = fields_;
        if (!f.title.present() && !f.payload.present() && !f.target.present())
            return Verdict::malformed;
        Part& part = build_.add_part(event_, PartType::postback);
        take(part.title, fields_.title);
        take(part.target, fields_.target);
        take(part.payload, fields_.payload);
        if (f.parameters.present() && !is_text(f.parameters)) {
            part.parameters = cursor_.raw_at(f.parameters);
            drop(fields_.parameters);
        }
        keep_type_ = second != part.payload.present();
        return Verdict::known;
    }

    /// A text is taken; a number gives its digits and stays a field, as everything else does.
    void take(Str& out, Mark& field) {
        if (is_number(field)) out = cursor_.raw_at(field);
        if (!is_text(field)) return;
        const Str text = cursor_.text_at(field);
        if (text.size == 0) return;
        out = text;
        drop(field);
    }

    Verdict location() {
        if (!fields_.coordinates.present()) return Verdict::malformed;
        cursor_.rewind(fields_.coordinates);
        bool plain = false;
        const Verdict verdict = read_coordinates(build_, index_, plain);
        if (plain) drop(fields_.coordinates);
        return verdict;
    }

    Verdict upload() {
        bool plain = false;
        const Verdict verdict =
            read_upload(build_, index_, {fields_.urls, fields_.url, fields_.data}, plain);
        if (plain) {
            drop(fields_.urls);
            drop(fields_.data);
        }
        return verdict;
    }

    void settle_id() {
        Mark& id = fields_.id;
        const bool text = is_text(id);
        if (!text && !is_number(id)) return;
        const Str value = text ? cursor_.text_at(id) : cursor_.raw_at(id);
        if (!is_id(build_.batch, value)) return;
        event_.vendor_id = value;
        if (!text) return;
        out_.id = id;
        drop(id);
    }

    void leave_fields() {
        Fields& f = fields_;
        // An unknown actor's message is told to be a user's by this word when it is written.
        if (!keep_type_ && event_.role != model::Role::unknown) drop(f.type);
        if (left_ == 0) return;
        for (const Mark field : {f.type, f.text, f.id, f.title, f.parameters, f.target, f.payload,
                                 f.coordinates, f.urls, f.data, f.url})
            if (field.present()) build_.keep_at(event_.extra, Scope::field, field);
    }

    bool keep_raw(Mark start, Verdict verdict) {
        build_.batch.parts.resize(build_.batch.parts.size() - event_.parts.count);
        event_.parts = {};
        switch (verdict) {
            case Verdict::unknown: event_.warn(Warning::unknown_message_type); break;
            case Verdict::out_of_range: event_.warn(Warning::coordinates_out_of_range); break;
            default: event_.warn(Warning::malformed_item);
        }
        cursor_.rewind(start);
        return cursor_.raw(build_.add_part(event_, PartType::unknown).raw);
    }

    BatchBuilder& build_;
    json::Cursor& cursor_;
    Event& event_;  ///< no other event is added meanwhile
    std::uint32_t index_;
    UserMessage& out_;
    unsigned left_ = 0;  ///< fields that are present and not taken
    bool keep_type_ = false;
    Fields fields_;
    Chain extra_;
};

}  // namespace

bool read_user_message(BatchBuilder& build, std::uint32_t event, UserMessage& out) {
    return UserReader(build, event, out).read();
}

bool is_user_message(BatchBuilder& build) {
    const auto start = build.cursor.mark();
    bool found = false;
    build.cursor.object([&](Key key) {
        found |= key == "messageType";
        return true;
    });
    build.cursor.forgive_mismatch();
    build.cursor.rewind(start);
    return found;
}

}  // namespace lampjack::platforms::chatlayer_offloading
