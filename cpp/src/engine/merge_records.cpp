#include "engine/merge_records.h"

#include "base/text_hash.h"
#include "model/canonical.h"
#include "model/graft.h"
#include "model/payload_offer.h"

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

bool names_targets(const model::Batch& batch, const model::Event& event) noexcept {
    const auto among = [&](model::Range options) {
        return std::ranges::any_of(batch.options_of(options), [](const model::Option& option) {
            return option.target.present();
        });
    };
    return std::ranges::any_of(batch.parts_of(event), [&](const model::Part& part) {
        return part.target || part.parameters || among(part.options) ||
               std::ranges::any_of(batch.cards_of(part),
                                   [&](const model::Card& card) { return among(card.options); });
    });
}

/// The hash of the content, the same for a target that stands beside the payload that names it, and for that payload alone.
std::uint64_t compared_content(const model::Batch& batch, std::uint32_t index,
                               const model::Identity& identity) {
    if (!names_targets(batch, batch.events[index])) return identity.content;
    model::BatchPtr copy = model::BatchPtr::make();
    const std::uint32_t at = model::Graft(copy.mutate(), batch).event(index);
    model::drop_offered(copy.mutate());
    std::string content;
    model::write_normalised_content(*copy, copy->events[at], content);
    return text_hash(content);
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
    record.content = compared_content(batch, index, identity);
    return record;
}

std::optional<MergeRecord> merge_record(std::string_view body, std::string_view account) {
    auto batch = model::read_events(body);
    if (!batch || (*batch)->roots.empty()) return {};
    model::drop_offered(batch->mutate());
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
