#pragma once
// BatchBuilder: what every reader uses to fill a batch from a cursor. The helpers that end in `_or_keep` read a documented
// field and, whenever its spelling could not be written back from the canonical value, also keep its raw JSON in `extra`
// under the vendor's name. Writers prefer what `extra` holds, so write(read(x)) is x.

#include "model/batch.h"
#include "json/cursor.h"

#include <cstddef>
#include <string_view>

namespace lampjack::model {

class BatchBuilder {
public:
    /// A state to go back to.
    struct Mark {
        json::Cursor::Mark cursor;
        std::size_t events, actors, parts, cards, options, extras;
    };

    BatchBuilder(Batch& target, json::Cursor& source) noexcept : batch(target), cursor(source) {}

    Batch& batch;
    json::Cursor& cursor;

    std::string_view view(Str str) const noexcept { return batch.view(str); }
    Str add(std::string_view text) { return batch.text.add(text); }

    /// Appends one leftover. A name of the message's own object that is a scope's name goes under `message`.
    void extra(Chain& chain, Scope scope, Str key, Str raw);
    /// Moves all entries of `tail` to the end of the chain.
    void splice(Chain& chain, Chain tail) noexcept;
    /// Reads the member at the cursor as raw JSON into the chain.
    bool keep(Chain& chain, Scope scope) {
        keep_at(chain, scope, cursor.mark());
        return cursor.skip();
    }
    /// Keeps a member whose value was passed over; the cursor stays where it is. Always true.
    bool keep_at(Chain& chain, Scope scope, json::Cursor::Mark value) {
        extra(chain, scope, json::Cursor::name_at(value), json::Cursor::raw_at(value));
        return true;
    }

    // These read the value of the member at the cursor.

    /// A text. "" and null are absent and kept; a number or bool becomes its text and is kept; others are only kept.
    bool text_or_keep(Str& out, Chain& chain, Scope scope);
    /// A text in which "" is a value of its own; other types are a mismatch.
    bool text(Str& out) { return cursor.string(out); }
    /// An id: a string, or an integer (kept, with all digits). Anything else, or "", is a mismatch.
    bool id_or_keep(Str& out, Chain& chain, Scope scope, bool& was_number);
    /// A time of any spelling parse_time reads; `exact` tells which form the platform's writer uses.
    enum class TimeForm { iso_millis, epoch_millis, epoch_seconds };
    bool time_or_keep(Millis& out, TimeForm exact, Chain& chain, Scope scope);
    /// A size in bytes: a non-negative integer, or its digits as text (kept).
    bool size_or_keep(std::int64_t& out, Chain& chain, Scope scope);

    Mark mark() const noexcept {
        return {cursor.mark(),      batch.events.size(),  batch.actors.size(), batch.parts.size(),
                batch.cards.size(), batch.options.size(), batch.extras.size()};
    }
    /// Takes back everything since the mark and forgives a mismatch; false for any other problem.
    bool rewind(const Mark& mark) noexcept;

    /// A new event at the end of `batch.events`; parts added from now on are its own until finish_parts.
    std::uint32_t add_event(EventKind kind, Role role);
    Event& event(std::uint32_t index) noexcept { return batch.events[index]; }
    Part& add_part(Event& event, PartType type);
    /// New ones at the end, to be filled where they are: rewind takes back those of a malformed message.
    Option& add_option();
    Card& add_card();
    std::uint32_t add_actor();
    std::uint32_t add_conversation();
    /// An `unknown` event whose one part holds the value at the cursor, raw.
    bool add_unknown(Warning why);

private:
    void extra_in_more_room(Chain& chain, Scope scope, Str key, Str raw);
};

}  // namespace lampjack::model
