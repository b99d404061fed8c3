#include "store/sqlite/due_items.h"

#include "store/holders.h"
#include "store/sqlite/rows.h"

#include <algorithm>
#include <tuple>

namespace lampjack::store::sqlite {
namespace {

constexpr std::int64_t kNotedAtOnce = 256;

struct Due {
    Millis ready_at = 0;
    std::int64_t turn = 0;
    ItemLane lane;
};

Result<void> read_due(Statement& found, std::vector<Due>& due) {
    for (;;) {
        LJK_TRY(more, found.next());
        if (!more) return {};
        const auto attempts = static_cast<std::uint32_t>(found.integer_at(2));
        due.push_back({found.integer_at(3),
                       found.integer_at(4),
                       {key_at(found, 0), found.number_at(1), attempts}});
    }
}

/// One look into the index for each account: what waits for accounts of other processes is not passed over.
Result<void> read_due_of(Connection& db, std::int64_t subscription, Millis now,
                         const Accounts& accounts, std::size_t limit, std::vector<Due>& due) {
    LJK_TRY(found, db.query("SELECT conversation, next_seq, attempts, ready_at, turn "
                            "FROM item_lane WHERE subscription = ? AND account = ? "
                            "AND ready_at <= ? ORDER BY ready_at, turn LIMIT ?"));
    for (const std::string& account : accounts) {
        found.integer(subscription).text(account).integer(now).integer(sql_limit(limit));
        LJK_CHECK(read_due(found, due));
        found.rewind();
    }
    std::ranges::sort(due, {}, [](const Due& one) { return std::tuple(one.ready_at, one.turn); });
    if (due.size() > limit) due.resize(limit);
    return {};
}

}  // namespace

Result<bool> has_due_lane(Connection& db, std::int64_t subscription, Millis now,
                          const Accounts& accounts) {
    if (accounts.empty()) {
        LJK_TRY(any, db.query("SELECT 1 FROM item_lane WHERE subscription = ? AND ready_at <= ?"));
        return any.integer(subscription).integer(now).next();
    }
    LJK_TRY(unknown, db.query("SELECT 1 FROM item_lane WHERE subscription = ? "
                              "AND account IS NULL AND ready_at <= ?"));
    LJK_TRY(is_there, unknown.integer(subscription).integer(now).next());
    if (is_there) return true;
    std::vector<Due> due;
    LJK_CHECK(read_due_of(db, subscription, now, accounts, 1, due));
    return !due.empty();
}

Result<std::vector<ItemLane>> due_lanes(Connection& db, std::int64_t subscription, Millis now,
                                        const Accounts& accounts, std::size_t limit) {
    std::vector<Due> due;
    if (accounts.empty()) {
        LJK_TRY(found, db.query("SELECT conversation, next_seq, attempts, ready_at, turn "
                                "FROM item_lane WHERE subscription = ? AND ready_at <= ? "
                                "ORDER BY ready_at, turn LIMIT ?"));
        found.integer(subscription).integer(now).integer(sql_limit(limit));
        LJK_CHECK(read_due(found, due));
    } else {
        LJK_CHECK(read_due_of(db, subscription, now, accounts, limit, due));
    }
    std::vector<ItemLane> lanes;
    for (Due& one : due) lanes.push_back(one.lane);
    return lanes;
}

Result<void> note_accounts(Connection& db, std::int64_t subscription, Millis now) {
    LJK_TRY(note,
            db.query("UPDATE item_lane SET account = coalesce((SELECT account FROM conversation "
                     "WHERE key = conversation), '') WHERE (conversation, subscription) IN "
                     "(SELECT conversation, subscription FROM item_lane WHERE subscription = ? "
                     "AND account IS NULL AND ready_at <= ? ORDER BY ready_at, turn LIMIT ?)"));
    LJK_CHECK(note.integer(subscription).integer(now).integer(kNotedAtOnce).run());
    return {};
}

Result<void> note_served(Connection& db, const Subscription& subscription, Millis now) {
    if (subscription.served_at != 0 && now - subscription.served_at < kServedStep) return {};
    LJK_TRY(note, db.query("UPDATE subscription SET served_at = ? WHERE id = ?"));
    LJK_CHECK(note.integer(now).integer(subscription.id).run());
    return {};
}

}  // namespace lampjack::store::sqlite
