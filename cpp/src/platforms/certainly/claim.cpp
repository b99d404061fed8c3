// The claim webhook: a bot's module asks for a human. The bot's builder writes the body, so no member is required; without
// the user's id the claim belongs to no conversation.

#include "platforms/certainly/certainly.h"
#include "platforms/certainly/common.h"
#include "platforms/object_writer.h"
#include "json/index.h"
#include "json/writer.h"

namespace lampjack::platforms::certainly {
namespace {

using json::Key;
using model::Event;
using model::EventKind;
using model::PartType;
using model::Role;
using model::Scope;
using model::Str;
using model::Warning;

/// One of the places where the user's id may stand.
struct Candidate {
    std::string_view name;
    Str id{};
    json::Cursor::Mark at{};
    bool was_number = false;
    bool mistyped = false;
};

/// How every page writes a user of the web chat.
constexpr std::string_view kWebUser = "webbot:";
/// `direction` of a body on its way from the bot to the user.
constexpr std::string_view kToUser = "out";
constexpr std::string_view kFile = "attachedMedia";

/// Whether the text is one JSON object: what `tojson` inside quotes gives (template filter of the Webhook Builder).
bool is_object_text(std::string_view text) {
    constexpr std::size_t longest = 64 << 10;
    if (text.size() > longest || !text.starts_with('{')) return false;
    json::Text copy;
    copy.assign(text);
    json::BorrowedIndex index(copy.body_size());
    if (!index->build(copy.body(), copy.body_size())) return false;
    json::Cursor cursor(copy, *index);
    return cursor.skip() && cursor.end();
}

class ClaimReader {
public:
    explicit ClaimReader(model::BatchBuilder& build) noexcept
        : build_(build),
          cursor_(build.cursor) {}

    Result<void> read() {
        const bool read = cursor_.object([&](Key key) { return member(key); });
        if (!read) return refuse_field(cursor_, "the body");
        if (has_twins(build_.batch, event_.extra, Scope::field) ||
            has_twins(build_.batch, event_.extra, Scope::message)) {
            cursor_.fail(json::Problem::duplicate_key);
            return {};
        }
        if (bot_ && !is_id(build_.batch, bot_)) return fail(Code::payload, "botId is no id");
        choose();
        const Candidate& user = *user_;
        if (user.mistyped || (user.id && !is_id(build_.batch, user.id)))
            return fail(Code::payload, std::string(user.name) + " is no id");
        finish();
        return {};
    }

private:
    static constexpr unsigned kReply = 1, kBot = 2, kFirstName = 4, kLastName = 8;
    static constexpr unsigned kVariables = 16, kExtracted = 32, kDirection = 64, kMedia = 128;

    bool member(Key key) {
        if (key == "from") return collect(from_);
        if (key == "to") return collect(to_);
        if (key == "reply") return once(kReply) && reply();
        if (key == "botId") return once(kBot) && text(bot_);
        if (key == "firstName") return once(kFirstName) && text(first_name_);
        if (key == "lastName") return once(kLastName) && text(last_name_);
        if (key == "customVariables") return once(kVariables) && variables();
        if (key == "extractedData") return once(kExtracted) && variables();
        if (key == "direction") return once(kDirection) && direction();
        if (key.text == kFile) return once(kMedia) && text(file_);
        return build_.keep(event_.extra, Scope::field);
    }

    bool once(unsigned known) noexcept {
        if ((seen_ & known) != 0) return cursor_.fail(json::Problem::duplicate_key);
        seen_ |= known;
        return true;
    }

    bool text(Str& out) { return build_.text_or_keep(out, event_.extra, Scope::field); }

    /// Which of them is the user is known when the whole body was seen.
    bool collect(Candidate& out) {
        if (out.at.present()) return cursor_.fail(json::Problem::duplicate_key);
        out.at = cursor_.mark();
        if (!cursor_.at_null() && !cursor_.string_or_integer(out.id, out.was_number)) {
            out.mistyped = true;
            out.id = Str{};
            cursor_.forgive_mismatch();
        }
        if (out.id.size == 0) out.id = Str{};
        if (!cursor_.ok()) return false;
        cursor_.rewind(out.at);
        return cursor_.skip();
    }

    bool direction() {
        const auto at = cursor_.mark();
        if (cursor_.peek() == '"') {
            Str word;
            if (!cursor_.string(word)) return false;
            to_user_ = build_.view(word) == kToUser;
            cursor_.rewind(at);
        }
        return build_.keep(event_.extra, Scope::field);
    }

    /// The user's words are what an agent wants to see first: they are the request's payload.
    bool reply() {
        const Str raw = cursor_.raw_at(cursor_.mark());
        if (cursor_.at_null() || build_.view(raw) == "\"\"")
            return build_.keep(event_.extra, Scope::field);
        event_.payload = raw;
        return cursor_.skip();
    }

    bool variables() {
        if (cursor_.peek() == '{') return build_.keep(event_.session, Scope::field);
        if (cursor_.peek() == '"') {
            const auto before = cursor_.mark();
            Str inner;
            if (!cursor_.string(inner)) return false;
            if (is_object_text(build_.view(inner)))
                build_.extra(event_.session, Scope::field, cursor_.name_at(before), inner);
            cursor_.rewind(before);
        }
        return build_.keep(event_.extra, Scope::field);
    }

    // The page on the claim has `direction` "out" and the user in `to`, the page on variables "in" and the user in `from`.
    // A web chat's user on exactly one side decides first. The other side is the channel's, shared by all its users: it never
    // stands in for a user who is missing.
    void choose() noexcept {
        const auto is_web_user = [&](const Candidate& it) {
            return build_.view(it.id).starts_with(kWebUser);
        };
        const Candidate& told = to_user_ ? to_ : from_;
        user_ = &told;
        if (is_web_user(from_) != is_web_user(to_)) user_ = is_web_user(from_) ? &from_ : &to_;
        differs_ = user_ != &told;
    }

    void finish() {
        const auto index = build_.add_event(EventKind::handover_requested, Role::user);
        build_.batch.roots.push_back(index);
        for (const Candidate* candidate : {&from_, &to_}) {
            const bool is_written = candidate == user_ && candidate == &from_ && from_.id &&
                                    !differs_ && !from_.was_number;
            if (candidate->at.present() && !is_written)
                build_.keep_at(event_.extra, Scope::field, candidate->at);
        }
        if (differs_) event_.warn(Warning::sender_differs);
        if (user_->was_number) event_.warn(Warning::id_was_number);
        if (!user_->id) event_.warn(Warning::unattributed);
        Event& event = build_.event(index);
        event.extra = event_.extra;
        event.session = event_.session;
        event.payload = event_.payload;
        event.warnings = event_.warnings;
        if (file_) build_.add_part(event, PartType::file).url = file_;
        event.conversation = build_.add_conversation();
        build_.batch.conversations.back().id = user_->id;
        build_.batch.conversations.back().bot = bot_;
        event.actor = build_.add_actor();
        model::Actor& actor = build_.batch.actors.back();
        actor.id = user_->id;
        actor.first_name = first_name_;
        actor.last_name = last_name_;
    }

    model::BatchBuilder& build_;
    json::Cursor& cursor_;
    Candidate from_{.name = "from"}, to_{.name = "to"};
    const Candidate* user_ = &from_;
    bool to_user_ = false;  ///< by `direction`
    bool differs_ = false;  ///< the user stands elsewhere than `direction` says
    Event event_;           // a scratch for what is found before the user is known
    Str bot_, first_name_, last_name_, file_;
    unsigned seen_ = 0;
};

/// The documented body of a claim, for an event of ours or of any other platform.
class ClaimWriter {
public:
    ClaimWriter(const model::Batch& batch, const Event& event, std::string& text)
        : batch_(batch),
          event_(event),
          writer_(text) {}

    Result<void> write(bool own) {
        const Str user = event_.conversation == model::kNone ? Str{} : conversation().id;
        if (!user && !own) return fail(Code::unsupported, "a claim needs the user's id");
        own ? write_own(user) : write_foreign(user);
        return {};
    }

private:
    const model::ConversationId& conversation() const {
        return batch_.conversations[event_.conversation];
    }
    model::Actor actor() const {
        return event_.actor == model::kNone ? model::Actor{} : batch_.actors[event_.actor];
    }

    /// The address of the one file that a claim has room for.
    Str file() const {
        for (const model::Part& part : batch_.parts_of(event_))
            if (part.type == PartType::file) return part.url;
        return {};
    }

    /// Whether the reader found the user where it keeps the member as it is.
    bool is_in_to() const {
        const Str direction = batch_.find(event_.extra, Scope::field, "direction");
        return event_.warns(Warning::sender_differs) ||
               (direction && batch_.view(direction) == "\"out\"");
    }

    void write_own(Str user) {
        const model::Actor who = actor();
        ObjectWriter out(writer_, batch_, true, event_.extra);
        out.raw("reply", event_.payload).text("botId", conversation().bot);
        if (!is_in_to()) out.text("from", user);
        out.text("firstName", who.first_name).text("lastName", who.last_name).text(kFile, file());
        batch_.each(event_.session, [&](const model::Extra& entry) {
            if (out.member(batch_.view(entry.key))) writer_.raw(batch_.view(entry.raw));
        });
        out.end();
    }

    void member(std::string_view name, Str value) { writer_.key(name).string(batch_.view(value)); }

    void write_foreign(Str user) {
        const model::Actor who = actor();
        const std::string_view payload = batch_.view(event_.payload);
        const bool words = payload.starts_with('"');
        writer_.begin_object().key("reply").raw(words ? payload : "\"\"");
        writer_.key("replyData").raw(words || payload.empty() ? "\"\"" : payload);
        member("botId", conversation().bot);
        writer_.key("direction").string("in").key("extractedData").raw("{}");
        writer_.key("customVariables").begin_object();
        batch_.each(event_.session, [&](const model::Extra& entry) {
            writer_.any_key(batch_.view(entry.key)).raw(batch_.view(entry.raw));
        });
        writer_.end_object();
        member("from", user);
        for (const std::string_view name : {"to", "sessionId", "moduleId", "botTrainedModelId"})
            writer_.key(name).string("");
        member(kFile, file());
        member("firstName", who.first_name);
        member("lastName", who.last_name);
        writer_.end_object();
    }

    const model::Batch& batch_;
    const Event& event_;
    json::Writer writer_;
};

}  // namespace

Result<void> read_claim(model::BatchBuilder& build) { return ClaimReader(build).read(); }

Result<std::string> write_claim(const model::Batch& batch, const Event& event) {
    std::string text;
    LJK_CHECK(ClaimWriter(batch, event, text).write(batch.platform() == "certainly"));
    return text;
}

}  // namespace lampjack::platforms::certainly
