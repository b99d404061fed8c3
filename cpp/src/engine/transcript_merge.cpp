#include "engine/transcript_merge.h"

#include "conversation/echo.h"
#include "conversation/merge.h"
#include "model/canonical.h"

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

}  // namespace lampjack::engine
