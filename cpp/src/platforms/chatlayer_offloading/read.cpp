// The envelope of a webhook request.

#include "base/text.h"
#include "base/timestamp.h"
#include "model/surplus.h"
#include "platforms/chatlayer_offloading/wire.h"

#include <algorithm>
#include <functional>
#include <vector>

namespace lampjack::platforms::chatlayer_offloading {
namespace {

using json::Key;
using json::Problem;
using json::Str;
using model::BatchBuilder;
using model::Chain;
using model::Event;
using model::EventKind;
using model::Scope;
using model::Warning;
using Mark = json::Cursor::Mark;

/// The documented members; those that are not in the body are not present.
struct Members {
    Mark bot, version, session, event, messages, time, transcript, payload, type, actions;
};

class Envelope {
public:
    Envelope(const ReadInput& input, BatchBuilder& build) noexcept
        : input_(input),
          build_(build),
          cursor_(build.cursor),
          start_(build.cursor.mark()) {}

    Result<void> read() {
        if (!cursor_.object([this](Key key) { return member(key); })) return {};
        end_ = cursor_.mark();
        if (!unknown_keys_differ()) return {};
        if (!fields()) return std::move(error_);
        if (is_action_body()) {
            start_again();
            return read_actions(input_, build_);
        }
        if (!event_ && !type_) return missing("event");
        if (event_ && type_ && build_.view(event_) != build_.view(type_))
            return lampjack::fail(Code::payload, "the fields event and type say different things");
        const std::string_view word = build_.view(event_ ? event_ : type_);
        offload_ = word == kOffload;
        if (!offload_ && word != kMessages) {
            unknown_event();
            return {};
        }
        return known_event();
    }

private:
    bool member(Key key) {
        Members& m = members_;
        if (key == "botId") return once(m.bot);
        if (key == "version") return once(m.version);
        if (key == "sessionId") return once(m.session);
        if (key == "event") return once(m.event);
        if (key == "messages") return once(m.messages);
        if (key == "timestamp") return once(m.time);
        if (key == "transcript") return once(m.transcript);
        if (key == "payload") return once(m.payload);
        if (key == "type") return once(m.type);
        if (key == "sendMessages" && !once(m.actions)) return false;
        return build_.keep(request_, Scope::request);
    }

    bool once(Mark& member) noexcept {
        if (member.present()) return cursor_.fail(Problem::duplicate_key);
        member = cursor_.mark();
        return true;
    }

    [[gnu::cold]] bool refuse(std::string message) {
        cursor_.forgive_mismatch();
        error_ = lampjack::fail(Code::payload, std::move(message));
        return false;
    }
    [[gnu::cold]] static Error missing(std::string_view name) {
        return lampjack::fail(Code::payload,
                              "the required field " + std::string(name) + " is missing");
    }

    // ---- the fields, each by itself

    bool fields() {
        return id(bot_, members_.bot, "botId") && version() &&
               id(session_, members_.session, "sessionId") && event() && time() && type() &&
               first_items();
    }

    bool id(Str& out, Mark member, std::string_view name) {
        if (!member.present()) return true;
        if (member.first() == '"') {
            out = cursor_.text_at(member);
        } else {
            cursor_.rewind(member);
            bool was_number = false;
            if (!build_.id_or_keep(out, request_, Scope::request, was_number)) out = Str{};
            id_was_number_ = true;
        }
        return (out && is_id(build_.batch, out)) || refuse_id(name);
    }

    [[gnu::cold]] bool refuse_id(std::string_view name) {
        return refuse("the field " + std::string(name) +
                      " must be a text of 1 to 256 bytes without control characters");
    }

    bool version() {
        const Mark version = members_.version;
        if (!version.present()) return true;
        if (version.first() != '"') return refuse("the field version must be a text");
        const std::string_view word = build_.view(cursor_.text_at(version));
        draft_ = word == kDraft;
        live_ = word == kLive;
        return true;
    }

    bool event() {
        const Mark event = members_.event;
        if (!event.present()) return true;
        if (event.first() != '"') return refuse("the field event must be a text");
        event_ = cursor_.text_at(event);
        return true;
    }

    bool time() {
        if (!members_.time.present()) return true;
        const char first = members_.time.first();
        return first == '"' || first == '-' || (first >= '0' && first <= '9') ||
               refuse("the field timestamp must be a time");
    }

    /// The discriminator of 2020; a field like any other when it holds another word.
    bool type() {
        const Mark type = members_.type;
        if (!type.present()) return true;
        const Str word = type.first() == '"' ? cursor_.text_at(type) : Str{};
        if (build_.view(word) == kMessages || build_.view(word) == kOffload) {
            type_ = word;
        } else {
            keep(type);
        }
        return true;
    }

    /// Of two arrays of items the first one must be an array, whichever counts.
    bool first_items() {
        const Mark one = members_.messages, other = members_.transcript;
        const bool other_first =
            other.present() && (!one.present() || std::less<>{}(other.at, one.at));
        return must_be_array(other_first ? other : one);
    }

    bool must_be_array(Mark items) {
        if (!items.present() || items.first() == '[') return true;
        return refuse("the field " + std::string(build_.view(cursor_.name_at(items))) +
                      " must be an array");
    }

    bool is_action_body() const noexcept {
        return members_.actions.present() && !members_.event.present() && !type_;
    }

    /// RFC 8259 leaves the meaning of doubled names open; in the envelope readers must not disagree.
    bool unknown_keys_differ() {
        if (request_.head == request_.tail) return true;
        std::vector<std::string_view> names;
        build_.batch.each(
            request_, [&](const model::Extra& extra) { names.push_back(build_.view(extra.key)); });
        std::sort(names.begin(), names.end());
        return std::adjacent_find(names.begin(), names.end()) == names.end() ||
               cursor_.fail(Problem::duplicate_key);
    }

    void keep(Mark member) { build_.keep_at(request_, Scope::request, member); }
    std::string_view raw_time() const noexcept {
        return build_.view(cursor_.raw_at(members_.time));
    }

    /// Nothing but leftovers has been read.
    void start_again() {
        build_.batch.extras.clear();
        cursor_.rewind(start_);
    }

    // ---- the event

    /// An event this contract does not name: the whole body as one raw part.
    void unknown_event() {
        start_again();
        if (!build_.add_unknown(Warning::unknown_event)) return;
        fill_conversation();
        Event& event = build_.batch.events.back();
        event.conversation = conversation_;
        if (!session_) event.warn(Warning::unattributed);
        if (members_.time.present()) event.sent_at = read_time(raw_time()).time;
        build_.batch.roots.push_back(static_cast<std::uint32_t>(build_.batch.events.size() - 1));
    }

    Result<void> known_event() {
        const Members& m = members_;
        const Mark own = offload_ ? m.transcript : m.messages;
        const Mark other = offload_ ? m.messages : m.transcript;
        const Mark items = own.present() ? own : other;
        if (!bot_) return missing("botId");
        if (!session_) return missing("sessionId");
        if (!m.version.present()) return missing("version");
        if (!m.time.present()) return missing("timestamp");
        if (!items.present()) return missing(offload_ ? "transcript" : "messages");
        // Only the body says which event it is, so that this comes after parsing. Until then the endpoint's bound, the
        // one for transcripts, has held.
        if (!offload_ && build_.batch.text.body_size() > kMaxMessagesBody)
            return lampjack::fail(Code::too_large,
                                  "a body with event messages may have at most 1 MiB");
        fill_conversation();
        if (!must_be_array(items) || !read_items(items))
            return failed() ? Result<void>(std::move(error_)) : Result<void>();
        if (offload_) add_offload();
        keep_leftovers();
        if (own.present() && other.present()) keep(other);
        if (!build_.batch.roots.empty())
            finish_first(build_.event(build_.batch.roots.front()), own.present());
        cursor_.rewind(end_);
        return {};
    }

    bool failed() const noexcept { return error_.code != Code::internal; }

    void fill_conversation() {
        conversation_ = build_.add_conversation();
        model::ConversationId& id = build_.batch.conversations[conversation_];
        id.bot = bot_;
        id.id = session_;
        emulator_ = build_.view(session_).starts_with(kEmulatorPrefix);
        id.mode = draft_ || emulator_ ? model::Mode::test : model::Mode::live;
    }

    bool read_items(Mark items) {
        const std::uint32_t limit = input_.limits.items_up_to(
            items.at == members_.messages.at ? kMaxMessages : kMaxTranscript);
        std::uint32_t count = 0;
        bool is_surplus = false;
        cursor_.rewind(items);
        const bool all = cursor_.array([&] {
            const auto index = static_cast<std::uint32_t>(build_.batch.events.size());
            if (!offload_) build_.batch.roots.push_back(index);
            is_surplus = ++count > limit || model::is_full(build_.batch);
            if (!is_surplus) return item(index);
            build_.event(model::add_surplus(build_, items).event).conversation = conversation_;
            return false;
        });
        return all || is_surplus;
    }

    bool item(std::uint32_t index) {
        if (cursor_.values() > model::kMessageValues) return raw_item(Warning::malformed_item);
        const auto start = build_.mark();
        Item one{conversation_, error_, {}};
        if (!read_item(build_, one)) {
            if (failed() || !build_.rewind(start)) return false;
            return raw_item(Warning::malformed_item);
        }
        if (index == 0) first_time_ = one.time;
        settle(build_.event(index));
        return true;
    }

    bool raw_item(Warning why) {
        if (!build_.add_unknown(why)) return false;
        build_.batch.events.back().conversation = conversation_;
        return true;
    }

    /// What an item does not know by itself.
    void settle(Event& event) {
        if (event.sent_at == model::kNoTime) event.sent_at = read_time(raw_time()).time;
        if (event.actor == model::kNone) return;
        const Str sender = build_.batch.actors[event.actor].id;
        if (sender && build_.view(sender) != build_.view(session_))
            event.warn(Warning::sender_differs);
    }

    void add_offload() {
        const auto count = static_cast<std::uint32_t>(build_.batch.events.size());
        const std::uint32_t index =
            build_.add_event(EventKind::handover_requested, model::Role::user);
        Event& event = build_.event(index);
        event.conversation = conversation_;
        event.handover_to = model::HandoverTo::agent;
        if (members_.payload.present()) event.payload = cursor_.raw_at(members_.payload);
        event.transcript = {0, count};
        build_.batch.roots.push_back(index);
        const TimeRead time = read_time(raw_time());
        event.sent_at = time.time;
        if (time.time == model::kNoTime) event.warn(Warning::time_unreadable);
        if (!time.exact) keep(members_.time);
    }

    /// Spellings of the envelope that the canonical values do not give back.
    void keep_leftovers() {
        // Both discriminators are kept when both stand there, so that both are written back.
        if (type_ && event_) keep(members_.event);
        if (type_) keep(members_.type);
        if (!draft_ && (!live_ || emulator_)) keep(members_.version);
        if (offload_) return;
        if (members_.payload.present()) keep(members_.payload);
        if (!time_is_first_items()) keep(members_.time);
    }

    /// Whether the envelope's time follows from the first item's.
    bool time_is_first_items() const noexcept {
        return first_time_.present() && build_.view(cursor_.raw_at(first_time_)) == raw_time();
    }

    void finish_first(Event& first, bool under_own_key) {
        build_.splice(first.extra, request_);
        if (id_was_number_) first.warn(Warning::id_was_number);
        if (type_ && !event_) first.warn(Warning::old_dialect);
        if (!under_own_key) first.warn(Warning::messages_under_other_key);
    }

    const ReadInput& input_;
    BatchBuilder& build_;
    json::Cursor& cursor_;
    Mark start_, end_, first_time_;
    Members members_;
    std::uint32_t conversation_ = 0;
    bool id_was_number_ = false, draft_ = false, live_ = false, emulator_ = false, offload_ = false;
    Str bot_, session_, event_, type_;
    Chain request_;
    Error error_{Code::internal, {}};
};

}  // namespace

TimeRead read_time(std::string_view raw) noexcept {
    TimeRead out;
    const bool quoted = raw.size() >= 2 && raw.front() == '"';
    if (quoted) raw = raw.substr(1, raw.size() - 2);
    if (quoted && parse_exact(raw, out.time)) {
        out.exact = true;
        return out;
    }
    out.time = parse_time(raw).value_or(model::kNoTime);
    return out;
}

Result<void> read(const ReadInput& input, BatchBuilder& build) {
    return Envelope(input, build).read();
}

}  // namespace lampjack::platforms::chatlayer_offloading
