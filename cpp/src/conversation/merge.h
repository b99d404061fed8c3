#pragma once
// Merging what came live with the transcript inside a handover request. Both tell of the same dialogue, in different
// shapes and without common ids; some of it may never have come live.

#include "base/clock.h"
#include "conversation/duplicates.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace lampjack::conversation {

/// What the merge needs to know of an item, live or from the transcript.
struct MergeRecord {
    std::optional<EventKey> key = {};  ///< by the vendor's id, where there is one
    EventKey fingerprint{};            ///< by actor, time and content
    std::uint8_t actor = 0;            ///< any numbering, the same on both sides
    std::optional<Millis> at = {};     ///< the sender's time
    std::uint64_t content = 0;         ///< hash of kind and text, the same on both sides

    friend bool operator==(const MergeRecord&, const MergeRecord&) = default;
};

/// Transcript items `first` to `first + count - 1` never came live, although something after them did.
struct Hole {
    std::size_t first = 0;
    std::size_t count = 0;
    std::optional<std::size_t> after_live =
        {};  ///< the live item before the hole; none: before all of them

    friend bool operator==(const Hole&, const Hole&) = default;
};

struct Merged {
    std::vector<std::optional<std::size_t>>
        live_of;                     ///< per transcript item: the live item it repeats
    std::vector<std::size_t> added;  ///< transcript items to append, flagged as from the transcript
    std::vector<Hole> holes;         ///< runs of `added` that are gaps rather than news
    std::vector<std::size_t>
        missing;  ///< live items within the transcript's time that it does not tell

    friend bool operator==(const Merged&, const Merged&) = default;
};

/// Vendors promise nothing about the times of both deliveries; they are the same or nearly so.
inline constexpr Millis kMergeTolerance = 2000;

/// Both lists in the order of the dialogue. Each live item explains one transcript item at most.
Merged merge(std::span<const MergeRecord> live, std::span<const MergeRecord> transcript,
             Millis tolerance = kMergeTolerance);

}  // namespace lampjack::conversation
