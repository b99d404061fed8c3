// One item of `messages` or `transcript`: who said it, when, and the message.

#include "dialects/messenger.h"
#include "platforms/chatlayer_offloading/wire.h"

namespace lampjack::platforms::chatlayer_offloading {
namespace {

using json::Key;
using json::Problem;
using json::Str;
using model::BatchBuilder;
using model::Event;
using model::Role;
using model::Scope;
using model::Warning;
using Place = BatchBuilder::Place;

Role role_of(std::string_view word) noexcept {
    if (word == kBot) return Role::bot;
    if (word == kUser) return Role::user;
    return Role::unknown;
}

class ItemReader {
public:
    ItemReader(BatchBuilder& build, Item& item)
        : build_(build),
          cursor_(build.cursor),
          item_(item),
          index_(build.add_event(model::EventKind::message, Role::unknown)) {
        event().conversation = item.conversation;
    }

    bool read() {
        if (!cursor_.object([this](const Key& key) { return member(key); })) return false;
        if (type_.present() && !settle_type()) return false;
        if (event().role == Role::unknown) event().warn(Warning::unknown_actor);
        if (!has_message_) {
            if (!message_.present()) return cursor_.fail(Problem::mismatch);
            const auto after = cursor_.mark();
            cursor_.rewind(message_.mark);
            if (!message()) return false;
            cursor_.rewind(after);
        }
        return settle_time() && settle_message_time();
    }

private:
    Event& event() noexcept { return build_.event(index_); }

    bool member(const Key& key) {
        if (key == "actor") return actor(key);
        if (key == "message" && !message_.present()) return message_or_later(key);
        if (key == "timestamp" && !time_) {
            time_key_ = key.place;
            return cursor_.raw(time_);
        }
        if (key == "type" && !type_.present() && cursor_.peek() == '"') {
            type_ = build_.here(key);
            return cursor_.string(type_word_);
        }
        return build_.keep(event().extra, Scope::item, key);
    }

    bool actor(const Key& key) {
        if (actor_.present()) return cursor_.fail(Problem::mismatch);
        actor_ = build_.here(key);
        if (cursor_.peek() != '"') return build_.keep(event().extra, Scope::item, key);
        if (!cursor_.string(actor_word_)) return false;
        event().role = role_of(build_.view(actor_word_));
        return event().role != Role::unknown ||
               build_.keep_again(actor_, event().extra, Scope::item);
    }

    /// Who speaks decides how the message is read, and may stand behind it.
    bool message_or_later(const Key& key) {
        message_ = build_.here(key);
        return event().role == Role::unknown ? cursor_.skip() : message();
    }

    bool message() {
        has_message_ = true;
        const Role role = event().role;
        if (role == Role::user) return read_user_message(build_, index_, user_);
        if (role == Role::bot || !is_user_message(build_))
            return dialects::messenger::read_message(build_, index_);
        // Which of the two shapes an unknown actor's message had is told by its messageType when it is written.
        return read_user_message(build_, index_, user_);
    }

    /// `type` was the name of `actor` until September 2020.
    bool settle_type() {
        const Role role = role_of(build_.view(type_word_));
        if (role != Role::unknown && actor_.present()) {
            if (build_.view(type_word_) != build_.view(actor_word_)) return refuse();
            if (!build_.keep_again(actor_, event().extra, Scope::item)) return false;
        } else if (role != Role::unknown) {
            event().role = role;
            event().warn(Warning::old_dialect);
        }
        return build_.keep_again(type_, event().extra, Scope::item);
    }

    bool refuse() {
        item_.error = lampjack::fail(Code::payload,
                                     "the fields actor and type of an item say different things");
        return false;
    }

    /// The item's time, else the message's; the envelope's is filled in when that is known.
    bool settle_time() {
        Event& item = event();
        if (time_) {
            const TimeRead time = read_time(build_.view(time_));
            item.sent_at = time.time;
            exact_ = time.exact;
            if (exact_) item_.time = time_;
            if (!exact_) build_.extra(item.extra, Scope::item, time_key_, time_);
            if (time.time == model::kNoTime) item.warn(Warning::time_unreadable);
        } else {
            item.warn(Warning::item_time_missing);
        }
        if (item.sent_at == model::kNoTime && user_.time)
            item.sent_at = read_time(build_.view(user_.time)).time;
        return true;
    }

    /// A user's message has an id and a time of its own, which equals the item's. What differs is remembered.
    bool settle_message_time() {
        if (!user_.known) return true;
        const bool regular =
            user_.plain_id && user_.time && exact_ && build_.view(user_.time) == build_.view(time_);
        if (regular) return true;
        if (user_.plain_id && !user_.time &&
            !build_.keep_again(user_.id, event().extra, Scope::field))
            return false;
        if (user_.time) build_.extra(event().extra, Scope::field, user_.time_key, user_.time);
        return true;
    }

    BatchBuilder& build_;
    json::Cursor& cursor_;
    Item& item_;
    std::uint32_t index_;
    bool has_message_ = false, exact_ = false;
    Str actor_word_, type_word_, time_, time_key_;
    Place actor_, type_, message_;
    UserMessage user_;
};

}  // namespace

bool read_item(BatchBuilder& build, Item& item) { return ItemReader(build, item).read(); }

}  // namespace lampjack::platforms::chatlayer_offloading
