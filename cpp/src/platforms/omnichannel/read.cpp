// Bytes to batch: which form the body has, and the events it makes. README.md lists the forms.
#include "model/surplus.h"
#include "platforms/omnichannel/adapter_functions.h"
#include "platforms/omnichannel/channel_variables.h"
#include "platforms/omnichannel/envelope.h"

#include <initializer_list>

namespace lampjack::platforms::omnichannel {
namespace {

using model::Chain;
using model::EventKind;
using model::PartType;
using model::Role;
using model::Scope;
using model::Str;
using model::Warning;

constexpr std::uint32_t kMostMessages = 1000;

Error bad(std::string_view why) { return fail(Code::payload, std::string(why)); }
Error missing(std::string_view field) {
    return fail(Code::payload, std::string(field).append(kIsMissing));
}

class BodyReader {
public:
    BodyReader(const ReadInput& input, model::BatchBuilder& build)
        : build_(build),
          cursor_(build.cursor),
          messages_(build),
          start_(cursor_.mark()),
          most_(input.limits.items_up_to(kMostMessages)) {
        envelope_.place = place_of(input.path);
    }

    Result<void> run() {
        if (cursor_.peek() != '{') return bad("the body is not an object");
        const bool read = EnvelopeReader(envelope_, build_).run();
        if (!read) return {};
        const auto end = cursor_.mark();
        Result<void> made = make_events();
        if (cursor_.ok()) cursor_.rewind(end);
        return made;
    }

private:
    Result<void> make_events() {
        if (envelope_.place == Place::transfer) return transfer();
        if (envelope_.event != EventWord::absent && envelope_.place != Place::send_message)
            return outward_body();
        if (envelope_.place == Place::webhook) return missing("event");
        const bool speaks = envelope_.has(Member::message) || envelope_.has(Member::messages) ||
                            envelope_.has(Member::has_answer) || envelope_.flat().any();
        return speaks || envelope_.place == Place::send_message ? inward_body() : transfer();
    }

    Result<void> outward_body() {
        // "Invalid event or kind parameter: HTTP status 200", whatever else is wrong with the body.
        if (envelope_.event == EventWord::unknown)
            return whole_body(Warning::unknown_event, Role::unknown);
        LJK_CHECK(require_chat());
        if (!envelope_.problems.visitor.empty()) return bad(envelope_.problems.visitor);
        if (!envelope_.problems.message.empty()) return bad(envelope_.problems.message);
        if (envelope_.has(Member::message)) {
            LJK_CHECK(require_message());
            return one_message(Direction::out);
        }
        if (envelope_.place == Place::webhook) return missing("message");
        if (envelope_.has(Member::messages)) return several(Direction::out);
        if (envelope_.flat().any()) return flat_message(Direction::out);
        return envelope_.event == EventWord::new_chat ? start_of_chat()
                                                      : Result<void>(missing("message"));
    }

    Result<void> inward_body() {
        const bool synchronous =
            envelope_.has(Member::has_answer) || envelope_.has(Member::messages);
        if (envelope_.place == Place::send_message || !synchronous || envelope_.id())
            LJK_CHECK(require_chat());
        if (!envelope_.problems.message.empty()) return bad(envelope_.problems.message);
        keep_visitor();
        if (envelope_.has(Member::message)) {
            LJK_CHECK(one_message(Direction::in));
        } else if (envelope_.has(Member::messages)) {
            LJK_CHECK(several(Direction::in));
        } else if (envelope_.flat().any()) {
            LJK_CHECK(flat_message(Direction::in));
        } else if (!envelope_.has(Member::has_answer)) {
            return missing("message");
        }
        return has_answer();
    }

    Result<void> require_chat() const {
        if (!envelope_.problems.chat.empty()) return bad(envelope_.problems.chat);
        if (!envelope_.id()) return missing("chat_id");
        return {};
    }

    /// At our own endpoint for the platform's side everything the page shows is required. A body of unknown origin may
    /// be Webim's, whose new_message names no visitor.
    Result<void> require_message() const {
        const bool strict = envelope_.place == Place::webhook;
        if (strict && !envelope_.has(Member::visitor)) return missing("visitor");
        if (strict && !envelope_.has(Member::chat_id)) return missing("chat_id");
        const Draft& message = envelope_.message;
        if (strict && message.kind == Kind::unknown) return {};  // "invalid kind": 200
        if (message.malformed)
            return strict ? Result<void>(bad("a member of message has a wrong type"))
                          : Result<void>();
        if (message.id_state == Draft::Id::bad)
            return bad("message.id must be a text of 1 to 256 characters, none of them a control "
                       "character");
        if (message.id_state == Draft::Id::absent) return missing("message.id");
        if (message.kind == Kind::absent) return missing("message.kind");
        const std::string_view lacks = strict ? message.lacks() : std::string_view{};
        return lacks.empty() ? Result<void>() : Result<void>(missing(lacks));
    }

    void leave(Deferred member) { build_.keep_at(envelope_.leftovers, Scope::request, member); }

    /// Puts the members this form has no use for among the leftovers.
    void keep_except(std::initializer_list<Member> used) {
        unsigned skip = 0;
        for (const Member member : used) skip |= 1U << static_cast<unsigned>(member);
        for (std::size_t i = 0; i < kMembers; ++i) {
            const Deferred member = envelope_.deferred[i];
            if (member.present() && (skip >> i & 1U) == 0) leave(member);
        }
    }

    /// A bot's body has no visitor of its own.
    void keep_visitor() {
        if (envelope_.visitor_at.present()) leave(envelope_.visitor_at);
    }

    void keep_chat_id() {
        if (build_.batch.find(envelope_.leftovers, Scope::request, "chat_id").present()) return;
        leave(envelope_.chat_id_at);
    }

    std::uint32_t conversation() {
        if (conversation_ != model::kNone) return conversation_;
        conversation_ = build_.add_conversation();
        if (envelope_.problems.chat.empty()) build_.batch.conversations.back().id = envelope_.id();
        // Both spellings at once: the writer would write one.
        if (envelope_.chat_id && envelope_.chat_object_id) keep_chat_id();
        return conversation_;
    }

    /// What all events of the body share; the first one also has the envelope's leftovers.
    void add_root(std::uint32_t index) {
        const std::uint32_t place = conversation();
        model::Event& event = build_.event(index);
        event.conversation = place;
        if (!build_.batch.conversations[place].id)
            event.warn(Warning::unattributed);
        else if (envelope_.id_was_number)
            event.warn(Warning::id_was_number);  // answers must use the same type
        if (event.role == Role::user) event.actor = envelope_.actor;
        if (build_.batch.roots.empty()) {
            build_.splice(envelope_.leftovers, event.extra);
            event.extra = envelope_.leftovers;
        }
        build_.batch.roots.push_back(index);
    }

    Result<void> one_message(Direction direction) {
        keep_except({Member::message});
        add_root(messages_.add_event(envelope_.message, direction));
        return {};
    }

    Result<void> flat_message(Direction direction) {
        Draft draft;
        if (!messages_.flat(envelope_.flat(), draft)) return {};
        draft.at = start_;  // when it cannot be understood, the whole body is the message
        const auto index = messages_.add_event(draft, direction);
        build_.event(index).warn(Warning::old_dialect);
        if (build_.batch.parts_of(build_.event(index)).front().type == PartType::unknown)
            envelope_.leftovers = Chain{};
        else
            keep_except({});
        add_root(index);
        return {};
    }

    Result<void> start_of_chat() {
        const auto index = build_.add_event(EventKind::message, Role::user);
        build_.add_part(build_.event(index), PartType::start);
        build_.event(index).warn(Warning::old_dialect);
        keep_except({});
        add_root(index);
        return {};
    }

    Result<void> several(Direction direction) {
        const Deferred list = envelope_.at(Member::messages);
        cursor_.rewind(list);
        if (cursor_.peek() != '[') return bad("messages must be an array");
        if (is_empty_array(build_.view(cursor_.raw_at(list)))) return no_messages(direction);
        keep_except({Member::messages});
        std::uint32_t count = 0;
        cursor_.array([&] {
            if (++count <= most_ && !model::is_full(build_.batch)) return element(direction);
            const auto index = model::add_surplus(build_, list).event;
            build_.event(index).role = direction == Direction::out ? Role::user : Role::bot;
            add_listed(index);
            return false;
        });
        return {};
    }

    static bool is_empty_array(std::string_view raw) noexcept {
        return raw.find_first_not_of(" \t\r\n", 1) == raw.size() - 1;
    }

    Result<void> no_messages(Direction direction) {
        if (direction == Direction::out && envelope_.event == EventWord::new_chat)
            return start_of_chat();
        return envelope_.has(Member::has_answer) ? Result<void>()
                                                 : Result<void>(missing("message"));
    }

    bool element(Direction direction) {
        auto index = static_cast<std::uint32_t>(build_.batch.events.size());
        if (cursor_.peek() != '{' || cursor_.values() > model::kMessageValues) {
            if (!build_.add_unknown(Warning::malformed_item)) return false;
            build_.event(index).role = direction == Direction::out ? Role::user : Role::bot;
        } else {
            Draft draft;
            if (!messages_.object(draft)) return false;
            index = messages_.add_event(draft, direction);
        }
        add_listed(index);
        return true;
    }

    void add_listed(std::uint32_t index) {
        build_.event(index).warn(Warning::old_dialect);
        build_.event(index).warn(Warning::messages_under_other_key);
        add_root(index);
    }

    /// `has_answer: false` of the synchronous API: the bot gives up, the human queue takes over.
    Result<void> has_answer() {
        if (!envelope_.has(Member::has_answer)) return {};
        const bool first = build_.batch.roots.empty();
        if (build_.view(cursor_.raw_at(envelope_.at(Member::has_answer))) != "false")
            return first ? whole_body(Warning::unknown_message_type, Role::bot) : Result<void>();
        const auto index = build_.add_event(EventKind::handover_requested, Role::bot);
        build_.event(index).warn(Warning::old_dialect);
        if (first) keep_except({});
        add_root(index);
        return {};
    }

    Result<void> whole_body(Warning why, Role role) {
        const auto index = static_cast<std::uint32_t>(build_.batch.events.size());
        envelope_.leftovers = Chain{};
        cursor_.rewind(start_);
        if (!build_.add_unknown(why)) return {};
        build_.event(index).role = role;
        if (why != Warning::unknown_event) build_.event(index).warn(Warning::old_dialect);
        add_root(index);
        return {};
    }

    /// Our own endpoint for the bot's External Request: {chat_id, reason?, context?}.
    Result<void> transfer() {
        LJK_CHECK(require_chat());
        keep_visitor();
        Str& id = envelope_.chat_id ? envelope_.chat_id : envelope_.chat_object_id;
        const std::string_view plain = chat_id_of(build_.view(id));
        if (plain.empty()) return missing("chat_id");
        if (plain.size() != id.size && envelope_.chat_id) keep_chat_id();
        id.size = static_cast<std::uint32_t>(plain.size());
        const auto index = build_.add_event(EventKind::handover_requested, Role::bot);
        build_.event(index).payload = transfer_payload();
        keep_except({Member::reason, Member::context});
        add_root(index);
        return {};
    }

    Str transfer_payload() {
        std::string payload;
        for (const Member member : {Member::reason, Member::context}) {
            const Deferred field = envelope_.at(member);
            if (!field.present()) continue;
            payload.append(payload.empty() ? "{\"" : ",\"");
            payload.append(member == Member::reason ? "reason" : "context").append("\":");
            payload.append(build_.view(cursor_.raw_at(field)));
        }
        if (payload.empty()) return Str{};
        payload += '}';
        return build_.add(payload);
    }

    model::BatchBuilder& build_;
    json::Cursor& cursor_;
    MessageReader messages_;
    json::Cursor::Mark start_;
    std::uint32_t most_;
    Envelope envelope_;
    std::uint32_t conversation_ = model::kNone;
};

}  // namespace

std::string_view last_segment(std::string_view path) noexcept {
    if (!path.empty() && path.back() == '/') path.remove_suffix(1);
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

Result<void> read(const ReadInput& input, model::BatchBuilder& build) {
    return BodyReader(input, build).run();
}

}  // namespace lampjack::platforms::omnichannel
