#pragma once
// Parts of a message in the vendor's words: a bot's frame, or one entry of a frame's `actions`.

#include "model/batch_builder.h"

namespace lampjack::platforms::certainly {

/// The documented keys of frames, as bits: which stood there already, and which a kind of frame has.
using Field = unsigned;
inline constexpr Field kType = 1U << 0;
inline constexpr Field kText = 1U << 1;
inline constexpr Field kOptionsType = 1U << 2;
inline constexpr Field kOptions = 1U << 3;
inline constexpr Field kCards = 1U << 4;
inline constexpr Field kMessage = 1U << 5;
inline constexpr Field kActions = 1U << 6;
inline constexpr Field kAttachments = 1U << 7;
inline constexpr Field kUserId = 1U << 8;
inline constexpr Field kTimestamp = 1U << 9;
inline constexpr Field kId = 1U << 10;
inline constexpr Field kProfile = 1U << 11;
inline constexpr Field kVariables = 1U << 12;
inline constexpr Field kFrom = 1U << 13;
inline constexpr Field kError = 1U << 14;
inline constexpr Field kPartFields = kType | kText | kOptionsType | kOptions | kCards;

/// Marks the field as seen. A second one would be lost, so it makes the item malformed.
inline bool once(json::Cursor& cursor, unsigned& seen, Field field) noexcept {
    if ((seen & field) != 0) return cursor.fail(json::Problem::mismatch);
    seen |= field;
    return true;
}

/// The members of an object that is one part, before its kind is known: keys may come in any order.
struct PartFields {
    model::Str type, text, options_type;
    json::Cursor::Mark options, cards;  ///< read when the keys behind them are known
    unsigned seen = 0;
};

class PartReader {
public:
    explicit PartReader(model::BatchBuilder& build) noexcept
        : build_(build),
          cursor_(build.cursor) {}

    /// The field of that key when it is one of PartFields, to be read by `member`; else 0.
    static Field field_of(json::Key key) noexcept;
    bool member(PartFields& fields, Field field, model::Chain& extra, model::Scope scope);

    /// Whether the frame's `type` is one of the documented ones.
    bool knows(const PartFields& fields) const noexcept;
    /// Makes the part of a known type; the cursor may stand anywhere afterwards.
    bool make(const PartFields& fields, model::Part& out);

    /// One entry of `actions`. What is no documented action becomes an unknown part; `warning` tells why.
    bool action(model::Part& out, unsigned& warnings);
    /// One entry of `attachments`: an address, or an object with one.
    bool attachment(model::Part& out, unsigned& warnings);

    /// False when a part could not be written back from what the batch holds.
    bool exact() const noexcept { return exact_; }

private:
    bool choice(const PartFields& fields, model::Part& out);
    bool cards(const PartFields& fields, model::Part& out);
    bool card();
    bool buttons(model::Card& card);
    bool button();
    bool button_options(model::Option& option);
    bool action_object(model::Part& out);
    bool attachment_object(model::Part& out);
    /// Takes the value at the cursor as it is.
    bool unknown(model::Part& out, model::Warning why, unsigned& warnings);

    model::BatchBuilder& build_;
    json::Cursor& cursor_;
    bool exact_ = true;
};

}  // namespace lampjack::platforms::certainly
