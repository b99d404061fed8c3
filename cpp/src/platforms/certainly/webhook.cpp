#include "platforms/certainly/webhook.h"

#include "model/surplus.h"
#include "platforms/certainly/common.h"
#include "platforms/certainly/frame.h"

namespace lampjack::platforms::certainly {
namespace {

using json::Key;
using json::Problem;
using model::Event;
using model::EventKind;
using model::Part;
using model::PartType;
using model::Role;
using model::Scope;
using model::Str;
using model::Warning;

constexpr unsigned kOldFrame =
    kMessage | kUserId | kTimestamp | kAttachments | kId | kProfile | kVariables | kError;
constexpr unsigned kNewFrame =
    kActions | kFrom | kUserId | kTimestamp | kAttachments | kId | kProfile | kVariables | kError;

class WebhookReader {
public:
    explicit WebhookReader(model::BatchBuilder& build) noexcept
        : build_(build),
          cursor_(build.cursor),
          frames_(build) {}

    Result<void> envelope() {
        const bool read = cursor_.object([&](Key key) { return member(key); });
        if (!read) return refuse();
        if (!has_interlocutor_) return fail(Code::payload, "interlocutor is missing");
        if (!has_data_) return fail(Code::payload, "data is missing");
        if (has_twins(build_.batch, request_, Scope::request)) {
            cursor_.fail(Problem::duplicate_key);
            return {};
        }
        return finish();
    }

    Result<void> bare() {
        data_name_ = key_of(build_, "data");
        if (!data()) return refuse();
        warn(Warning::envelope_missing);
        const bool bot =
            frame_.source == Frame::Source::part ||
            (frame_.source == Frame::Source::nothing && !frame_.wrapped && !frame_.user);
        role_ = bot ? Role::bot : Role::user;
        return finish();
    }

private:
    bool member(Key key) {
        if (key == "interlocutor") return interlocutor();
        if (key != "data") return build_.keep(request_, Scope::request);
        if (has_data_) return cursor_.fail(Problem::duplicate_key);
        at_ = "data";
        has_data_ = true;
        data_name_ = cursor_.name_at(cursor_.mark());
        if (cursor_.peek() != '{') return cursor_.fail(Problem::mismatch);
        return data();
    }

    // Only `user` and `bot` are documented; what an agent's text is called is not.
    bool interlocutor() {
        if (has_interlocutor_) return cursor_.fail(Problem::duplicate_key);
        at_ = "interlocutor";
        has_interlocutor_ = true;
        const auto before = cursor_.mark();
        Str who;
        if (!cursor_.string(who)) return false;
        const std::string_view word = build_.view(who);
        role_ = word == "user" ? Role::user : word == "bot" ? Role::bot : Role::unknown;
        if (role_ != Role::unknown) return true;
        warn(Warning::unknown_actor);
        cursor_.rewind(before);
        return build_.keep(request_, Scope::request);
    }

    /// Reads the frame; one that is malformed is taken back and becomes an unknown event.
    bool data() {
        const auto mark = build_.mark();
        data_at_ = mark.cursor;
        const bool too_large = cursor_.values() > model::kMessageValues;
        if (!too_large && frames_.read(frame_)) return true;
        if (!frames_.refused().empty() || !build_.rewind(mark)) return false;
        frame_ = Frame{};
        malformed_ = true;
        return cursor_.skip();
    }

    Result<void> refuse() {
        if (!frames_.refused().empty()) return refuse_field(cursor_, frames_.refused());
        return refuse_field(cursor_, at_);
    }

    void warn(Warning warning) noexcept { warnings_ |= 1U << static_cast<unsigned>(warning); }

    /// The bytes of `data`; the cursor stays where it is.
    Str raw_data() {
        const auto behind = cursor_.mark();
        Str raw;
        cursor_.rewind(data_at_);
        cursor_.raw(raw);
        cursor_.rewind(behind);
        return raw;
    }

    Result<void> finish() {
        const EventKind kind = kind_of();
        const bool unknown = kind == EventKind::unknown || is_unknown_frame();
        if (unknown) take_whole();
        const auto index = build_.add_event(kind, role_);
        build_.batch.roots.push_back(index);
        if (!unknown && !can_be_regenerated())
            build_.extra(request_, Scope::request, data_name_, raw_data());
        build_.splice(frame_.extra, request_);
        add_conversation(index);
        add_warnings(kind);
        Event& event = build_.event(index);
        event.sent_at = frame_.sent_at;
        event.vendor_id = frame_.id;
        event.parts = frame_.parts;
        event.session = frame_.session;
        event.extra = frame_.extra;
        event.warnings = warnings_ | frame_.warnings;
        return {};
    }

    bool nothing_read() const noexcept {
        return frame_.source == Frame::Source::nothing && frame_.parts.count == 0;
    }

    EventKind kind_of() noexcept {
        if (malformed_) {
            warn(Warning::malformed_item);
            return EventKind::unknown;
        }
        if (!frame_.has_error || !nothing_read()) return EventKind::message;
        warn(Warning::unknown_event);
        return EventKind::unknown;
    }

    /// A frame of an undocumented type; an empty message of a user's frame is none.
    bool is_unknown_frame() noexcept {
        if (!nothing_read() || frame_.wrapped || (frame_.seen & (kMessage | kUserId)) != 0)
            return false;
        warn(Warning::unknown_message_type);
        return true;
    }

    /// The frame as one unknown part.
    void take_whole() {
        frame_.extra = {};
        frame_.session = {};
        frame_.parts = {static_cast<std::uint32_t>(build_.batch.parts.size()), 1};
        Part part;
        part.type = PartType::unknown;
        part.raw = raw_data();
        build_.batch.parts.push_back(part);
    }

    /// Whether the writer makes this very frame from the canonical values; see write.cpp.
    bool can_be_regenerated() const noexcept {
        if (!frame_.exact || frame_.scattered) return false;
        const bool in_wrapper = role_ == Role::user || frame_.user.present();
        if (frame_.wrapped != in_wrapper) return false;
        if (!frame_.wrapped)
            return frame_.source == Frame::Source::part && (frame_.seen & ~kError) == 0;
        if (frame_.source == Frame::Source::part || frame_.part.seen != 0) return false;
        const bool is_new = frame_.source == Frame::Source::actions;
        if (is_new && frame_.parts.count == 0) return false;
        const unsigned allowed = is_new ? kNewFrame : kOldFrame;
        return (frame_.seen & ~allowed) == 0 && ((frame_.seen & kFrom) != 0) == is_new;
    }

    void add_conversation(std::uint32_t index) {
        build_.event(index).conversation = build_.add_conversation();
        build_.batch.conversations.back().id = frame_.user;
        if (!frame_.user) {
            warn(Warning::unattributed);
            return;
        }
        if (role_ != Role::user) return;
        build_.event(index).actor = build_.add_actor();
        build_.batch.actors.back().id = frame_.user;
        build_.batch.actors.back().last_name = frame_.last_name;
    }

    void add_warnings(EventKind kind) noexcept {
        if (frame_.id_was_number) warn(Warning::id_was_number);
        constexpr unsigned unreadable = 1U << static_cast<unsigned>(Warning::time_unreadable);
        const bool has_time =
            frame_.sent_at != model::kNoTime || (frame_.warnings & unreadable) != 0;
        // A bot's frame never has a time.
        if (kind == EventKind::message && role_ == Role::user && !has_time) {
            warn(Warning::item_time_missing);
        }
    }

    model::BatchBuilder& build_;
    json::Cursor& cursor_;
    FrameReader frames_;
    Frame frame_;
    model::Chain request_;
    json::Cursor::Mark data_at_{};
    Str data_name_;
    Role role_ = Role::unknown;
    unsigned warnings_ = 0;
    bool has_interlocutor_ = false;
    bool has_data_ = false;
    bool malformed_ = false;
    std::string_view at_ = "data";
};

}  // namespace

Result<void> read_webhook(model::BatchBuilder& build) { return WebhookReader(build).envelope(); }

Result<void> read_frame(model::BatchBuilder& build) { return WebhookReader(build).bare(); }

}  // namespace lampjack::platforms::certainly
