// UserMessage: what a visitor sent, told apart by `messageType`.

#include "platforms/chatlayer_offloading/user_message.h"
#include "platforms/chatlayer_offloading/wire.h"

#include <array>

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

/// A field to which only some message types give a meaning: it stays in extra unless it is taken.
struct Field {
    BatchBuilder::Place place;
    Str value;  ///< the text, or raw JSON when it is none
    bool is_text = false;
    bool present() const noexcept { return place.present(); }
};

class UserReader {
public:
    UserReader(BatchBuilder& build, std::uint32_t event, UserMessage& out) noexcept
        : build_(build),
          cursor_(build.cursor),
          index_(event),
          out_(out) {}

    bool read() {
        if (cursor_.peek() != '{') return cursor_.fail(Problem::mismatch);
        const auto start = cursor_.mark();
        Verdict verdict = Verdict::malformed;
        if (cursor_.object([this](const Key& key) { return member(key); })) {
            const auto end = cursor_.mark();
            verdict = settle();
            if (cursor_.ok()) cursor_.rewind(end);
        }
        cursor_.forgive_mismatch();
        if (!cursor_.ok()) return false;
        settle_id();
        if (verdict != Verdict::known) return keep_raw(start, verdict);
        out_.known = true;
        build_.splice(event().extra, extra_);
        return leave_fields();
    }

private:
    Event& event() noexcept { return build_.event(index_); }

    bool member(const Key& key) {
        if (key == "channelType") return build_.keep(extra_, Scope::field, key);
        if (key == "sender") return sender(key);
        if (key == "timestamp" && !out_.time) {
            out_.time_key = key.place;
            return cursor_.raw(out_.time);
        }
        if (key == "messageType") return field(type_, key);
        if (key == "text") return field(text_, key);
        if (key == "id") return field(id_, key);
        if (key == "title") return field(title_, key);
        if (key == "parameters") return field(parameters_, key);
        if (key == "nextDialogstateId") return field(target_, key);
        if (key == "payload") return field(payload_, key);
        if (key == "coordinates") return field(coordinates_, key);
        if (key == "urls") return field(urls_, key);
        if (key == "data") return field(data_, key);
        if (key == "url") return field(url_, key);
        return build_.keep(extra_, Scope::field, key);
    }

    bool sender(const Key& key) {
        if (cursor_.peek() != '{' || event().actor != model::kNone)
            return build_.keep(extra_, Scope::field, key);
        return read_sender(build_, index_);
    }

    bool field(Field& out, const Key& key) {
        if (out.present()) return cursor_.fail(Problem::mismatch);
        ++left_;
        out.place = build_.here(key);
        out.is_text = cursor_.peek() == '"';
        return out.is_text ? cursor_.string(out.value) : cursor_.raw(out.value);
    }

    Verdict settle() {
        const std::string_view type = type_.is_text ? build_.view(type_.value) : std::string_view{};
        if (type == "text") return text();
        if (type == "postback" || type == "postback_v2") return postback(type == "postback_v2");
        if (type == "fileUploadInputResult") return upload();
        if (type == "location") return location();
        if (type == "upload") {  // the name of 2020
            keep_type_ = true;
            return upload();
        }
        if (type != "intro") return Verdict::unknown;
        build_.add_part(event(), PartType::start);
        return Verdict::known;
    }

    Verdict text() {
        Str text = text_.value;
        if (text_.is_text) {
            drop(text_);
        } else if (!is_number(text_)) {
            return Verdict::malformed;
        }
        build_.add_part(event(), PartType::text).text = text;
        return Verdict::known;
    }

    Verdict postback(bool second) {
        if (!title_.present() && !payload_.present() && !target_.present())
            return Verdict::malformed;
        Part& part = build_.add_part(event(), PartType::postback);
        take(part.title, title_);
        take(part.target, target_);
        take(part.payload, payload_);
        if (parameters_.present() && !parameters_.is_text) {
            part.parameters = parameters_.value;
            drop(parameters_);
        }
        keep_type_ = second != part.payload.present();
        return Verdict::known;
    }

    /// A text is taken; a number gives its digits and stays a field, as everything else does.
    void take(Str& out, Field& field) noexcept {
        if (field.is_text && field.value.size != 0) {
            out = field.value;
            drop(field);
        } else if (is_number(field)) {
            out = field.value;
        }
    }

    /// What was taken, or was not there, needs no extra.
    void drop(Field& field) noexcept {
        if (!field.present()) return;
        field.place.key = Str{};
        --left_;
    }

    bool is_number(const Field& field) const noexcept {
        if (!field.present() || field.is_text) return false;
        const char first = build_.view(field.value).front();
        return first == '-' || (first >= '0' && first <= '9');
    }

    Verdict location() {
        if (!coordinates_.present()) return Verdict::malformed;
        cursor_.rewind(coordinates_.place.mark);
        bool plain = false;
        const Verdict verdict = read_coordinates(build_, index_, plain);
        if (plain) drop(coordinates_);
        return verdict;
    }

    Verdict upload() {
        bool plain = false;
        const Verdict verdict =
            read_upload(build_, index_, {urls_.place, url_.place, data_.place}, plain);
        if (plain) {
            drop(urls_);
            drop(data_);
        }
        return verdict;
    }

    void settle_id() noexcept {
        if (!id_.present() || !is_id(build_.batch, id_.value) || !(id_.is_text || is_number(id_)))
            return;
        event().vendor_id = id_.value;
        if (!id_.is_text) return;
        out_.plain_id = true;
        out_.id = id_.place;
        drop(id_);
    }

    bool leave_fields() {
        // An unknown actor's message is told to be a user's by this word when it is written.
        if (!keep_type_ && event().role != model::Role::unknown) drop(type_);
        if (left_ == 0) return true;
        const std::array fields{&type_,    &text_,        &id_,   &title_, &parameters_, &target_,
                                &payload_, &coordinates_, &urls_, &data_,  &url_};
        for (const Field* field : fields)
            if (field->present() && !build_.keep_again(field->place, event().extra, Scope::field))
                return false;
        return true;
    }

    bool keep_raw(json::Cursor::Mark start, Verdict verdict) {
        build_.batch.parts.resize(build_.batch.parts.size() - event().parts.count);
        event().parts = {};
        cursor_.rewind(start);
        Str raw;
        if (!cursor_.raw(raw)) return false;
        switch (verdict) {
            case Verdict::unknown: event().warn(Warning::unknown_message_type); break;
            case Verdict::out_of_range: event().warn(Warning::coordinates_out_of_range); break;
            default: event().warn(Warning::malformed_item);
        }
        build_.add_part(event(), PartType::unknown).raw = raw;
        return true;
    }

    BatchBuilder& build_;
    json::Cursor& cursor_;
    std::uint32_t index_;
    UserMessage& out_;
    unsigned left_ = 0;  ///< fields present and not taken
    bool keep_type_ = false;
    Field type_, text_, id_, title_, parameters_, target_, payload_, coordinates_, urls_, data_,
        url_;
    Chain extra_;
};

}  // namespace

bool read_user_message(BatchBuilder& build, std::uint32_t event, UserMessage& out) {
    return UserReader(build, event, out).read();
}

bool is_user_message(BatchBuilder& build) {
    const auto start = build.cursor.mark();
    bool found = false;
    build.cursor.object([&](const Key& key) {
        found |= key == "messageType";
        return build.cursor.skip();
    });
    build.cursor.forgive_mismatch();
    if (build.cursor.ok()) build.cursor.rewind(start);
    return found;
}

}  // namespace lampjack::platforms::chatlayer_offloading
