// Who sends what next: leases on the lanes of outgoing rows, and the timers.
#include "store/lane_schedule.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/turns.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace lampjack::store::sqlite {
namespace {

struct Due {
    Millis ready_at = 0;
    std::int64_t turn = 0;
    ConversationKey key{};
};

/// Lanes whose time has come, the longest waiting first. One look into the index for each account: what waits for others, or
/// for accounts that are paused, is not passed over.
Result<std::vector<ConversationKey>> due_lanes(Connection& db,
                                               std::span<const std::string> accounts, bool sinks,
                                               Millis now, std::size_t limit) {
    LJK_TRY(found, db.query("SELECT conversation, ready_at, turn FROM lane "
                            "WHERE is_empty = 0 AND to_sink = ? AND account = ? "
                            "AND ready_at <= ? ORDER BY ready_at, turn LIMIT ?"));
    std::vector<Due> due;
    for (const std::string& account : accounts) {
        found.boolean(sinks).text(account).integer(now).integer(sql_limit(limit));
        for (;;) {
            LJK_TRY(more, found.next());
            if (!more) break;
            due.push_back({found.integer_at(1), found.integer_at(2), key_at(found, 0)});
        }
        found.rewind();
    }
    std::ranges::sort(due, {}, [](const Due& one) { return std::tuple(one.ready_at, one.turn); });
    if (due.size() > limit) due.resize(limit);
    std::vector<ConversationKey> keys;
    for (const Due& one : due) keys.push_back(one.key);
    return keys;
}

struct Taking {
    std::uint64_t token = 0;
    std::uint64_t holder = 0;
    Millis now = 0;
    Millis until = 0;
    std::int64_t turn = 0;
};

Result<void> take_lane(Connection& db, const ConversationKey& key, bool sinks, const Taking& by) {
    LJK_TRY(take, db.query("UPDATE lane SET token = ?1, held_token = ?1, holder = ?2, "
                           "leased_at = ?3, ready_at = ?4, turn = ?5 "
                           "WHERE conversation = ?6 AND to_sink = ?7"));
    take.number(by.token).number(by.holder).integer(by.now).integer(by.until).integer(by.turn);
    take.blob(key).boolean(sinks);
    LJK_CHECK(take.run());
    return {};
}

Result<LeasedDelivery> head_of(Connection& db, const ConversationKey& key, bool sinks) {
    LJK_TRY(owner, db.query("SELECT " LJK_CONVERSATION_COLUMNS " FROM conversation WHERE key = ?"));
    LJK_TRY(exists, owner.blob(key).next());
    if (!exists) return fail(Code::internal, "a lane without a conversation");
    LJK_TRY(row, read_conversation(owner));
    LJK_TRY(head, db.query("SELECT " LJK_OUTBOX_COLUMNS
                           " FROM outbox WHERE account = ? AND conversation = ? AND to_sink = ? "
                           "AND status = 0 ORDER BY oseq LIMIT 1"));
    LJK_TRY(pending, head.text(row.account).blob(key).boolean(sinks).next());
    if (!pending) return fail(Code::internal, "a lane without a row");
    return LeasedDelivery{std::move(row), read_outbox(head), 0};
}

}  // namespace

Result<std::vector<LeasedDelivery>>
SqliteStore::lease_deliveries(std::span<const std::string> accounts, bool sinks, Millis now,
                              Millis until, std::size_t limit, std::uint64_t holder) {
    {  // most often there is nothing: found out without keeping writers away
        LJK_TRY(access, session_.read());
        LJK_TRY(db, access.connection());
        LJK_TRY(due, due_lanes(*db, accounts, sinks, now, 1));
        if (due.empty()) return std::vector<LeasedDelivery>{};
    }
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_TRY(due, due_lanes(*db, accounts, sinks, now, limit));
    std::vector<LeasedDelivery> leased;
    for (const ConversationKey& key : due) {
        LJK_TRY(head, head_of(*db, key, sinks));
        head.token = new_token();
        LJK_TRY(turn, next_turn(*db));
        LJK_CHECK(take_lane(*db, key, sinks, {head.token, holder, now, until, turn}));
        leased.push_back(std::move(head));
    }
    LJK_CHECK(access.commit());
    return leased;
}

Result<std::optional<LeasedDelivery>> SqliteStore::lease_delivery(const ConversationKey& key,
                                                                  Millis now, Millis until,
                                                                  std::uint64_t holder) {
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_TRY(found, db->query("SELECT 1 FROM lane WHERE conversation = ? AND to_sink = 0 "
                             "AND is_empty = 0 AND ready_at <= ?"));
    LJK_TRY(due, found.blob(key).integer(now).next());
    if (!due) return std::optional<LeasedDelivery>{};
    LJK_TRY(head, head_of(*db, key, false));
    head.token = new_token();
    LJK_TRY(turn, next_turn(*db));
    LJK_CHECK(take_lane(*db, key, false, {head.token, holder, now, until, turn}));
    LJK_CHECK(access.commit());
    return std::optional(std::move(head));
}

Result<void> SqliteStore::release_delivery(const ConversationKey& key, std::uint64_t token) {
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_TRY(give_back,
            db->query("UPDATE lane SET token = 0, turn = ?1, ready_at = coalesce("
                      "(SELECT ready_at FROM outbox o WHERE o.account = lane.account "
                      "AND o.conversation = lane.conversation AND o.to_sink = lane.to_sink "
                      "AND o.status = 0 ORDER BY o.oseq LIMIT 1), -1) "
                      "WHERE conversation = ?2 AND token = ?3 AND token <> 0"));
    LJK_TRY(turn, next_turn(*db));
    LJK_CHECK(give_back.integer(turn).blob(key).number(token).run());
    LJK_TRY(drop, db->query("DELETE FROM lane WHERE conversation = ? AND ready_at = -1"));
    LJK_CHECK(drop.blob(key).run());
    return access.commit();
}

Result<bool> SqliteStore::extend_delivery(const ConversationKey& key, std::uint64_t token,
                                          Millis until, std::uint64_t holder) {
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_TRY(extend, db->query("UPDATE lane SET ready_at = ?1, holder = ?2, held_token = ?4 "
                              "WHERE conversation = ?3 AND token = ?4 AND token <> 0"));
    LJK_TRY(held, extend.integer(until).number(holder).blob(key).number(token).run());
    LJK_CHECK(access.commit());
    return held != 0;
}

Result<std::vector<Delivery>> SqliteStore::due_heads(std::string_view account, Millis now,
                                                     std::size_t limit) {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    const std::array names{std::string(account)};
    LJK_TRY(due, due_lanes(*db, names, false, now, limit));
    std::vector<Delivery> heads;
    for (const ConversationKey& key : due) {
        LJK_TRY(head, head_of(*db, key, false));
        heads.push_back({std::move(head.conversation.ref), std::move(head.conversation.account),
                         std::move(head.row)});
    }
    return heads;
}

Result<Millis> SqliteStore::next_delivery_at(bool sinks) {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    LJK_TRY(found, db->query("SELECT min(ready_at) FROM lane WHERE is_empty = 0 AND to_sink = ?"));
    LJK_TRY(row, found.boolean(sinks).next());
    return row && !found.is_null(0) ? found.integer_at(0) : kNever;
}

Result<std::vector<DueTimer>> SqliteStore::due_timers(Millis now, std::size_t limit,
                                                      OfAccounts of) {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    LJK_TRY(found, db->query("SELECT " LJK_CONVERSATION_COLUMNS
                             " FROM conversation WHERE timer_at <= ? ORDER BY timer_at, key"));
    found.integer(now);
    std::vector<DueTimer> due;
    while (due.size() < limit) {
        LJK_TRY(more, found.next());
        if (!more) break;
        if (!is_of(of, found.text_at(2))) continue;  // its body is not read
        LJK_TRY(row, read_conversation(found));
        for (std::size_t kind = 0; kind < conversation::kTimerCount; ++kind)
            if (const auto& timer = row.state.timers[kind]; timer && timer->due <= now)
                due.push_back({row.ref, static_cast<conversation::TimerKind>(kind), *timer});
    }
    return due;
}

Result<Millis> SqliteStore::next_timer_at() {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    LJK_TRY(found, db->query("SELECT min(timer_at) FROM conversation "
                             "WHERE timer_at IS NOT NULL"));
    LJK_TRY(row, found.next());
    return row && !found.is_null(0) ? found.integer_at(0) : kNever;
}

}  // namespace lampjack::store::sqlite
