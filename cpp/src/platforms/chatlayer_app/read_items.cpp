// performReceive result items. https://developers.sinch.com/docs/chatlayer/messaging/receiving

#include "model/surplus.h"
#include "platforms/chatlayer_app/read.h"
#include "platforms/chatlayer_app/words.h"

namespace lampjack::platforms::chatlayer_app {
namespace {

using json::Key;
using model::BatchBuilder;
using model::Chain;
using model::EventKind;
using model::Role;
using model::Scope;
using model::Str;
using model::Warning;

class ItemReader {
public:
    explicit ItemReader(BatchBuilder& build) noexcept : build_(build), cursor_(build.cursor) {}

    /// One item; false when it is not as documented, or when the document is unreadable.
    bool read() {
        const bool good = cursor_.object([this](Key key) { return member(key); });
        if (!good || !user_.present()) return false;
        const std::string_view type = build_.view(type_);
        if (type == "message") return message_.present() && leave(action_) && finish_message();
        if (type == "action") return action_.present() && leave(message_) && finish_action();
        if (type_.size != 0) why_ = Warning::unknown_event;
        return false;
    }

    /// Why read() failed, when the document is sound.
    Warning why() const noexcept { return why_; }

private:
    bool member(Key key) {
        if (key == "user") return once(user_) && user();
        if (key == "type") return once(seen_type_) && cursor_.string(type_);
        if (key == "message") return once(message_) && cursor_.skip();
        if (key == "timestamp") return once(time_) && timestamp();
        if (key == "actor") return once(actor_) && actor();
        if (key == "session") return once(session_) && session();
        if (key == "action") return once(action_) && cursor_.skip();
        return build_.keep(extra_, Scope::item);
    }

    bool leave(Mark other) {
        return !other.present() || build_.keep_at(extra_, Scope::item, other);
    }

    /// A second `user` or `type` would mean something else to another reader.
    bool once(Mark& place) {
        if (place.present()) return cursor_.fail(json::Problem::duplicate_key);
        place = cursor_.mark();
        return true;
    }

    bool user() {
        Mark right, wrong;
        const bool good = cursor_.object([&](Key key) {
            if (key == "id") return id();
            if (key == "firstName")
                return build_.text_or_keep(person_.first_name, person_.extra, Scope::field);
            if (key == "lastName")
                return build_.text_or_keep(person_.last_name, person_.extra, Scope::field);
            if (key == "preferredLanguage") {
                right = cursor_.mark();
                return build_.text_or_keep(person_.language, person_.extra, Scope::field);
            }
            // The vendor's own example spells it so.
            if (key == "preferedLanguage") wrong = cursor_.mark();
            return build_.keep(person_.extra, Scope::field);
        });
        if (!good || !person_.id) return false;
        if (!wrong.present()) return true;
        warnings_.warn(Warning::misspelt_key);
        return right.present() ? keep_right(right) : read_wrong(wrong);
    }

    /// With both spellings there, the writer must know of both.
    bool keep_right(Mark right) {
        const bool kept =
            build_.batch.find(person_.extra, Scope::field, "preferredLanguage").present();
        return kept || build_.keep_at(person_.extra, Scope::field, right);
    }

    bool read_wrong(Mark wrong) {
        const auto here = cursor_.mark();
        cursor_.rewind(wrong);
        if (cursor_.peek() == '"' && !cursor_.string(person_.language)) return false;
        if (person_.language.size == 0) person_.language = {};
        cursor_.rewind(here);
        return true;
    }

    bool id() {
        bool was_number = false;
        if (!build_.id_or_keep(person_.id, person_.extra, Scope::field, was_number)) return false;
        if (was_number) warnings_.warn(Warning::id_was_number);
        return is_id(build_.batch, person_.id) || cursor_.fail(json::Problem::mismatch);
    }

    /// Only {"type":"user"} is documented; any other object is kept whole.
    bool actor() {
        const Mark place = cursor_.mark();
        bool exact = true;
        Str type;
        if (!read_texts(build_, {{"type", &type}}, exact)) return false;
        is_user_ = build_.view(type) == "user";
        return (exact && is_user_) || build_.keep_at(extra_, Scope::item, place);
    }

    bool timestamp() {
        if (!build_.time_or_keep(sent_at_, BatchBuilder::TimeForm::epoch_millis, extra_,
                                 Scope::item))
            return false;
        if (sent_at_ == model::kNoTime) warnings_.warn(Warning::time_unreadable);
        return true;
    }

    bool session() {
        const Mark place = cursor_.mark();
        if (cursor_.peek() != '{') return build_.keep(extra_, Scope::item);
        if (!cursor_.object([this](Key) { return build_.keep(data_, Scope::field); })) return false;
        return !data_.empty() || build_.keep_at(extra_, Scope::item, place);
    }

    // ---- when the whole item is known

    std::uint32_t add(EventKind kind) {
        const auto conversation = build_.add_conversation();
        build_.batch.conversations[conversation].id = person_.id;
        build_.batch.conversations[conversation].mode = mode_of(build_.view(person_.id));
        const auto actor = build_.add_actor();
        build_.batch.actors[actor] = person_;
        const auto index = build_.add_event(kind, is_user_ ? Role::user : Role::unknown);
        auto& event = build_.event(index);
        event.conversation = conversation;
        event.actor = actor;
        event.warnings = warnings_.warnings;
        event.sent_at = sent_at_;
        event.session = data_;
        event.extra = extra_;
        if (!actor_.present() || !is_user_) event.warn(Warning::unknown_actor);
        if (!time_.present()) event.warn(Warning::item_time_missing);
        build_.batch.roots.push_back(index);
        return index;
    }

    bool finish_message() {
        const auto end = cursor_.mark();
        cursor_.rewind(message_);
        const auto index = add(EventKind::message);
        const bool good = read_user_message(build_, index);
        cursor_.rewind(end);
        return good;
    }

    /// {"type":"conversation_handover","data":{"handover":{"to":…}}}, the only action there is.
    bool finish_action() {
        const auto end = cursor_.mark();
        cursor_.rewind(action_);
        Chain extra;
        Str type, to;
        if (!action(extra, type, to)) return false;
        if (build_.view(type) != "conversation_handover") {
            why_ = Warning::unknown_event;
            return false;
        }
        const auto target = find_value(kHandoverTo, build_.view(to));
        if (!target) return false;
        cursor_.rewind(end);
        const auto index = add(EventKind::handover);
        build_.event(index).handover_to = *target;
        build_.splice(build_.event(index).extra, extra);
        return true;
    }

    bool action(Chain& extra, Str& type, Str& to) {
        return cursor_.object([&](Key key) {
            if (key == "type") return cursor_.string(type);
            if (!(key == "data") || cursor_.peek() != '{') return build_.keep(extra, Scope::action);
            return cursor_.object([&](Key inner) {
                if (!(inner == "handover") || cursor_.peek() != '{')
                    return build_.keep(extra, Scope::data);
                return cursor_.object([&](Key last) {
                    return last == "to" ? cursor_.string(to) : build_.keep(extra, Scope::field);
                });
            });
        });
    }

    BatchBuilder& build_;
    json::Cursor& cursor_;
    Mark user_, actor_, seen_type_, message_, action_, time_, session_;
    Str type_;
    model::Actor person_;
    model::Event warnings_;
    Millis sent_at_ = model::kNoTime;
    bool is_user_ = true;
    Warning why_ = Warning::malformed_item;
    Chain extra_, data_;
};

/// The user's id of an item that is otherwise unreadable.
bool find_user(BatchBuilder& build, Str& id) {
    auto& cursor = build.cursor;
    bool found = false;
    cursor.object([&](Key key) {
        if (!(key == "user") || cursor.peek() != '{') return cursor.skip();
        return cursor.object([&](Key inner) {
            bool was_number = false;
            if (!(inner == "id")) return cursor.skip();
            found = cursor.string_or_integer(id, was_number) && is_id(build.batch, id);
            return false;
        });
    });
    cursor.forgive_mismatch();
    return found;
}

void attribute(BatchBuilder& build, std::uint32_t event, Str id) {
    const auto conversation = build.add_conversation();
    build.batch.conversations[conversation].id = id;
    build.batch.conversations[conversation].mode = mode_of(build.view(id));
    build.event(event).conversation = conversation;
}

/// What the item is, is only in its raw JSON; whose it is may still be told.
bool read_unknown(BatchBuilder& build, Warning why) {
    const auto start = build.cursor.mark();
    const auto index = static_cast<std::uint32_t>(build.batch.events.size());
    if (!build.add_unknown(why)) return false;
    build.batch.roots.push_back(index);
    const auto end = build.cursor.mark();
    build.cursor.rewind(start);
    Str id;
    if (build.cursor.peek() == '{' && find_user(build, id)) {
        attribute(build, index, id);
    } else {
        build.event(index).warn(Warning::unattributed);
    }
    build.cursor.rewind(end);
    return true;
}

/// The rest of the array. It is one user's when all that is kept of it is, else nobody's. Ends the walk.
bool read_surplus(BatchBuilder& build, Mark array) {
    const auto start = build.cursor.mark();
    const model::Surplus surplus = model::add_surplus(build, array);
    build.batch.roots.push_back(surplus.event);
    Str user;
    bool one_user = surplus.kept != 0;
    std::uint32_t count = 0;
    build.cursor.rest_of(array, [&](Mark item) {
        if (!one_user || count++ >= surplus.kept) return;
        build.cursor.rewind(item);
        Str id;
        one_user = item.first() == '{' && find_user(build, id) &&
                   (!user || build.view(user) == build.view(id));
        user = id;
    });
    build.cursor.rewind(start);
    if (one_user)
        attribute(build, surplus.event, user);
    else
        build.event(surplus.event).warn(Warning::unattributed);
    return false;
}

}  // namespace

bool read_items(BatchBuilder& build, std::uint32_t most) {
    const Mark array = build.cursor.mark();
    std::uint32_t count = 0;
    bool is_surplus = false;
    const bool all = build.cursor.array([&] {
        is_surplus = count++ >= most || model::is_full(build.batch);
        if (is_surplus) return read_surplus(build, array);
        if (build.cursor.values() > model::kMessageValues)
            return read_unknown(build, Warning::malformed_item);
        const auto start = build.mark();
        const auto roots = build.batch.roots.size();
        ItemReader item(build);
        if (item.read()) return true;
        if (!build.rewind(start)) return false;
        build.batch.roots.resize(roots);
        return read_unknown(build, item.why());
    });
    if (!is_surplus) return all;
    build.cursor.rewind(array);
    return build.cursor.skip();
}

}  // namespace lampjack::platforms::chatlayer_app
