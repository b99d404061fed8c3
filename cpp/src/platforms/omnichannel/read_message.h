#pragma once
// MessageReader: one message object, of either side and any kind, into a draft. What the message may be is known only
// when the whole body was seen (`event` may stand last), so making the event is a second step.

#include "model/batch_builder.h"
#include "platforms/omnichannel/kinds.h"

#include <array>

namespace lampjack::platforms::omnichannel {

using model::is_id;

/// A member that was passed over, to be read later.
using Deferred = json::Cursor::Mark;

struct Draft {
    enum class Id : std::uint8_t { absent, good, bad };

    Kind kind = Kind::absent;
    Id id_state = Id::absent;
    bool malformed = false;
    bool has_text = false;
    bool has_data = false;
    bool has_buttons = false;
    model::Str id;
    model::Str text;
    model::Str raw;           ///< set when malformed
    Deferred kind_member;     ///< of a message object
    json::Cursor::Mark at{};  ///< where the object begins
    model::Chain extra;       ///< of the message object
    model::Part part;         ///< what `data` and `buttons` gave

    /// The first parameter of a user's message that the page shows and that is not there; empty when all are. Of a file
    /// that is not ready nobody knows more than its state.
    std::string_view lacks() const noexcept;
    bool is_ready = false;  ///< a file's `state`
};

class MessageReader {
public:
    explicit MessageReader(model::BatchBuilder& build) : build_(build), cursor_(build.cursor) {}

    /// The object at the cursor. False only for problems of the whole body; a value that is no object is a mismatch.
    bool object(Draft& draft);

    /// The members of the older flat form, which were passed over one by one.
    struct Flat {
        Deferred kind, text, response, data, buttons;
        bool any() const noexcept {
            return kind.present() || text.present() || response.present() || data.present() ||
                   buttons.present();
        }
    };
    bool flat(const Flat& members, Draft& draft);

    /// Makes the event of a draft: a message, or `unknown` with its raw JSON. Returns its index.
    std::uint32_t add_event(Draft& draft, Direction direction);

private:
    enum class Member : std::uint8_t { id, kind, text, data, buttons, other };
    static Member member_of(json::Key key) noexcept;

    bool members(Draft& draft);
    bool id(Draft& draft);
    bool kind(Draft& draft);
    bool kind_word(Draft& draft);
    bool body(Draft& draft, Member member);
    bool text(Draft& draft);
    bool file(Draft& draft);
    bool remember_mimes(model::Part& part, Deferred own, Deferred other);
    bool press(Draft& draft);
    bool button_of_press(Draft& draft);
    bool buttons(Draft& draft);
    bool button(model::Range& options, bool& regular);
    bool recover(Draft& draft, const model::BatchBuilder::Mark& start);
    model::PartType part_type(const Draft& draft, Direction direction) const noexcept;
    void fill(const Draft& draft, model::PartType type, model::Event& event);

    model::BatchBuilder& build_;
    json::Cursor& cursor_;
};

}  // namespace lampjack::platforms::omnichannel
