#include "engine/transcript_merge.h"

#include "conversation/echo.h"
#include "conversation/merge.h"
#include "model/canonical.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

using conversation::MergeRecord;

MergeRecord record_of(const model::Batch& batch, const model::Event& event,
                      const model::Identity& identity) {
    MergeRecord record;
    if (identity.by_vendor_id) record.key = identity.id;
    record.fingerprint = identity.fingerprint;
    record.actor = static_cast<std::uint8_t>(event.role);
    if (event.sent_at != model::kNoTime) record.at = event.sent_at;
    std::string content;
    model::write_normalised_content(batch, event, content);
    record.content = conversation::text_hash(content);
    return record;
}

Result<std::vector<MergeRecord>> records_of(std::span<const store::ItemRow> stored,
                                            std::string_view account) {
    std::vector<MergeRecord> records;
    for (const store::ItemRow& item : stored) {
        if (item.is_fact || item.kind != model::word(model::EventKind::message)) continue;
        LJK_TRY(batch, model::read_events(item.body));
        const std::uint32_t root = batch->roots.front();
        records.push_back(
            record_of(*batch, batch->events[root], model::identify(*batch, account)[root]));
    }
    return records;
}

}  // namespace

Result<std::vector<TranscriptNews>> news_of(const model::Batch& batch, model::Range transcript,
                                            std::span<const model::Identity> identities,
                                            std::span<const store::ItemRow> stored,
                                            std::string_view account) {
    LJK_TRY(live, records_of(stored, account));
    std::vector<MergeRecord> told;
    for (std::uint32_t i = transcript.first; i < transcript.first + transcript.count; ++i)
        told.push_back(record_of(batch, batch.events[i], identities[i]));
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
Result<std::optional<Millis>> open_request_since(const conversation::Conversation& now,
                                                 std::span<const store::ItemRow> stored) {
    using conversation::State;
    std::optional<Millis> since;
    if (now.state != State::requested && now.state != State::agent) return since;
    const auto first = std::find_if(stored.begin(), stored.end(), [&](const store::ItemRow& item) {
        return item.episode == now.episode && item.state != State::bot;
    });
    if (first == stored.end()) return since;
    since = first->received;
    if (first->is_fact) return since;
    LJK_TRY(batch, model::read_events(first->body));
    if (batch->root(0).sent_at != model::kNoTime) since = batch->root(0).sent_at;
    return since;
}

}  // namespace lampjack::engine
