#pragma once
// Envelope: the outer object of a body, any of the forms. Its members may come in any order, so what cannot be
// understood yet is passed over and read again once the form is known.

#include "platforms/omnichannel/read_message.h"

#include <array>
#include <string_view>

namespace lampjack::platforms::omnichannel {

/// Which endpoint the body came to; without one its shape tells what it is.
enum class Place : std::uint8_t { any, send_message, transfer, webhook };
Place place_of(std::string_view path) noexcept;

enum class EventWord : std::uint8_t { absent, unknown, new_message, new_chat };

enum class Member : std::uint8_t {
    event,
    chat_id,
    visitor,
    message,  // the documented four
    chat,
    kind,
    text,
    response,
    data,
    buttons,
    messages,
    has_answer,
    reason,
    context,
    other
};
inline constexpr std::size_t kMembers = static_cast<std::size_t>(Member::other);

struct Envelope {
    /// A field that is there and cannot be used, in words; empty when all is well. It counts only in forms that have
    /// the field.
    struct Problems {
        std::string_view chat, visitor, message;
    };

    Place place = Place::any;
    EventWord event = EventWord::absent;
    bool id_was_number = false;  ///< the one that counts
    unsigned seen = 0;           ///< bits by Member
    std::uint32_t actor = model::kNone;
    model::Str chat_id, chat_object_id;  ///< of `chat_id` and of `chat.id`
    Deferred chat_id_at, visitor_at;
    Draft message;
    std::array<Deferred, kMembers> deferred;
    model::Chain leftovers;  ///< in the scope `request`
    Problems problems;

    bool has(Member member) const noexcept {
        return (seen >> static_cast<unsigned>(member) & 1U) != 0;
    }
    Deferred at(Member member) const noexcept { return deferred[static_cast<std::size_t>(member)]; }
    model::Str id() const noexcept { return chat_id ? chat_id : chat_object_id; }
    MessageReader::Flat flat() const noexcept {
        return {at(Member::kind), at(Member::text), at(Member::response), at(Member::data),
                at(Member::buttons)};
    }
};

class EnvelopeReader {
public:
    EnvelopeReader(Envelope& envelope, model::BatchBuilder& build)
        : envelope_(envelope),
          build_(build),
          cursor_(build.cursor),
          messages_(build) {}

    /// The object at the cursor. False for a problem of the whole body only.
    bool run();

private:
    bool member(json::Key key);
    bool other(json::Key key);
    bool event();
    bool chat_id();
    bool chat();
    bool visitor();
    bool visitor_member(model::Actor& actor, json::Key key);
    bool fields(model::Actor& actor);
    bool message();
    bool wrong(json::Cursor::Mark at, std::string_view& problem, std::string_view why);
    void check_id(model::Str id, std::string_view& problem, std::string_view why);

    Envelope& envelope_;
    model::BatchBuilder& build_;
    json::Cursor& cursor_;
    MessageReader messages_;
};

}  // namespace lampjack::platforms::omnichannel
