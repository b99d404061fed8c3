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
using Mark = json::Cursor::Mark;

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
          index_(build.add_event(model::EventKind::message, Role::unknown)),
          event_(build.event(index_)) {
        event_.conversation = item.conversation;
    }

    bool read() {
        if (!cursor_.object([this](Key key) { return member(key); })) return false;
        if (type_.present() && !settle_type()) return false;
        if (event_.role == Role::unknown) event_.warn(Warning::unknown_actor);
        if (!has_message_) {
            if (!message_.present()) return cursor_.fail(Problem::mismatch);
            const auto after = cursor_.mark();
            cursor_.rewind(message_);
            if (!message()) return false;
            cursor_.rewind(after);
        }
        settle_time();
        settle_message_time();
        return true;
    }

private:
    bool member(Key key) {
        if (key == "actor") return actor();
        if (key == "message" && !message_.present()) return message_or_later();
        if (key == "timestamp" && !time_.present()) return passed_over(time_);
        if (key == "type" && !type_.present() && cursor_.peek() == '"') return passed_over(type_);
        return build_.keep(event_.extra, Scope::item);
    }

    bool passed_over(Mark& field) noexcept {
        field = cursor_.mark();
        return true;
    }

    bool actor() {
        if (actor_.present()) return cursor_.fail(Problem::mismatch);
        actor_ = cursor_.mark();
        if (cursor_.peek() == '"') event_.role = role_of(build_.view(cursor_.text_at(actor_)));
        return event_.role != Role::unknown || build_.keep(event_.extra, Scope::item);
    }

    /// Who speaks decides how the message is read, and may stand behind it.
    bool message_or_later() {
        message_ = cursor_.mark();
        return event_.role == Role::unknown || message();
    }

    bool message() {
        has_message_ = true;
        const Role role = event_.role;
        if (role == Role::user) return read_user_message(build_, index_, user_);
        if (role == Role::bot || !is_user_message(build_))
            return dialects::messenger::read_message(build_, index_);
        // Which of the two shapes an unknown actor's message had is told by its messageType when it is written.
        return read_user_message(build_, index_, user_);
    }

    /// `type` was the name of `actor` until September 2020.
    bool settle_type() {
        const Str word = cursor_.text_at(type_);
        const Role role = role_of(build_.view(word));
        if (role != Role::unknown && actor_.present()) {
            if (role != event_.role) return refuse();
            build_.keep_at(event_.extra, Scope::item, actor_);
        } else if (role != Role::unknown) {
            event_.role = role;
            event_.warn(Warning::old_dialect);
        }
        build_.keep_at(event_.extra, Scope::item, type_);
        return true;
    }

    bool refuse() {
        item_.error = lampjack::fail(Code::payload,
                                     "the fields actor and type of an item say different things");
        return false;
    }

    std::string_view raw_at(Mark value) const noexcept {
        return build_.view(cursor_.raw_at(value));
    }

    /// The item's time, else the message's; the envelope's is filled in when that is known.
    void settle_time() {
        if (time_.present()) {
            const TimeRead time = read_time(raw_at(time_));
            event_.sent_at = time.time;
            exact_ = time.exact;
            if (exact_) item_.time = time_;
            if (!exact_) build_.keep_at(event_.extra, Scope::item, time_);
            if (time.time == model::kNoTime) event_.warn(Warning::time_unreadable);
        } else {
            event_.warn(Warning::item_time_missing);
        }
        if (event_.sent_at == model::kNoTime && user_.time.present())
            event_.sent_at = read_time(raw_at(user_.time)).time;
    }

    /// A user's message has an id and a time of its own, which equals the item's. What differs is remembered.
    void settle_message_time() {
        if (!user_.known) return;
        const bool has_time = user_.time.present(), has_id = user_.id.present();
        if (has_id && has_time && exact_ && raw_at(user_.time) == raw_at(time_)) return;
        if (has_id && !has_time) build_.keep_at(event_.extra, Scope::field, user_.id);
        if (has_time) build_.keep_at(event_.extra, Scope::field, user_.time);
    }

    BatchBuilder& build_;
    json::Cursor& cursor_;
    Item& item_;
    std::uint32_t index_;
    Event& event_;  ///< the last one until the item is read
    bool has_message_ = false, exact_ = false;
    Mark actor_, type_, message_, time_;
    UserMessage user_;
};

}  // namespace

bool read_item(BatchBuilder& build, Item& item) { return ItemReader(build, item).read(); }

}  // namespace lampjack::platforms::chatlayer_offloading
