#pragma once
// Graft: copies events, or pieces of them, from one batch into another. Every string is copied into the target's arena.

#include "model/batch.h"

namespace lampjack::model {

class Graft {
public:
    Graft(Batch& to, const Batch& from) noexcept : to_(to), from_(from) {}

    Str str(Str value);
    Chain chain(Chain value);
    Option option(const Option& value);
    Card card(const Card& value);
    /// The part's options and cards are appended to the target's arrays.
    Part part(const Part& value);
    /// An event with its conversation, actor, parts and transcript, at the end of the target's events; its index.
    std::uint32_t event(std::uint32_t index);
    /// The same without its parts; the caller appends parts next.
    std::uint32_t event_without_parts(std::uint32_t index);

private:
    Range options(Range range);
    std::uint32_t copy(std::uint32_t index, bool with_parts);

    Batch& to_;
    const Batch& from_;
};

}  // namespace lampjack::model
