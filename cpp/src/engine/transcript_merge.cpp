#include "engine/transcript_merge.h"

#include "conversation/merge.h"
#include "engine/merge_records.h"
#include "model/words.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

using conversation::MergeRecord;

std::vector<MergeRecord> messages_among(std::span<const store::MergeRow> stored) {
    std::vector<MergeRecord> records;
    for (const store::MergeRow& item : stored)
        if (item.merge && item.kind == model::word(model::EventKind::message))
            records.push_back(*item.merge);
    return records;
}

}  // namespace

std::vector<TranscriptNews> news_of(const model::Batch& batch, model::Range transcript,
                                    std::span<const model::Identity> identities,
                                    std::span<const store::MergeRow> stored) {
    const std::vector<MergeRecord> live = messages_among(stored);
    std::vector<MergeRecord> told;
    for (std::uint32_t i = transcript.first; i < transcript.first + transcript.count; ++i)
        told.push_back(merge_record(batch, i, identities[i]));
    const conversation::Merged merged = conversation::merge(live, told);
    std::vector<TranscriptNews> news;
    for (const std::size_t index : merged.added) {
        TranscriptNews one{transcript.first + static_cast<std::uint32_t>(index), false};
        for (const conversation::Hole& hole : merged.holes)
            one.hole = one.hole || (index >= hole.first && index < hole.first + hole.count);
        news.push_back(one);
    }
    return news;
}

// The first item of an episode is what began it.
std::optional<Millis> open_request_since(const conversation::Conversation& now,
                                         std::span<const store::MergeRow> stored) {
    using conversation::State;
    if (now.state != State::requested && now.state != State::agent) return {};
    const auto first = std::find_if(stored.begin(), stored.end(), [&](const store::MergeRow& item) {
        return item.episode == now.episode && item.state != State::bot;
    });
    if (first == stored.end()) return {};
    return first->merge && first->merge->at ? *first->merge->at : first->received;
}

}  // namespace lampjack::engine
