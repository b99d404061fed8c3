// The envelope of a webhook request.

#include "base/text.h"
#include "base/timestamp.h"
#include "platforms/chatlayer_offloading/wire.h"

#include <algorithm>
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
using Place = BatchBuilder::Place;

enum Seen : unsigned {
    kSeenEvent = 1,
    kSeenType = 2,
    kSeenBot = 4,
    kSeenVersion = 8,
    kSeenSession = 16,
    kSeenTime = 32,
    kSeenMessages = 64,
    kSeenTranscript = 128,
    kSeenPayload = 256,
    kSeenActions = 512,
};

/// Which array holds the items when both stand in the body.
enum class Items : std::uint8_t { first_seen, messages, transcript };

class Envelope {
public:
    Envelope(BatchBuilder& build, Items preferred) noexcept
        : build_(build),
          cursor_(build.cursor),
          preferred_(preferred) {}

    bool read() {
        conversation_ = build_.add_conversation();
        return cursor_.object([this](const Key& key) { return member(key); }) &&
               unknown_keys_differ();
    }

    Error& error() noexcept { return error_; }
    bool failed() const noexcept { return error_.code != Code::internal; }
    bool is_action_body() const noexcept {
        return (seen_ & (kSeenActions | kSeenEvent)) == kSeenActions && !type_;
    }
    bool is_offload() const noexcept { return offload_; }
    /// Whether the items were read from the array that belongs to the other event, while its own stands there too.
    bool read_wrong_items() const noexcept {
        const unsigned wanted = is_offload() ? kSeenTranscript : kSeenMessages;
        return (seen_ & wanted) != 0 && items_seen_ != wanted;
    }

    /// Tells the event; an Error when there is none, an unknown word is the caller's to handle.
    Result<bool> tell_event() {
        const std::string_view event = build_.view(event_);
        const std::string_view type = build_.view(type_);
        if (event_ && type_ && event != type)
            return fail(Code::payload, "the fields event and type say different things");
        if (!event_ && !type_) return fail(Code::payload, "the required field event is missing");
        const std::string_view word = event_ ? event : type;
        offload_ = word == kOffload;
        return offload_ || word == kMessages;
    }

    Result<void> finish() {
        LJK_CHECK(check_required());
        fill_conversation();
        if (type_) LJK_CHECK(keep_type());
        if (is_offload()) add_offload();
        auto& events = build_.batch.events;
        const auto count = static_cast<std::uint32_t>(events.size()) - (is_offload() ? 1 : 0);
        for (std::uint32_t i = 0; i < count; ++i) settle(events[i]);
        if (!is_offload())
            for (std::uint32_t i = 0; i < count; ++i) build_.batch.roots.push_back(i);
        if (!keep_leftovers()) return {};
        if (!build_.batch.roots.empty()) finish_first(build_.event(build_.batch.roots.front()));
        return {};
    }

    /// An event this contract does not name: the whole body as one raw part.
    void finish_unknown() {
        if (!build_.add_unknown(Warning::unknown_event)) return;
        build_.batch.conversations.clear();
        conversation_ = build_.add_conversation();
        fill_conversation();
        Event& event = build_.batch.events.back();
        event.conversation = conversation_;
        if (!session_) event.warn(Warning::unattributed);
        if (time_) event.sent_at = read_time(build_.view(time_)).time;
        build_.batch.roots.push_back(static_cast<std::uint32_t>(build_.batch.events.size() - 1));
    }

private:
    bool member(const Key& key) {
        if (key == "botId") return once(kSeenBot) && id(bot_, "botId", key);
        if (key == "version") return once(kSeenVersion) && version(key);
        if (key == "sessionId") return once(kSeenSession) && id(session_, "sessionId", key);
        if (key == "event") return once(kSeenEvent) && event(key);
        if (key == "timestamp") return once(kSeenTime) && time(key);
        if (key == "messages") return once(kSeenMessages) && items(kSeenMessages, key);
        if (key == "transcript") return once(kSeenTranscript) && items(kSeenTranscript, key);
        if (key == "payload") return once(kSeenPayload) && payload(key);
        if (key == "type") return once(kSeenType) && type(key);
        if (key == "sendMessages" && !once(kSeenActions)) return false;
        return build_.keep(request_, Scope::request, key);
    }

    bool once(unsigned bit) noexcept {
        if ((seen_ & bit) != 0) return cursor_.fail(Problem::duplicate_key);
        seen_ |= bit;
        return true;
    }

    bool refuse(std::string message) {
        cursor_.forgive_mismatch();
        error_ = lampjack::fail(Code::payload, std::move(message));
        return false;
    }

    bool id(Str& out, std::string_view name, const Key& key) {
        if (cursor_.peek() != '"') return number_id(out, name, key);
        return cursor_.string(out) && (is_id(build_.batch, out) || refuse_id(name));
    }

    bool number_id(Str& out, std::string_view name, const Key& key) {
        bool was_number = false;
        if (!build_.id_or_keep(out, request_, Scope::request, key, was_number))
            return cursor_.problem() == Problem::mismatch && refuse_id(name);
        id_was_number_ = true;
        return is_id(build_.batch, out) || refuse_id(name);
    }

    bool refuse_id(std::string_view name) {
        return refuse("the field " + std::string(name) +
                      " must be a text of 1 to 256 bytes without control characters");
    }

    bool version(const Key& key) {
        if (cursor_.peek() != '"') return refuse("the field version must be a text");
        version_ = build_.here(key);
        Str word;
        if (!cursor_.string(word)) return false;
        draft_ = build_.view(word) == kDraft;
        live_ = build_.view(word) == kLive;
        return true;
    }

    bool event(const Key& key) {
        if (cursor_.peek() != '"') return refuse("the field event must be a text");
        event_place_ = build_.here(key);
        return cursor_.string(event_);
    }

    /// The discriminator of 2020; a field like any other when it holds another word.
    bool type(const Key& key) {
        if (cursor_.peek() != '"') return build_.keep(request_, Scope::request, key);
        type_place_ = build_.here(key);
        Str word;
        if (!cursor_.string(word)) return false;
        if (build_.view(word) == kMessages || build_.view(word) == kOffload) {
            type_ = word;
            return true;
        }
        return build_.keep_again(type_place_, request_, Scope::request);
    }

    bool time(const Key& key) {
        const char first = cursor_.peek();
        if (first != '"' && first != '-' && (first < '0' || first > '9'))
            return refuse("the field timestamp must be a time");
        time_place_ = build_.here(key);
        return cursor_.raw(time_);
    }

    bool payload(const Key& key) {
        payload_key_ = key.place;
        return cursor_.raw(payload_);
    }

    bool items(unsigned which, const Key& key) {
        const bool other = preferred_ != Items::first_seen &&
                           (preferred_ == Items::messages) != (which == kSeenMessages);
        if (items_seen_ != 0 || other) return build_.keep(request_, Scope::request, key);
        if (cursor_.peek() != '[')
            return refuse("the field " + std::string(key.text) + " must be an array");
        items_seen_ = which;
        const std::uint32_t limit = which == kSeenMessages ? kMaxMessages : kMaxTranscript;
        std::uint32_t count = 0;
        return cursor_.array(
            [&] { return ++count <= limit ? item() : raw_item(Warning::too_many_items); });
    }

    bool item() {
        const auto start = build_.mark();
        Item one{conversation_, error_, {}};
        const bool first = build_.batch.events.empty();
        if (!read_item(build_, one)) {
            if (failed() || !build_.rewind(start)) return false;
            return raw_item(Warning::malformed_item);
        }
        if (first) first_time_ = one.time;
        return true;
    }

    bool raw_item(Warning why) {
        if (!build_.add_unknown(why)) return false;
        build_.batch.events.back().conversation = conversation_;
        return true;
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

    Result<void> check_required() const {
        const auto missing = [](std::string_view name) {
            return lampjack::fail(Code::payload,
                                  "the required field " + std::string(name) + " is missing");
        };
        if (!bot_) return missing("botId");
        if (!session_) return missing("sessionId");
        if ((seen_ & kSeenVersion) == 0) return missing("version");
        if (!time_) return missing("timestamp");
        if (items_seen_ == 0) return missing(is_offload() ? "transcript" : "messages");
        if (!is_offload() && build_.batch.text.body_size() > kMaxMessagesBody)
            return lampjack::fail(Code::too_large,
                                  "a body with event messages may have at most 1 MiB");
        return {};
    }

    void fill_conversation() {
        model::ConversationId& id = build_.batch.conversations[conversation_];
        id.bot = bot_;
        id.id = session_;
        emulator_ = build_.view(session_).starts_with(kEmulatorPrefix);
        id.mode = draft_ || emulator_ ? model::Mode::test : model::Mode::live;
    }

    /// Both discriminators are kept when both stand there, so that both are written back.
    Result<void> keep_type() {
        if (event_ && !build_.keep_again(event_place_, request_, Scope::request)) return {};
        build_.keep_again(type_place_, request_, Scope::request);
        return {};
    }

    void add_offload() {
        const auto count = static_cast<std::uint32_t>(build_.batch.events.size());
        const std::uint32_t index =
            build_.add_event(EventKind::handover_requested, model::Role::user);
        Event& event = build_.event(index);
        event.conversation = conversation_;
        event.handover_to = model::HandoverTo::agent;
        event.payload = payload_;
        event.transcript = {0, count};
        build_.batch.roots.push_back(index);
        const TimeRead time = read_time(build_.view(time_));
        event.sent_at = time.time;
        if (time.time == model::kNoTime) event.warn(Warning::time_unreadable);
        if (!time.exact) build_.extra(request_, Scope::request, time_place_.key, time_);
    }

    /// What an item could not know before the envelope was read.
    void settle(Event& event) {
        if (event.kind == EventKind::unknown) return;
        if (event.sent_at == model::kNoTime) event.sent_at = read_time(build_.view(time_)).time;
        if (event.actor == model::kNone) return;
        const Str sender = build_.batch.actors[event.actor].id;
        if (sender && build_.view(sender) != build_.view(session_))
            event.warn(Warning::sender_differs);
    }

    /// Spellings of the envelope that the canonical values do not give back.
    bool keep_leftovers() {
        const bool regular = draft_ ? true : live_ && !emulator_;
        if (!regular && !build_.keep_again(version_, request_, Scope::request)) return false;
        if (!is_offload() && payload_)
            build_.extra(request_, Scope::request, payload_key_, payload_);
        if (!is_offload() && !is_first_time(time_))
            build_.extra(request_, Scope::request, time_place_.key, time_);
        return true;
    }

    /// Whether the envelope's time follows from the first item's.
    bool is_first_time(Str raw) const noexcept {
        return first_time_ && build_.view(first_time_) == build_.view(raw);
    }

    void finish_first(Event& first) {
        build_.splice(first.extra, request_);
        if (id_was_number_) first.warn(Warning::id_was_number);
        if (type_ && !event_) first.warn(Warning::old_dialect);
        if (items_seen_ != (is_offload() ? kSeenTranscript : kSeenMessages))
            first.warn(Warning::messages_under_other_key);
    }

    BatchBuilder& build_;
    json::Cursor& cursor_;
    Items preferred_;
    unsigned seen_ = 0;
    unsigned items_seen_ = 0;
    std::uint32_t conversation_ = 0;
    bool id_was_number_ = false, draft_ = false, live_ = false, emulator_ = false, offload_ = false;
    Str first_time_, bot_, session_, event_, type_, time_, payload_, payload_key_;
    Place version_, event_place_, type_place_, time_place_;
    Chain request_;
    Error error_{Code::internal, {}};
};

}  // namespace

bool is_id(std::string_view text) noexcept {
    if (text.empty() || text.size() > 256) return false;
    bool good = true;
    for (const char c : text) good &= static_cast<unsigned char>(c) >= 0x20;
    return good;
}

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
    const auto start = build.mark();
    Items preferred = Items::first_seen;
    for (;;) {
        Envelope envelope(build, preferred);
        if (!envelope.read()) {
            if (envelope.failed()) return envelope.error();
            return {};
        }
        if (envelope.is_action_body()) {
            build.rewind(start);
            build.batch.conversations.clear();
            return read_actions(input, build);
        }
        LJK_TRY(known, envelope.tell_event());
        if (!known) {
            build.rewind(start);
            envelope.finish_unknown();
            return {};
        }
        if (preferred != Items::first_seen || !envelope.read_wrong_items())
            return envelope.finish();
        preferred = envelope.is_offload() ? Items::transcript : Items::messages;
        build.rewind(start);
        build.batch.conversations.clear();
    }
}

}  // namespace lampjack::platforms::chatlayer_offloading
