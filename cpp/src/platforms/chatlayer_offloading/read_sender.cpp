// The sender of a visitor's message. Which keys it has depends on the channel; the names are spelt in several ways.

#include "base/text.h"
#include "platforms/chatlayer_offloading/user_message.h"

namespace lampjack::platforms::chatlayer_offloading {
namespace {

using json::Key;
using json::Str;
using model::Actor;
using model::BatchBuilder;
using model::Scope;
using model::Warning;
using Mark = json::Cursor::Mark;

class SenderReader {
public:
    SenderReader(BatchBuilder& build, std::uint32_t event)
        : build_(build),
          cursor_(build.cursor),
          event_(build.event(event)),
          actor_(build.batch.actors[event_.actor = build.add_actor()]) {}

    bool read() {
        return cursor_.object([this](Key key) { return member(key); });
    }

private:
    bool member(Key key) {
        if (key == "id") return documented(actor_.id, id_);
        if (key == "preferredLanguage") return documented(actor_.language, language_);
        if (key == "firstName") return documented(actor_.first_name, first_);
        if (key == "lastName") return documented(actor_.last_name, last_);
        const char first = key.text.empty() ? '\0' : key.text.front();
        if (first == 'b' || first == 'i')
            return keep();  // botId, botType, isEmulator: the usual ones
        if (is_one_of(key, "firstname", "first_name")) return variant(actor_.first_name, first_);
        if (is_one_of(key, "lastname", "last_name")) return variant(actor_.last_name, last_);
        if (key == "locale") return variant(actor_.language, language_);
        if (key != "preferedLanguage") return keep();
        event_.warn(Warning::misspelt_key);
        return variant(actor_.language, language_);
    }

    bool keep() { return build_.keep(actor_.extra, Scope::field); }

    static bool is_one_of(Key key, std::string_view one, std::string_view other) noexcept {
        return key.text == one || equals_ignoring_case(key.text, one) ||
               equals_ignoring_case(key.text, other);
    }

    bool documented(Str& out, Mark& place) {
        if (out) return keep();
        place = cursor_.mark();
        return build_.text_or_keep(out, actor_.extra, Scope::field);
    }

    /// Another spelling: the value counts when there is none yet, and is written back from extra. Then the documented
    /// spelling, where it stands beside it, must be written from there too.
    bool variant(Str& out, Mark& place) {
        if (out && place.present()) build_.keep_at(actor_.extra, Scope::field, place);
        place = {};
        if (cursor_.peek() == '"' && !out) {
            const Str text = cursor_.text_at(cursor_.mark());
            if (text.size != 0) out = text;
        }
        return keep();
    }

    BatchBuilder& build_;
    json::Cursor& cursor_;
    model::Event& event_;  ///< neither it nor the actor moves: no other one is added meanwhile
    Actor& actor_;
    Mark id_, language_, first_, last_;
};

}  // namespace

bool read_sender(BatchBuilder& build, std::uint32_t event) {
    return SenderReader(build, event).read();
}

}  // namespace lampjack::platforms::chatlayer_offloading
