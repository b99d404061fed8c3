#include "model/canonical.h"

#include "base/plain_name.h"
#include "model/batch_builder.h"
#include "model/word_list.h"
#include "json/index.h"

#include <string>

namespace lampjack::model {
namespace {

using json::Key;
using json::Problem;

/// Reads the form that canonical_write.cpp writes. The first member that does not fit is named in the error.
class CanonicalReader {
public:
    explicit CanonicalReader(BatchBuilder& build) : build_(build), cursor_(build.cursor) {}

    bool events() {
        if (cursor_.peek() == '{') return root();
        return cursor_.array([&] { return root(); });
    }

    bool content(Role role) {
        const auto index = build_.add_event(EventKind::message, role);
        build_.batch.roots.push_back(index);
        if (cursor_.peek() == '{') return part(index);
        return parts(index);
    }

    /// What does not fit, and where. No value stands in it, and no name that may be more than one.
    std::string mismatch() const {
        if (unknown_key_) return "unknown key in a canonical event: " + member_;
        if (repeated_) return member_ + " appears twice";
        if (member_.empty()) return "the JSON is neither an object nor a list of objects";
        if (words_.empty()) return member_ + " has a wrong type or value";
        return member_ + " has an unknown word; it must be one of: " + words_;
    }

private:
    /// Walks an object. The member that cannot be read is remembered by its path. No member may be there twice: two
    /// readers would take different ones.
    template <class Member>
    bool object(Member member) {
        const json::Cursor::Mark whole = cursor_.mark();
        std::uint64_t seen = 0;  // one bit for each name, and for two names at times
        return cursor_.object([&](Key key) {
            const std::uint64_t bit = bit_of(key.text);
            if ((seen & bit) != 0 && was_before(whole, key)) return repeated() || blame(key);
            seen |= bit;
            return member(key) || blame(key);
        });
    }

    /// Tells the names of one object of this form apart, most of the time.
    static std::uint64_t bit_of(std::string_view name) noexcept {
        if (name.empty()) return 1;
        const auto at = [&](std::size_t i) { return static_cast<unsigned char>(name[i]); };
        return std::uint64_t{1} << ((name.size() + 6U * at(0) + 3U * at(name.size() - 1)) & 63U);
    }

    /// Whether a member of that name stands before the value that the cursor is at.
    [[gnu::cold]] bool was_before(json::Cursor::Mark object, Key key) const {
        const json::Token* const here = cursor_.mark().at;
        for (const json::Token* one = object.at + 1; one != here; one += one->shape.span)
            if (cursor_.key_at({one}).text == key.text) return true;
        return false;
    }

    [[gnu::cold]] bool repeated() {
        repeated_ = true;
        return cursor_.fail(Problem::mismatch);
    }

    [[gnu::cold]] bool blame(Key key) {
        if (cursor_.problem() != Problem::mismatch) return false;
        std::string path(plain_name(key.text));
        if (!member_.empty()) path.append(".").append(member_);
        member_ = std::move(path);
        return false;
    }

    [[gnu::cold]] bool unknown() {
        unknown_key_ = true;
        return cursor_.fail(Problem::mismatch);
    }

    [[gnu::cold]] bool unknown_word(std::string known) {
        words_ = std::move(known);
        return cursor_.fail(Problem::mismatch);
    }

    template <class Enum>
    bool enumeration(Enum& out) {
        Str text;
        if (!cursor_.string(text)) return false;
        const auto value = from_word<Enum>(build_.view(text));
        if (!value) return unknown_word(all_words<Enum>());
        out = *value;
        return true;
    }

    bool root() {
        build_.batch.roots.push_back(static_cast<std::uint32_t>(build_.batch.events.size()));
        return event(build_.add_event(EventKind::unknown, Role::unknown));
    }

    bool event(std::uint32_t at) {
        return object([&](Key key) {
            if (key == "v") return version();
            if (key == "id") return cursor_.string(build_.event(at).id);
            if (key == "kind") return enumeration(build_.event(at).kind);
            if (key == "platform") return cursor_.string(build_.batch.platform_name);
            if (key == "conversation") return conversation(at);
            if (key == "actor") return actor(at);
            if (key == "sent_at") return time(at);
            if (key == "vendor_id") return cursor_.string(build_.event(at).vendor_id);
            if (key == "content") return parts(at);
            if (key == "handover") return handover(at);
            if (key == "session") return flat(at, &Event::session);
            if (key == "extra")
                return scoped(at, [](BatchBuilder& b, std::uint32_t i) -> Chain& {
                    return b.event(i).extra;
                });
            if (key == "warnings") return warnings(at);
            return unknown();
        });
    }

    bool version() {
        std::int64_t version = 0;
        return cursor_.integer(version) && (version == 1 || cursor_.fail(Problem::mismatch));
    }

    bool time(std::uint32_t at) {
        Chain none;
        Millis time = kNoTime;
        if (!build_.time_or_keep(time, BatchBuilder::TimeForm::iso_millis, none, Scope::field))
            return false;
        build_.event(at).sent_at = time;
        return time != kNoTime || cursor_.fail(Problem::mismatch);
    }

    bool conversation(std::uint32_t at) {
        ConversationId id;
        const bool read = object([&](Key key) {
            if (key == "account") return cursor_.string(id.account);
            if (key == "bot") return cursor_.string(id.bot);
            if (key == "mode") return enumeration(id.mode);
            if (key == "id") return cursor_.string(id.id);
            return unknown();
        });
        if (!read) return false;
        build_.event(at).conversation = build_.add_conversation();
        build_.batch.conversations.back() = id;
        return true;
    }

    bool actor(std::uint32_t at) {
        Actor actor;
        bool details = false;
        const bool read = object([&](Key key) {
            if (key == "role") return enumeration(build_.event(at).role);
            details = true;
            if (key == "id") return cursor_.string(actor.id);
            if (key == "first_name") return cursor_.string(actor.first_name);
            if (key == "last_name") return cursor_.string(actor.last_name);
            if (key == "display_name") return cursor_.string(actor.display_name);
            if (key == "login") return cursor_.string(actor.login);
            if (key == "phone") return cursor_.string(actor.phone);
            if (key == "email") return cursor_.string(actor.email);
            if (key == "site") return cursor_.string(actor.site);
            if (key == "language") return cursor_.string(actor.language);
            if (key == "extra") return scoped(actor.extra);
            return unknown();
        });
        if (!read || !details) return read;
        build_.event(at).actor = build_.add_actor();
        build_.batch.actors.back() = actor;
        return true;
    }

    bool handover(std::uint32_t at) {
        return object([&](Key key) {
            if (key == "to") return enumeration(build_.event(at).handover_to);
            if (key == "payload") return cursor_.raw(build_.event(at).payload);
            if (key == "transcript") return transcript(at);
            return unknown();
        });
    }

    bool transcript(std::uint32_t at) {
        const auto first = static_cast<std::uint32_t>(build_.batch.events.size());
        std::uint32_t count = 0;
        const bool read = cursor_.array([&] {
            ++count;
            return event(build_.add_event(EventKind::unknown, Role::unknown));
        });
        build_.event(at).transcript = {first, count};
        return read;
    }

    bool warnings(std::uint32_t at) {
        return cursor_.array([&] {
            Warning warning{};
            if (!enumeration(warning)) return false;
            build_.event(at).warn(warning);
            return true;
        });
    }

    bool flat(std::uint32_t at, Chain Event::*member) {
        Chain chain;
        const bool read = cursor_.object([&](Key) { return entry(chain, Scope::field); });
        build_.event(at).*member = chain;
        return read;
    }

    template <class Owner>
    bool scoped(std::uint32_t at, Owner owner) {
        Chain chain;
        if (!scoped(chain)) return false;
        owner(build_, at) = chain;
        return true;
    }

    bool scoped(Chain& chain) {
        return cursor_.object([&](Key key) {
            const auto scope = from_word<Scope>(key.text);
            if (scope && *scope != Scope::field && cursor_.peek() == '{')
                return cursor_.object([&](Key) { return entry(chain, *scope); });
            return entry(chain, Scope::field);
        });
    }

    bool entry(Chain& chain, Scope scope) {
        const auto member = cursor_.mark();
        append(chain, scope, cursor_.name_at(member), cursor_.raw_at(member));
        return cursor_.skip();
    }

    void append(Chain& chain, Scope scope, Str name, Str raw) {
        auto& extras = build_.batch.extras;
        const auto index = static_cast<std::uint32_t>(extras.size());
        extras.push_back(Extra{.key = name, .raw = raw, .next = kNone, .scope = scope});
        (chain.head == kNone ? chain.head : extras[chain.tail].next) = index;
        chain.tail = index;
    }

    bool parts(std::uint32_t at) {
        return cursor_.array([&] { return part(at); });
    }

    bool part(std::uint32_t at) {
        Part part;
        const bool read = object([&](Key key) { return part_member(part, key); });
        if (!read) return false;
        build_.add_part(build_.event(at), part.type) = part;
        return true;
    }

    bool part_member(Part& part, Key key) {
        if (key == "type") return enumeration(part.type);
        if (key == "text") return cursor_.string(part.text);
        if (key == "style") return enumeration(part.style);
        if (key == "layout") return enumeration(part.layout);
        if (key == "media") return enumeration(part.media);
        if (key == "options") return options(part.options);
        if (key == "cards") return cards(part.cards);
        if (key == "url") return cursor_.string(part.url);
        if (key == "name") return cursor_.string(part.name);
        if (key == "mime") return cursor_.string(part.mime);
        if (key == "state") return cursor_.string(part.state);
        if (key == "vendor_id") return cursor_.string(part.vendor_id);
        if (key == "size")
            return cursor_.integer(part.size) &&
                   (part.size >= 0 || cursor_.fail(Problem::mismatch));
        if (key == "latitude") return cursor_.number(part.latitude);
        if (key == "longitude") return cursor_.number(part.longitude);
        if (key == "title") return cursor_.string(part.title);
        if (key == "payload") return cursor_.string(part.payload);
        if (key == "target") return cursor_.string(part.target);
        if (key == "parameters") return cursor_.raw(part.parameters);
        if (key == "raw") return cursor_.raw(part.raw);
        if (key == "extra") return scoped(part.extra);
        return unknown();
    }

    bool cards(Range& range) {
        range.first = static_cast<std::uint32_t>(build_.batch.cards.size());
        return cursor_.array([&] {
            Card card;
            const bool read = object([&](Key key) {
                if (key == "title") return cursor_.string(card.title);
                if (key == "subtitle") return cursor_.string(card.subtitle);
                if (key == "image_url") return cursor_.string(card.image_url);
                if (key == "url") return cursor_.string(card.url);
                if (key == "options") return options(card.options);
                if (key == "extra") return scoped(card.extra);
                return unknown();
            });
            build_.batch.cards.push_back(card);
            ++range.count;
            return read;
        });
    }

    bool options(Range& range) {
        range.first = static_cast<std::uint32_t>(build_.batch.options.size());
        return cursor_.array([&] {
            Option option;
            option.kind = OptionKind::reply;  // what is written says its kind; a caller need not
            const bool read = object([&](Key key) {
                if (key == "kind") return enumeration(option.kind);
                if (key == "title") return cursor_.string(option.title);
                if (key == "payload") return cursor_.string(option.payload);
                if (key == "url") return cursor_.string(option.url);
                if (key == "phone") return cursor_.string(option.phone);
                if (key == "image_url") return cursor_.string(option.image_url);
                if (key == "target") return cursor_.string(option.target);
                if (key == "extra") return scoped(option.extra);
                return unknown();
            });
            build_.batch.options.push_back(option);
            ++range.count;
            return read;
        });
    }

    BatchBuilder& build_;
    json::Cursor& cursor_;
    std::string member_;  ///< that does not fit, as a dotted path
    std::string words_;   ///< that it may have
    bool unknown_key_ = false;
    bool repeated_ = false;
};

/// What a request brought within the limits stands some levels deeper here: events, event, handover, transcript, event,
/// content, part, options, option, extra, scope. An `extra` holds an object's members and the scopes around it.
json::Limits with_room(std::uint32_t values) noexcept {
    json::Limits limits{.values = values};
    limits.levels += 11;
    limits.members += kScopes;
    return limits;
}

template <class Read>
Result<BatchPtr> read_with(std::string_view json, std::uint32_t values, Read read) {
    if (json.size() > json::Text::kMaxBody) return fail(Code::too_large, "the JSON is too large");
    BatchPtr batch = BatchPtr::make(json.size());
    batch.mutate().text.assign(json);
    const json::Limits limits = with_room(values);
    json::BorrowedIndex index(json.size());
    LJK_CHECK(index->build(batch->text.body(), batch->text.body_size(), limits));
    json::Cursor cursor(batch.mutate().text, *index, limits);
    BatchBuilder build(batch.mutate(), cursor);
    CanonicalReader reader(build);
    if (read(reader) && cursor.end()) return batch;
    if (cursor.problem() != Problem::mismatch)
        return fail(json::code_of(cursor.problem()), json::describe(cursor.problem()));
    return fail(Code::payload, reader.mismatch());
}

}  // namespace

Result<BatchPtr> read_events(std::string_view json, std::uint32_t values) {
    return read_with(json, values, [](CanonicalReader& reader) { return reader.events(); });
}

Result<BatchPtr> read_content(std::string_view json, Role role) {
    return read_with(json, json::Limits{}.values,
                     [role](CanonicalReader& reader) { return reader.content(role); });
}

}  // namespace lampjack::model
