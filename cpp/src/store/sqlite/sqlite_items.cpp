// What subscriptions are handed, and what they gave up.
#include "store/row_codec.h"
#include "store/sqlite/due_items.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/subscriptions.h"
#include "store/sqlite/turns.h"

namespace lampjack::store::sqlite {
namespace {

Error lost_lease() { return fail(Code::unsupported, "the lease of this item was lost"); }

Result<void> drop_lane(Connection& db, const ConversationKey& key, std::int64_t subscription) {
    LJK_TRY(drop, db.query("DELETE FROM item_lane WHERE conversation = ? AND subscription = ?"));
    LJK_CHECK(drop.blob(key).integer(subscription).run());
    return {};
}

struct LaneChange {
    std::uint64_t next_seq = 0;
    std::uint32_t attempts = 0;
    Millis ready_at = 0;
    std::uint64_t token = 0;
    std::uint64_t holder = 0;
};

Result<void> change_lane(Connection& db, const ConversationKey& key, std::int64_t subscription,
                         const LaneChange& to, std::int64_t turn) {
    LJK_TRY(
        change,
        db.query("UPDATE item_lane SET next_seq = ?1, attempts = ?2, ready_at = ?3, token = ?4, "
                 "held_token = ?4, holder = ?5, turn = ?6 "
                 "WHERE conversation = ?7 AND subscription = ?8"));
    change.number(to.next_seq).integer(to.attempts).integer(to.ready_at).number(to.token);
    change.number(to.holder);
    LJK_CHECK(change.integer(turn).blob(key).integer(subscription).run());
    return {};
}

Result<void> count_aside_attempt(Connection& db, const ConversationKey& key,
                                 std::int64_t subscription, std::uint64_t seq) {
    LJK_TRY(count, db.query("UPDATE item_aside SET attempts = attempts + 1 "
                            "WHERE conversation = ? AND subscription = ? AND seq = ?"));
    LJK_CHECK(count.blob(key).integer(subscription).number(seq).run());
    return {};
}

Result<void> set_aside(Connection& db, const ConversationKey& key, std::int64_t subscription,
                       const LeasedItem& item, Millis died, std::string_view reason) {
    LJK_TRY(put, db.query("INSERT OR REPLACE INTO item_aside (conversation, subscription, seq, "
                          "is_dead, attempts, died, reason) VALUES (?, ?, ?, 1, ?, ?, ?)"));
    put.blob(key).integer(subscription).number(item.item.seq).integer(item.attempt);
    LJK_CHECK(put.integer(died).text(reason).run());
    return {};
}

Result<std::int64_t> remove_aside(Connection& db, const ConversationKey& key,
                                  std::int64_t subscription, std::uint64_t seq, bool is_dead) {
    LJK_TRY(drop, db.query("DELETE FROM item_aside WHERE conversation = ? AND subscription = ? "
                           "AND seq = ? AND is_dead = ?"));
    return drop.blob(key).integer(subscription).number(seq).boolean(is_dead).run();
}

}  // namespace

Result<std::vector<LeasedItem>> SqliteStore::lease_items(std::string_view name, Millis now,
                                                         Millis until, std::size_t limit,
                                                         const Lessee& who) {
    {  // most often there is nothing: found out without keeping writers away
        LJK_TRY(access, session_.read());
        LJK_TRY(db, access.connection());
        LJK_TRY(subscription, find_subscription(*db, name));
        LJK_TRY(due, has_due_lane(*db, subscription.id, now, who.accounts));
        if (!due) return std::vector<LeasedItem>{};
    }
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_TRY(subscription, find_subscription(*db, name));
    if (!who.accounts.empty()) LJK_CHECK(note_accounts(*db, subscription.id, now));
    std::vector<LeasedItem> leased;
    for (bool dropped = true; dropped && leased.size() < limit;) {
        dropped = false;
        LJK_TRY(due, due_lanes(*db, subscription.id, now, who.accounts, limit - leased.size()));
        for (const ItemLane& lane : due) {
            LJK_TRY(next, next_item(*db, subscription, lane));
            if (!next) {
                LJK_CHECK(drop_lane(*db, lane.key, subscription.id));
                dropped = true;
                continue;
            }
            LeasedItem& item = next->item;
            ++item.attempt;
            item.token = new_token();
            LaneChange to{lane.next_seq, lane.attempts, until, item.token, who.holder};
            if (next->from_aside) {
                LJK_CHECK(count_aside_attempt(*db, lane.key, subscription.id, item.item.seq));
            } else {
                to.next_seq = item.item.seq;
                to.attempts = item.attempt;
            }
            LJK_TRY(turn, next_turn(*db));
            LJK_CHECK(change_lane(*db, lane.key, subscription.id, to, turn));
            leased.push_back(std::move(item));
        }
    }
    if (!leased.empty()) LJK_CHECK(note_served(*db, subscription, now));
    LJK_CHECK(access.commit());
    return leased;
}

Result<void> SqliteStore::finish_item(std::string_view name, const LeasedItem& item,
                                      ItemOutcome outcome, Millis at, std::string_view reason) {
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_TRY(subscription, find_subscription(*db, name));
    const ConversationKey key = key_of(item.ref);
    LJK_TRY(found, db->query("SELECT next_seq, attempts FROM item_lane WHERE conversation = ? "
                             "AND subscription = ? AND token = ? AND token <> 0"));
    LJK_TRY(held, found.blob(key).integer(subscription.id).number(item.token).next());
    if (!held) return lost_lease();
    LaneChange to{found.number_at(0), static_cast<std::uint32_t>(found.integer_at(1))};
    found.rewind();
    if (outcome == ItemOutcome::retry) {
        to.ready_at = at;
    } else {
        if (item.item.seq >= to.next_seq) to = {item.item.seq + 1};
        LJK_CHECK(remove_aside(*db, key, subscription.id, item.item.seq, false));
    }
    if (outcome == ItemOutcome::dead)
        LJK_CHECK(set_aside(*db, key, subscription.id, item, at, reason));
    LJK_TRY(next, next_item(*db, subscription, {key, to.next_seq, to.attempts}));
    if (next) {
        // From here on, also when another filter comes: what lies before it was not wanted.
        if (!next->from_aside && next->item.item.seq != to.next_seq)
            to = {next->item.item.seq, 0, to.ready_at};
        LJK_TRY(turn, next_turn(*db));
        LJK_CHECK(change_lane(*db, key, subscription.id, to, turn));
    } else {
        LJK_CHECK(drop_lane(*db, key, subscription.id));
    }
    return access.commit();
}

Result<std::vector<DeadItem>> SqliteStore::dead_items(std::string_view name, std::size_t limit,
                                                      OfAccounts of) {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    LJK_TRY(subscription, find_subscription(*db, name));
    LJK_TRY(found,
            db->query("SELECT a.attempts, a.reason, a.died, c.ref, c.account, i.seq, i.epoch, "
                      "i.episode, i.state, i.audience, i.flags, i.kind, i.is_fact, "
                      "i.received, i.body, i.delivery FROM item_aside a "
                      "JOIN conversation c ON c.key = a.conversation "
                      "JOIN item i ON i.conversation = a.conversation AND i.seq = a.seq "
                      "WHERE a.subscription = ? AND a.is_dead = 1 "
                      "ORDER BY a.died, a.conversation, a.seq LIMIT ?"));
    found.integer(subscription.id).integer(of ? -1 : sql_limit(limit));
    std::vector<DeadItem> dead;
    while (dead.size() < limit) {
        LJK_TRY(more, found.next());
        if (!more) break;
        if (!is_of(of, found.text_at(4))) continue;
        dead.push_back({{found.string_at(3), found.string_at(4), read_item(found, 5),
                         static_cast<std::uint32_t>(found.integer_at(0)), 0},
                        found.string_at(1),
                        found.integer_at(2)});
    }
    return dead;
}

Result<void> SqliteStore::settle_dead_item(std::string_view name, std::string_view ref,
                                           std::uint64_t seq, bool again) {
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_TRY(subscription, find_subscription(*db, name));
    const ConversationKey key = key_of(ref);
    LJK_TRY(gone, remove_aside(*db, key, subscription.id, seq, true));
    if (gone == 0) return fail(Code::not_found, "no such dead item");
    if (!again) return access.commit();
    LJK_TRY(put, db->query("INSERT INTO item_aside (conversation, subscription, seq, is_dead, "
                           "attempts, died, reason) VALUES (?, ?, ?, 0, 0, 0, '')"));
    LJK_CHECK(put.blob(key).integer(subscription.id).number(seq).run());
    // It lies before everything its lane still has, so it goes first.
    LJK_TRY(offer,
            db->query("INSERT INTO item_lane (conversation, subscription, next_seq, attempts, "
                      "ready_at, turn, token) SELECT key, ?, next_seq, 0, 0, ?, 0 "
                      "FROM conversation WHERE key = ? "
                      "ON CONFLICT DO UPDATE SET ready_at = 0 WHERE token = 0"));
    LJK_TRY(turn, next_turn(*db));
    LJK_CHECK(offer.integer(subscription.id).integer(turn).blob(key).run());
    return access.commit();
}

}  // namespace lampjack::store::sqlite
