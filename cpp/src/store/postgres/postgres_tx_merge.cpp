// What a transcript is compared with: read and written without the items' bodies.
#include "store/merge_codec.h"
#include "store/postgres/columns.h"
#include "store/postgres/postgres_tx.h"

namespace lampjack::store::postgres {
namespace {

constexpr Statement kNewestMerge{
    "lampjack_newest_merge",
    "SELECT seq, episode, state, kind, is_fact, received, merge_record FROM lampjack_item "
    "WHERE key = $1 ORDER BY seq DESC LIMIT $2"};
constexpr Statement kPutMerge{"lampjack_put_merge", "UPDATE lampjack_item SET merge_record = $3 "
                                                    "WHERE key = $1 AND seq = $2"};

}  // namespace

Result<std::vector<MergeRow>> PostgresTx::newest_merge(const ConversationKey& key,
                                                       std::size_t limit) {
    LJK_TRY(found, ask(kNewestMerge, Params().key(key).limit(limit)));
    std::vector<MergeRow> rows;
    for (int at = found.size() - 1; at >= 0; --at) {
        MergeRow row;
        row.seq = found.number(at, 0);
        row.episode = found.number(at, 1);
        row.state = static_cast<conversation::State>(found.integer(at, 2));
        row.kind = found.text(at, 3);
        row.is_fact = found.boolean(at, 4);
        row.received = found.integer(at, 5);
        if (!found.is_null(at, 6)) row.merge = decode_merge(found.bytes(at, 6));
        rows.push_back(std::move(row));
    }
    return rows;
}

Result<void> PostgresTx::put_merge(const ConversationKey& key, std::uint64_t seq,
                                   const conversation::MergeRecord& record) {
    later(kPutMerge, Params().key(key).number(seq).bytes(encode(record)));
    return {};
}

}  // namespace lampjack::store::postgres
