// What a transcript is compared with: read and written without the items' bodies.
#include "store/merge_codec.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_tx.h"

#include <algorithm>

namespace lampjack::store::sqlite {

/// The columns of `item` that are read stand before its body, so that none is fetched, however long.
Result<std::vector<MergeRow>> SqliteTx::newest_merge(const ConversationKey& key,
                                                     std::size_t limit) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(found, db->query("SELECT i.seq, i.episode, i.state, i.kind, i.is_fact, i.received, "
                             "m.record FROM item i LEFT JOIN item_merge m "
                             "ON m.conversation = i.conversation AND m.seq = i.seq "
                             "WHERE i.conversation = ? ORDER BY i.seq DESC LIMIT ?"));
    found.blob(key).integer(sql_limit(limit));
    std::vector<MergeRow> rows;
    for (;;) {
        LJK_TRY(more, found.next());
        if (!more) break;
        MergeRow row;
        row.seq = found.number_at(0);
        row.episode = found.number_at(1);
        row.state = static_cast<conversation::State>(found.integer_at(2));
        row.kind = found.string_at(3);
        row.is_fact = found.boolean_at(4);
        row.received = found.integer_at(5);
        row.merge = decode_merge(found.text_at(6));
        rows.push_back(std::move(row));
    }
    std::reverse(rows.begin(), rows.end());
    return rows;
}

Result<void> SqliteTx::put_merge(const ConversationKey& key, std::uint64_t seq,
                                 const conversation::MergeRecord& record) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(put, db->query("INSERT INTO item_merge (conversation, seq, record) VALUES (?, ?, ?) "
                           "ON CONFLICT DO UPDATE SET record = excluded.record"));
    const std::string bytes = encode(record);
    LJK_CHECK(put.blob(key).number(seq).blob(bytes).run());
    return {};
}

}  // namespace lampjack::store::sqlite
