// A transaction's side of what goes out: the rows of the outbox, and what waits for whom after the commit.
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_tx.h"
#include "store/sqlite/subscriptions.h"
#include "store/sqlite/turns.h"

#include <algorithm>

namespace lampjack::store::sqlite {
namespace {

Error no_delivery() { return fail(Code::not_found, "no such delivery"); }

Result<std::vector<OutboxRow>> read_all(Statement& found) {
    std::vector<OutboxRow> rows;
    for (;;) {
        LJK_TRY(more, found.next());
        if (!more) return rows;
        rows.push_back(read_outbox(found));
    }
}

template <class T>
void add_once(std::vector<T>& list, T value) {
    if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(std::move(value));
}

}  // namespace

Result<void> SqliteTx::enqueue(const ConversationKey& key, const OutboxRow& row) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(account, account_of(*db, key));
    LJK_TRY(insert, db->query("INSERT INTO outbox (conversation, account, " LJK_OUTBOX_COLUMNS
                              ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    insert.blob(key).text(account);
    bind(insert, row);
    LJK_CHECK(insert.run());
    add_once(changed_lanes_, {key, row.to_sink});
    return {};
}

Result<OutboxRow> SqliteTx::find_command(const ConversationKey& key, std::string_view command_key) {
    if (command_key.empty()) return OutboxRow{};
    LJK_TRY(db, access_.connection());
    LJK_TRY(found, db->query("SELECT " LJK_OUTBOX_COLUMNS
                             " FROM outbox WHERE conversation = ? AND command = ? "
                             "AND command <> '' ORDER BY oseq LIMIT 1"));
    LJK_TRY(exists, found.blob(key).text(command_key).next());
    return exists ? read_outbox(found) : OutboxRow{};
}

Result<std::vector<OutboxRow>> SqliteTx::pending(const ConversationKey& key) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(account, account_of(*db, key));
    LJK_TRY(found, db->query("SELECT " LJK_OUTBOX_COLUMNS
                             " FROM outbox WHERE account = ? AND conversation = ? AND status = 0 "
                             "ORDER BY oseq"));
    found.text(account).blob(key);
    return read_all(found);
}

Result<std::vector<OutboxRow>> SqliteTx::deliveries_of(const ConversationKey& key,
                                                       std::uint64_t item_seq) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(found, db->query("SELECT " LJK_OUTBOX_COLUMNS
                             " FROM outbox WHERE conversation = ? AND item_seq = ? "
                             "AND item_seq > 0 ORDER BY oseq"));
    found.blob(key).number(item_seq);
    return read_all(found);
}

Result<std::vector<OutboxRow>> SqliteTx::unsent_forwards(const ConversationKey& key) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(found, db->query("SELECT " LJK_OUTBOX_COLUMNS
                             " FROM outbox WHERE conversation = ? AND action = ? "
                             "AND status NOT IN (?, ?) ORDER BY oseq"));
    found.blob(key).integer(static_cast<std::int64_t>(conversation::Action::forward));
    found.integer(static_cast<std::int64_t>(DeliveryStatus::sent))
        .integer(static_cast<std::int64_t>(DeliveryStatus::refused));
    return read_all(found);
}

Result<bool> SqliteTx::is_lane_leased(const ConversationKey& key) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(found, db->query("SELECT 1 FROM lane WHERE conversation = ? AND to_sink = 0 "
                             "AND token <> 0"));
    return found.blob(key).next();
}

Result<OutboxRow> SqliteTx::delivery(const ConversationKey& key, std::uint64_t oseq) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(found, db->query("SELECT " LJK_OUTBOX_COLUMNS
                             " FROM outbox WHERE conversation = ? AND oseq = ?"));
    LJK_TRY(exists, found.blob(key).number(oseq).next());
    if (!exists) return no_delivery();
    return read_outbox(found);
}

Result<std::vector<OutboxRow>> SqliteTx::fence(const ConversationKey& key, std::uint64_t epoch) {
    LJK_TRY(waiting, pending(key));
    LJK_TRY(db, access_.connection());
    std::vector<OutboxRow> fenced;
    for (OutboxRow& row : waiting) {
        if (row.action != conversation::Action::reply || row.epoch >= epoch) continue;
        row.status = DeliveryStatus::refused;
        row.last_error = "stale_owner";
        LJK_CHECK(replace(*db, key, row));
        fenced.push_back(std::move(row));
    }
    return fenced;
}

Result<void> SqliteTx::replace(Connection& db, const ConversationKey& key, const OutboxRow& row) {
    LJK_TRY(update, db.query("UPDATE outbox SET (" LJK_OUTBOX_COLUMNS ") = "
                             "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                             "WHERE conversation = ? AND oseq = ?"));
    bind(update, row);
    LJK_TRY(changed, update.blob(key).number(row.oseq).run());
    if (changed == 0) return no_delivery();
    add_once(changed_lanes_, {key, row.to_sink});
    return {};
}

Result<void> SqliteTx::record(const ConversationKey& key, const OutboxRow& row,
                              std::uint64_t token) {
    LJK_TRY(db, access_.connection());
    LJK_TRY(found, db->query("SELECT 1 FROM outbox WHERE conversation = ? AND oseq = ?"));
    LJK_TRY(exists, found.blob(key).number(row.oseq).next());
    if (!exists) return no_delivery();
    if (token != 0) {
        LJK_TRY(give_back, db->query("UPDATE lane SET token = 0 "
                                     "WHERE conversation = ? AND to_sink = ? AND token = ?"));
        LJK_TRY(held, give_back.blob(key).boolean(row.to_sink).number(token).run());
        if (held == 0) return fail(Code::unsupported, "the lease of this delivery was lost");
    }
    return replace(*db, key, row);
}

/// A lane that waits becomes ready with its head; a leased one stays with its holder.
Result<void> SqliteTx::settle_lane(Connection& db, const Place& place) {
    const auto& [key, to_sink] = place;
    LJK_TRY(account, account_of(db, key));
    LJK_TRY(head, db.query("SELECT ready_at FROM outbox WHERE account = ? AND conversation = ? "
                           "AND to_sink = ? AND status = 0 ORDER BY oseq LIMIT 1"));
    LJK_TRY(exists, head.text(account).blob(key).boolean(to_sink).next());
    if (!exists) {
        LJK_TRY(keep, db.query("UPDATE lane SET is_empty = 1 "
                               "WHERE conversation = ? AND to_sink = ? AND token <> 0"));
        LJK_CHECK(keep.blob(key).boolean(to_sink).run());
        LJK_TRY(drop, db.query("DELETE FROM lane "
                               "WHERE conversation = ? AND to_sink = ? AND token = 0"));
        LJK_CHECK(drop.blob(key).boolean(to_sink).run());
        return {};
    }
    LJK_TRY(offer,
            db.query("INSERT INTO lane (conversation, to_sink, account, ready_at, turn, token, "
                     "is_empty) VALUES (?, ?, ?, ?, ?, 0, 0) ON CONFLICT DO UPDATE SET "
                     "ready_at = iif(token = 0, excluded.ready_at, ready_at), "
                     "turn = iif(token = 0, excluded.turn, turn), is_empty = 0 "
                     "WHERE is_empty = 1 OR (token = 0 AND ready_at <> excluded.ready_at)"));
    offer.blob(key).boolean(to_sink).text(account).integer(head.integer_at(0));
    LJK_TRY(turn, next_turn(db));
    LJK_CHECK(offer.integer(turn).run());
    return {};
}

Result<void> SqliteTx::feed_subscriptions(Connection& db) {
    if (appended_.empty()) return {};
    LJK_TRY(subscriptions, read_subscriptions(db));
    std::vector<std::pair<ConversationKey, std::int64_t>> fed;
    for (const auto& [key, seq, to, kind, flags] : appended_) {
        LJK_TRY(account, account_of(db, key));
        if (account.empty()) continue;  // erased in the same change
        for (const Subscription& one : subscriptions) {
            const std::pair place{key, one.id};
            if (!wants(one.filter, account, kind, to, flags)) continue;
            if (std::find(fed.begin(), fed.end(), place) != fed.end()) continue;
            LJK_TRY(turn, next_turn(db));
            LJK_CHECK(offer_items(db, key, one.id, account, seq, turn));
            fed.push_back(place);
        }
    }
    return {};
}

/// After the new items were fed: where nothing waits, a lane then begins behind all there is.
Result<void> SqliteTx::take_up_again(Connection& db) {
    if (readdressed_.empty()) return {};
    LJK_TRY(subscriptions, read_subscriptions(db));
    for (const auto& [place, before] : readdressed_) {
        const auto& [key, seq] = place;
        LJK_TRY(account, account_of(db, key));
        LJK_TRY(found, db.query("SELECT audience, flags FROM item "
                                "WHERE conversation = ? AND seq = ?"));
        LJK_TRY(exists, found.blob(key).number(seq).next());
        if (!exists) continue;
        const auto to = static_cast<conversation::To>(found.integer_at(0));
        for (const Subscription& one : subscriptions) {
            if (wants(one.filter, account, before.kind, before.to, before.flags)) continue;
            if (!wants(one.filter, account, before.kind, to, found.text_at(1))) continue;
            LJK_TRY(turn, next_turn(db));
            LJK_CHECK(take_up(db, key, one.id, seq, turn));
        }
    }
    return {};
}

}  // namespace lampjack::store::sqlite
