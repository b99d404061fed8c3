#include "store/sqlite/subscriptions.h"

#include "store/row_codec.h"
#include "store/sqlite/rows.h"

namespace lampjack::store::sqlite {
namespace {

struct Aside {
    std::uint64_t seq = 0;
    std::uint32_t attempts = 0;
};

/// The first item of the conversation that was given up and is wanted again.
Result<std::optional<Aside>> first_aside(Connection& db, const ConversationKey& key,
                                         std::int64_t subscription) {
    LJK_TRY(found, db.query("SELECT seq, attempts FROM item_aside WHERE conversation = ? "
                            "AND subscription = ? AND is_dead = 0 ORDER BY seq LIMIT 1"));
    LJK_TRY(exists, found.blob(key).integer(subscription).next());
    if (!exists) return std::optional<Aside>{};
    return std::optional(
        Aside{found.number_at(0), static_cast<std::uint32_t>(found.integer_at(1))});
}

/// The first item from `seq` on that the filter wants; 0 when there is none.
Result<std::uint64_t> first_wanted(Connection& db, const ConversationKey& key,
                                   const SubscriptionFilter& filter, std::string_view account,
                                   std::uint64_t seq) {
    LJK_TRY(found, db.query("SELECT seq, audience, kind, flags FROM item "
                            "WHERE conversation = ? AND seq >= ? ORDER BY seq"));
    found.blob(key).number(seq);
    for (;;) {
        LJK_TRY(more, found.next());
        if (!more) return std::uint64_t{0};
        const auto to = static_cast<conversation::To>(found.integer_at(1));
        if (wants(filter, account, found.text_at(2), to, found.text_at(3)))
            return found.number_at(0);
    }
}

Result<Subscription> read_one(const Statement& row) {
    Subscription subscription;
    subscription.id = row.integer_at(0);
    LJK_CHECK(decode(row.text_at(1), subscription.filter));
    subscription.filter.include_bot = row.boolean_at(2);
    subscription.served_at = row.integer_at(3);
    return subscription;
}

}  // namespace

Result<std::vector<Subscription>> read_subscriptions(Connection& db) {
    LJK_TRY(found,
            db.query("SELECT id, filter, include_bot, served_at FROM subscription ORDER BY id"));
    std::vector<Subscription> all;
    for (;;) {
        LJK_TRY(more, found.next());
        if (!more) return all;
        LJK_TRY(one, read_one(found));
        all.push_back(std::move(one));
    }
}

Result<Subscription> find_subscription(Connection& db, std::string_view name) {
    LJK_TRY(found,
            db.query("SELECT id, filter, include_bot, served_at FROM subscription WHERE name = ?"));
    LJK_TRY(exists, found.text(name).next());
    if (!exists) return fail(Code::not_found, "no such subscription");
    return read_one(found);
}

Result<void> offer_items(Connection& db, const ConversationKey& key, std::int64_t subscription,
                         std::string_view account, std::uint64_t seq, std::int64_t turn) {
    LJK_TRY(offer,
            db.query("INSERT INTO item_lane (conversation, subscription, next_seq, attempts, "
                     "ready_at, turn, token, account) VALUES (?, ?, ?, 0, 0, ?, 0, ?) "
                     // Version 1 left lanes of erased conversations, which have no account.
                     "ON CONFLICT DO UPDATE SET account = excluded.account WHERE account = ''"));
    offer.blob(key).integer(subscription).number(seq).integer(turn).text(account);
    LJK_CHECK(offer.run());
    return {};
}

Result<void> take_up(Connection& db, const ConversationKey& key, std::int64_t subscription,
                     std::uint64_t seq, std::int64_t turn) {
    LJK_TRY(lane, db.query("SELECT 1 FROM item_lane WHERE conversation = ? AND subscription = ? "
                           "AND next_seq <= ?"));
    LJK_TRY(comes, lane.blob(key).integer(subscription).number(seq).next());
    if (comes) return {};
    LJK_TRY(put, db.query("INSERT INTO item_aside (conversation, subscription, seq, is_dead, "
                          "attempts, died, reason) VALUES (?, ?, ?, 0, 0, 0, '') "
                          "ON CONFLICT DO UPDATE SET is_dead = 0, attempts = 0, died = 0, "
                          "reason = '' WHERE is_dead = 1"));
    LJK_CHECK(put.blob(key).integer(subscription).number(seq).run());
    LJK_TRY(offer,
            db.query("INSERT INTO item_lane (conversation, subscription, next_seq, attempts, "
                     "ready_at, turn, token) SELECT key, ?1, next_seq, 0, 0, ?2, 0 "
                     "FROM conversation WHERE key = ?3 "
                     "ON CONFLICT DO UPDATE SET ready_at = 0 WHERE token = 0 AND NOT EXISTS "
                     "(SELECT 1 FROM item_aside WHERE conversation = ?3 AND subscription = ?1 "
                     "AND is_dead = 0 AND seq < ?4)"));
    LJK_CHECK(offer.integer(subscription).integer(turn).blob(key).number(seq).run());
    return {};
}

Result<std::optional<NextItem>> next_item(Connection& db, const Subscription& subscription,
                                          const ItemLane& lane) {
    LJK_TRY(owner, db.query("SELECT ref, account FROM conversation WHERE key = ? AND state >= 0"));
    LJK_TRY(exists, owner.blob(lane.key).next());
    if (!exists) return std::optional<NextItem>{};
    NextItem next;
    next.item.ref = owner.string_at(0);
    next.item.account = owner.string_at(1);
    LJK_TRY(aside, first_aside(db, lane.key, subscription.id));
    std::uint64_t seq = 0;
    if (aside) {
        seq = aside->seq;
        next.item.attempt = aside->attempts;
        next.from_aside = true;
    } else {
        LJK_TRY(wanted,
                first_wanted(db, lane.key, subscription.filter, next.item.account, lane.next_seq));
        seq = wanted;
        next.item.attempt = wanted == lane.next_seq ? lane.attempts : 0;
    }
    if (seq == 0) return std::optional<NextItem>{};
    LJK_TRY(found,
            db.query("SELECT " LJK_ITEM_COLUMNS " FROM item WHERE conversation = ? AND seq = ?"));
    LJK_TRY(there, found.blob(lane.key).number(seq).next());
    if (!there) return std::optional<NextItem>{};
    next.item.item = read_item(found);
    return std::optional(std::move(next));
}

}  // namespace lampjack::store::sqlite
