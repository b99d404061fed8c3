#pragma once
// What a transcript tells that never came live: conversation/merge.h applied to stored items and a batch's events.

#include "base/clock.h"
#include "model/batch.h"
#include "model/identity.h"
#include "store/rows.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace lampjack::engine {

struct TranscriptNews {
    std::uint32_t event = 0;  ///< index in the batch
    bool hole = false;        ///< live traffic should have brought it: a gap ends here
};

/// The transcript's events that are not among the stored items, in order.
std::vector<TranscriptNews> news_of(const model::Batch& batch, model::Range transcript,
                                    std::span<const model::Identity> identities,
                                    std::span<const store::MergeRow> stored);

/// When the handover that is under way was requested, by the clock of who asked; none when no human is wanted or at work.
std::optional<Millis> open_request_since(const conversation::Conversation& now,
                                         std::span<const store::MergeRow> stored);

}  // namespace lampjack::engine
