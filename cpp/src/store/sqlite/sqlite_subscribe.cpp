// Declaring the subscriptions of a SqliteStore, how they stand, and dropping them.
#include "store/row_codec.h"
#include "store/sqlite/holder_rows.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/subscriptions.h"

#include <algorithm>
#include <utility>

namespace lampjack::store::sqlite {
namespace {

void count(SubscriptionState& state, Millis received) {
    state.oldest = state.waiting == 0 ? received : std::min(state.oldest, received);
    ++state.waiting;
}

/// What one lane still has of the items wanted.
Result<void> count_lane(Connection& db, const ItemLane& lane, std::string_view account,
                        SubscriptionState& state) {
    LJK_TRY(found, db.query("SELECT received, audience, kind, flags FROM item "
                            "WHERE conversation = ? AND seq >= ? ORDER BY seq"));
    found.blob(lane.key).number(lane.next_seq);
    while (state.waiting < kCountedItems) {
        LJK_TRY(more, found.next());
        if (!more) break;
        const auto to = static_cast<conversation::To>(found.integer_at(1));
        if (wants(state.filter, account, found.text_at(2), to, found.text_at(3)))
            count(state, found.integer_at(0));
    }
    return {};
}

Result<void> count_asides(Connection& db, std::int64_t subscription, const ItemLane& lane,
                          SubscriptionState& state) {
    LJK_TRY(found, db.query("SELECT i.received FROM item_aside a JOIN item i "
                            "ON i.conversation = a.conversation AND i.seq = a.seq "
                            "WHERE a.conversation = ? AND a.subscription = ? AND a.is_dead = 0"));
    found.blob(lane.key).integer(subscription);
    while (state.waiting < kCountedItems) {
        LJK_TRY(more, found.next());
        if (!more) break;
        count(state, found.integer_at(0));
    }
    return {};
}

Result<void> count_lanes(Connection& db, Statement& found, std::int64_t subscription,
                         const OfAccounts& of, SubscriptionState& state) {
    while (state.waiting < kCountedItems) {
        LJK_TRY(more, found.next());
        if (!more) break;
        if (!is_of(of, found.text_at(2))) continue;
        const ItemLane lane{key_at(found, 0), found.number_at(1), 0};
        LJK_CHECK(count_asides(db, subscription, lane, state));
        LJK_CHECK(count_lane(db, lane, found.text_at(2), state));
    }
    found.rewind();
    return {};
}

/// The longest waiting lanes of each account first, then those that do not name theirs yet.
Result<void> count_waiting_of(Connection& db, std::int64_t subscription, const OfAccounts& of,
                              SubscriptionState& state) {
    LJK_TRY(named, db.query("SELECT l.conversation, l.next_seq, l.account FROM item_lane l "
                            "WHERE l.subscription = ? AND l.account = ? "
                            "ORDER BY l.ready_at, l.turn LIMIT ?"));
    for (const std::string& account : *of) {
        named.integer(subscription).text(account);
        named.integer(static_cast<std::int64_t>(kCountedItems));
        LJK_CHECK(count_lanes(db, named, subscription, of, state));
    }
    LJK_TRY(unnamed, db.query("SELECT l.conversation, l.next_seq, c.account FROM item_lane l "
                              "JOIN conversation c ON c.key = l.conversation "
                              "WHERE l.subscription = ? AND l.account IS NULL "
                              "ORDER BY l.ready_at, l.turn"));
    return count_lanes(db, unnamed.integer(subscription), subscription, of, state);
}

/// The longest waiting lanes first; as many as can hold what is counted.
Result<void> count_waiting(Connection& db, std::int64_t subscription, const OfAccounts& of,
                           SubscriptionState& state) {
    if (of) return count_waiting_of(db, subscription, of, state);
    LJK_TRY(found, db.query("SELECT l.conversation, l.next_seq, c.account FROM item_lane l "
                            "JOIN conversation c ON c.key = l.conversation "
                            "WHERE l.subscription = ? ORDER BY l.ready_at, l.turn LIMIT ?"));
    found.integer(subscription).integer(static_cast<std::int64_t>(kCountedItems));
    return count_lanes(db, found, subscription, of, state);
}

Result<void> read_lane(Connection& db, const ConversationKey& key, std::int64_t subscription,
                       Millis now, Standing& standing) {
    LJK_TRY(found, db.query("SELECT next_seq, attempts, ready_at, token FROM item_lane "
                            "WHERE conversation = ? AND subscription = ?"));
    LJK_TRY(exists, found.blob(key).integer(subscription).next());
    if (!exists) return {};
    standing.next = found.number_at(0);
    standing.attempts = static_cast<std::uint32_t>(found.integer_at(1));
    standing.ready_at = found.integer_at(2);
    standing.is_leased = found.number_at(3) != 0 && standing.ready_at > now;
    return {};
}

Result<void> read_asides(Connection& db, const ConversationKey& key, std::int64_t subscription,
                         Standing& standing) {
    LJK_TRY(found, db.query("SELECT seq, is_dead, attempts, reason FROM item_aside "
                            "WHERE conversation = ? AND subscription = ? ORDER BY seq"));
    found.blob(key).integer(subscription);
    for (;;) {
        LJK_TRY(more, found.next());
        if (!more) return {};
        standing.aside.push_back({found.number_at(0), found.boolean_at(1),
                                  static_cast<std::uint32_t>(found.integer_at(2)),
                                  found.string_at(3)});
    }
}

}  // namespace

Result<bool> SqliteStore::subscribe(std::string_view name, const SubscriptionFilter& filter,
                                    const Subscriber& by) {
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_TRY(all_holders, read_holders(*db));
    LJK_CHECK(check_filter(all_holders, name, filter, by));
    const std::string bytes = encode(filter);
    LJK_TRY(put, db->query("INSERT INTO subscription (name, filter, include_bot) VALUES (?, ?, ?) "
                           "ON CONFLICT DO NOTHING"));
    LJK_TRY(fresh, put.text(name).blob(bytes).boolean(filter.include_bot).run());
    if (fresh == 0) {
        LJK_TRY(update, db->query("UPDATE subscription SET filter = ?1, include_bot = ?2 "
                                  "WHERE name = ?3 AND (filter <> ?1 OR include_bot <> ?2)"));
        LJK_CHECK(update.blob(bytes).boolean(filter.include_bot).text(name).run());
        LJK_CHECK(access.commit());
        return false;
    }
    if (by.start_now) {
        LJK_CHECK(access.commit());
        return true;
    }
    // Conversations without any item it wants drop out when their turn comes. The turns lie before all others, by age.
    LJK_TRY(all,
            db->query(
                "INSERT INTO item_lane (conversation, subscription, next_seq, attempts, "
                "ready_at, turn, token) SELECT conversation, (SELECT id FROM "
                "subscription WHERE name = ?), min(seq), 0, 0, min(received) - 9000000000000000, 0 "
                "FROM item GROUP BY conversation"));
    LJK_CHECK(all.text(name).run());
    LJK_CHECK(access.commit());
    return true;
}

Result<std::vector<SubscriptionState>> SqliteStore::subscriptions(Millis now, OfAccounts of) {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    LJK_TRY(all_holders, read_holders(*db));
    LJK_TRY(found, db->query("SELECT name FROM subscription ORDER BY name"));
    std::vector<SubscriptionState> all;
    for (;;) {
        LJK_TRY(more, found.next());
        if (!more) return all;
        SubscriptionState state;
        state.name = found.string_at(0);
        LJK_TRY(one, find_subscription(*db, state.name));
        state.filter = std::move(one.filter);
        state.served = one.served_at;
        state.holders = labels_of(all_holders, state.name, now, of);
        LJK_CHECK(count_waiting(*db, one.id, of, state));
        all.push_back(std::move(state));
    }
}

Result<std::vector<KnownSubscription>> SqliteStore::known_subscriptions() {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    LJK_TRY(found, db->query("SELECT name FROM subscription ORDER BY name"));
    std::vector<KnownSubscription> all;
    for (;;) {
        LJK_TRY(more, found.next());
        if (!more) return all;
        KnownSubscription& one = all.emplace_back();
        one.name = found.string_at(0);
        LJK_TRY(subscription, find_subscription(*db, one.name));
        one.filter = std::move(subscription.filter);
        one.served = subscription.served_at;
    }
}

Result<std::vector<Standing>> SqliteStore::standings(const ConversationKey& key, Millis now) {
    LJK_TRY(access, session_.read());
    LJK_TRY(db, access.connection());
    LJK_TRY(found, db->query("SELECT name FROM subscription ORDER BY name"));
    std::vector<Standing> all;
    for (;;) {
        LJK_TRY(more, found.next());
        if (!more) return all;
        Standing& one = all.emplace_back();
        one.subscription = found.string_at(0);
        LJK_TRY(subscription, find_subscription(*db, one.subscription));
        one.filter = std::move(subscription.filter);
        LJK_CHECK(read_lane(*db, key, subscription.id, now, one));
        LJK_CHECK(read_asides(*db, key, subscription.id, one));
    }
}

Result<void> SqliteStore::drop_subscription(std::string_view name, Millis now) {
    LJK_TRY(access, session_.write());
    LJK_TRY(db, access.connection());
    LJK_TRY(subscription, find_subscription(*db, name));
    LJK_TRY(all_holders, read_holders(*db));
    if (const Holder* holder = holder_of(all_holders, name, now))
        return still_in_use(name, *holder);
    // By indexes that begin with the subscription: the keys begin with the conversation.
    for (const char* sql : {"DELETE FROM item_lane WHERE subscription = ?",
                            "DELETE FROM item_aside WHERE subscription = ?",
                            "DELETE FROM subscription WHERE id = ?"}) {
        LJK_TRY(drop, db->query(sql));
        LJK_CHECK(drop.integer(subscription.id).run());
    }
    return access.commit();
}

}  // namespace lampjack::store::sqlite
