#include "engine/merge_records.h"

#include "conversation/echo.h"
#include "model/canonical.h"

#include <algorithm>
#include <map>
#include <string>

namespace lampjack::engine {
namespace {

using conversation::MergeRecord;
using store::MergeRow;

/// Bodies that are read one by one; when more are missing, all are read at once.
constexpr std::size_t kFew = 32;
/// Records that one merge writes: others wait meanwhile. The rest is written by the next ones.
constexpr std::size_t kWritten = 1000;

bool lacks_record(const MergeRow& row) noexcept { return !row.is_fact && !row.merge; }

Result<std::map<std::uint64_t, std::string>> bodies_of(store::Tx& tx,
                                                       const store::ConversationKey& key,
                                                       const std::vector<MergeRow>& rows,
                                                       std::size_t missing) {
    std::map<std::uint64_t, std::string> bodies;
    if (missing > kFew) {
        LJK_TRY(items, tx.newest(key, rows.size()));
        for (store::ItemRow& item : items) bodies.emplace(item.seq, std::move(item.body));
        return bodies;
    }
    for (const MergeRow& row : rows) {
        if (!lacks_record(row)) continue;
        LJK_TRY(item, tx.item(key, row.seq));
        bodies.emplace(row.seq, std::move(item.body));
    }
    return bodies;
}

}  // namespace

MergeRecord merge_record(const model::Batch& batch, std::uint32_t index,
                         const model::Identity& identity) {
    const model::Event& event = batch.events[index];
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

std::optional<MergeRecord> merge_record(std::string_view body, std::string_view account) {
    const auto batch = model::read_events(body);
    if (!batch || (*batch)->roots.empty()) return {};
    const std::uint32_t root = (*batch)->roots.front();
    return merge_record(**batch, root, model::identify(**batch, account)[root]);
}

std::optional<MergeRecord> record_to_store(const model::Batch& batch, std::uint32_t index,
                                           const model::Identity& identity) {
    if (identity.is_repeated) return {};
    return merge_record(batch, index, identity);
}

Result<std::vector<MergeRow>> compared_items(store::Tx& tx, const store::ConversationKey& key,
                                             std::size_t limit, std::string_view account) {
    LJK_TRY(rows, tx.newest_merge(key, limit));
    const auto missing =
        static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), lacks_record));
    if (missing == 0) return std::move(rows);
    LJK_TRY(bodies, bodies_of(tx, key, rows, missing));
    std::size_t written = 0;
    for (MergeRow& row : rows) {
        if (!lacks_record(row)) continue;
        row.merge = merge_record(bodies[row.seq], account);
        if (row.merge && ++written <= kWritten) LJK_CHECK(tx.put_merge(key, row.seq, *row.merge));
    }
    return std::move(rows);
}

}  // namespace lampjack::engine
