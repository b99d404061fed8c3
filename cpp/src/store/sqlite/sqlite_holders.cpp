// The holders of a SqliteStore's leases.
#include "store/row_codec.h"
#include "store/sqlite/holder_rows.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/subscriptions.h"
#include "store/sqlite/turns.h"

#include <algorithm>

namespace lampjack::store::sqlite {
namespace {

/// Leases of a dead holder that nobody has taken since end now. Only lanes that are leased or put off are looked at.
Result<std::size_t> end_item_leases(Connection& db, std::int64_t subscription, std::uint64_t holder,
                                    Millis now) {
    LJK_TRY(end, db.query("UPDATE item_lane SET ready_at = ?1, held_token = 0 "
                          "WHERE subscription = ?2 AND ready_at > ?1 AND holder = ?3 "
                          "AND token <> 0 AND held_token = token"));
    LJK_TRY(ended, end.integer(now).integer(subscription).number(holder).run());
    return static_cast<std::size_t>(ended);
}

Result<std::size_t> end_delivery_leases(Connection& db, bool sinks, std::uint64_t holder,
                                        Millis now, Millis call_time) {
    LJK_TRY(end, db.query("UPDATE lane SET ready_at = max(?1, min(ready_at, leased_at + ?2)), "
                          "held_token = 0 WHERE is_empty = 0 AND to_sink = ?3 AND ready_at > ?1 "
                          "AND holder = ?4 AND token <> 0 AND held_token = token"));
    LJK_TRY(ended, end.integer(now).integer(call_time).boolean(sinks).number(holder).run());
    return static_cast<std::size_t>(ended);
}

Result<void> remove(Connection& db, std::uint64_t holder) {
    LJK_TRY(drop, db.query("DELETE FROM holder WHERE id = ?"));
    LJK_CHECK(drop.number(holder).run());
    return {};
}

bool is_dead(const Holder& holder, Millis now) noexcept { return holder.until <= now; }

}  // namespace

Result<std::vector<Holder>> read_holders(Connection& db) {
    LJK_TRY(found, db.query("SELECT id, until, body FROM holder ORDER BY id"));
    std::vector<Holder> all;
    for (;;) {
        LJK_TRY(more, found.next());
        if (!more) return all;
        Holder one;
        LJK_CHECK(decode(found.text_at(2), one));
        one.id = found.number_at(0);
        one.until = found.integer_at(1);
        all.push_back(std::move(one));
    }
}

Result<void> SqliteStore::beat(const Holder& holder) {
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_TRY(put, db->query("INSERT INTO holder (id, until, body) VALUES (?, ?, ?) ON CONFLICT "
                           "DO UPDATE SET until = excluded.until, body = excluded.body"));
    const std::string body = encode(holder);
    LJK_CHECK(put.number(holder.id).integer(holder.until).blob(body).run());
    return access.commit();
}

Result<std::vector<Holder>> SqliteStore::holders() {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    return read_holders(*db);
}

Result<Reclaimed> SqliteStore::reclaim(Millis now, Millis call_time) {
    {  // most often all are alive: found out without keeping writers away
        LJK_TRY(access, session_.read());
        LJK_TRY(db, access.connection());
        LJK_TRY(all, read_holders(*db));
        if (std::ranges::none_of(all, [now](const Holder& one) { return is_dead(one, now); }))
            return Reclaimed{};
    }
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_TRY(all, read_holders(*db));
    LJK_TRY(subscriptions, read_subscriptions(*db));
    Reclaimed found;
    for (Holder& one : all) {
        if (!is_dead(one, now)) continue;
        for (const Subscription& subscription : subscriptions) {
            LJK_TRY(items, end_item_leases(*db, subscription.id, one.id, now));
            found.items += items;
        }
        for (const bool sinks : {false, true}) {
            LJK_TRY(rows, end_delivery_leases(*db, sinks, one.id, now, call_time));
            found.deliveries += rows;
        }
        LJK_CHECK(remove(*db, one.id));
        found.holders.push_back(std::move(one));
    }
    LJK_CHECK(access.commit());
    return found;
}

Result<void> SqliteStore::leave(std::uint64_t holder) {
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_CHECK(remove(*db, holder));
    return access.commit();
}

Result<void> SqliteStore::give_back(std::string_view name, std::span<const LeasedItem> items) {
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_TRY(subscription, find_subscription(*db, name));
    LJK_TRY(lane, db->query("UPDATE item_lane SET attempts = iif(next_seq = ?1, "
                            "max(attempts - 1, 0), attempts), ready_at = 0, turn = ?2, token = 0 "
                            "WHERE conversation = ?3 AND subscription = ?4 AND token = ?5"));
    LJK_TRY(aside, db->query("UPDATE item_aside SET attempts = max(attempts - 1, 0) WHERE "
                             "conversation = ? AND subscription = ? AND seq = ? AND is_dead = 0"));
    for (const LeasedItem& item : items) {
        const ConversationKey key = key_of(item.ref);
        LJK_TRY(turn, next_turn(*db));
        lane.number(item.item.seq).integer(turn).blob(key).integer(subscription.id);
        LJK_TRY(held, lane.number(item.token).run());
        lane.rewind();
        if (held == 0) continue;
        LJK_CHECK(aside.blob(key).integer(subscription.id).number(item.item.seq).run());
        aside.rewind();
    }
    return access.commit();
}

Result<bool> SqliteStore::extend_item(std::string_view name, const LeasedItem& item, Millis until,
                                      std::uint64_t holder) {
    const ConversationKey key = key_of(item.ref);
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_TRY(subscription, find_subscription(*db, name));
    LJK_TRY(extend, db->query("UPDATE item_lane SET ready_at = ?1, holder = ?2, held_token = ?5 "
                              "WHERE conversation = ?3 AND subscription = ?4 AND token = ?5"));
    extend.integer(until).number(holder).blob(key).integer(subscription.id);
    LJK_TRY(held, extend.number(item.token).run());
    LJK_CHECK(access.commit());
    return held != 0;
}

}  // namespace lampjack::store::sqlite
