// The holders of a PostgresStore's leases. Their `until` is kept in the database's time.
#include "store/postgres/postgres_store.h"
#include "store/postgres/statements.h"
#include "store/row_codec.h"

#include <algorithm>
#include <utility>

namespace lampjack::store::postgres {
namespace {

constexpr Statement kBeat{"lampjack_beat",
                          "INSERT INTO lampjack_holder (id, until_at, body) VALUES ($1, $2, $3) "
                          "ON CONFLICT (id) DO UPDATE SET until_at = EXCLUDED.until_at, "
                          "body = EXCLUDED.body"};
constexpr Statement kHolders{"lampjack_holders",
                             "SELECT id, until_at, body FROM lampjack_holder ORDER BY id"};
constexpr Statement kAnyDead{"lampjack_any_dead",
                             "SELECT 1 FROM lampjack_holder WHERE until_at <= $1 LIMIT 1"};
/// Leases that nobody has taken since. Only lanes that are leased or put off are looked at.
constexpr Statement kReclaim{
    "lampjack_reclaim",
    "WITH gone AS (DELETE FROM lampjack_holder WHERE until_at <= $1 "
    "RETURNING id, until_at, body), "
    "items AS (UPDATE lampjack_queue q SET ready_at = $1, held_token = 0 "
    "FROM gone g, lampjack_subscription s WHERE q.name = s.name AND q.ready_at > $1 "
    "AND q.holder = g.id AND q.token <> 0 AND q.held_token = q.token RETURNING 1), "
    "deliveries AS (UPDATE lampjack_lane l SET "
    "ready_at = GREATEST($1, LEAST(l.ready_at, l.leased_at + $2)), held_token = 0 "
    "FROM gone g, (VALUES (false), (true)) AS k (sink) WHERE l.sink = k.sink "
    "AND l.ready_at > $1 AND l.holder = g.id AND l.token <> 0 AND l.held_token = l.token "
    "RETURNING 1) SELECT id, until_at, body, (SELECT count(*) FROM items), "
    "(SELECT count(*) FROM deliveries) FROM gone ORDER BY id"};
constexpr Statement kLeave{"lampjack_leave", "DELETE FROM lampjack_holder WHERE id = $1"};
constexpr Statement kGiveBack{
    "lampjack_give_back",
    "UPDATE lampjack_queue q SET token = 0, ready_at = 0, turn = " LJK_PG_TURN ", "
    "attempt = CASE WHEN q.seq = $4 THEN GREATEST(q.attempt - 1, 0) ELSE q.attempt END, "
    "again = ARRAY(SELECT CASE WHEN a >> 16 = $4 AND a & 65535 > 0 THEN a - 1 ELSE a END "
    "FROM unnest(q.again) AS a ORDER BY a) WHERE q.key = $1 AND q.name = $2 AND q.token = $3"};
constexpr Statement kExtend{"lampjack_extend",
                            "UPDATE lampjack_queue SET ready_at = $4, holder = $5, "
                            "held_token = token WHERE key = $1 AND name = $2 AND token = $3 "
                            "RETURNING 1"};

}  // namespace

Result<void> PostgresStore::beat(const Holder& holder) {
    const Millis until = process().clock.to_database(holder.until);
    LJK_CHECK(
        ask(kBeat, std::move(Params().number(holder.id).integer(until).bytes(encode(holder)))));
    return {};
}

Result<Holder> PostgresStore::read_holder(const Rows& rows, int row) {
    Holder one;
    LJK_CHECK(decode(rows.bytes(row, 2), one));
    one.id = rows.number(row, 0);
    one.until = process().clock.to_caller(rows.integer(row, 1));
    return one;
}

Result<std::vector<Holder>> PostgresStore::read_holders() {
    LJK_TRY(rows, ask(kHolders));
    std::vector<Holder> all;
    for (int row = 0; row < rows.size(); ++row) {
        LJK_TRY(one, read_holder(rows, row));
        all.push_back(std::move(one));
    }
    return all;
}

Result<std::vector<Holder>> PostgresStore::holders() { return read_holders(); }

Result<Reclaimed> PostgresStore::reclaim(Millis now, Millis call_time) {
    const Millis at = process().clock.to_database(now);
    Reclaimed found;
    LJK_TRY(any, ask(kAnyDead, Params().integer(at)));
    if (any.empty()) return found;
    LJK_TRY(rows, ask(kReclaim, std::move(Params().integer(at).integer(call_time))));
    for (int row = 0; row < rows.size(); ++row) {
        LJK_TRY(one, read_holder(rows, row));
        found.holders.push_back(std::move(one));
        found.items = static_cast<std::size_t>(rows.number(row, 3));
        found.deliveries = static_cast<std::size_t>(rows.number(row, 4));
    }
    return found;
}

Result<void> PostgresStore::leave(std::uint64_t holder) {
    LJK_CHECK(ask(kLeave, Params().number(holder)));
    return {};
}

/// In the order of the keys: two that give back at the same time do not wait for each other.
Result<void> PostgresStore::give_back(std::string_view name, std::span<const LeasedItem> items) {
    std::vector<std::pair<ConversationKey, const LeasedItem*>> order;
    for (const LeasedItem& item : items) order.emplace_back(key_of(item.ref), &item);
    std::ranges::sort(order, {}, [](const auto& one) { return one.first; });
    std::vector<Call> calls{{&kBegin}, {&kHas, Params().bytes(name)}};
    for (const auto& [key, item] : order)
        calls.push_back(
            {&kGiveBack,
             std::move(Params().key(key).bytes(name).number(item->token).number(item->item.seq))});
    calls.push_back({&kCommit});
    LJK_TRY(answers, ask(calls));
    if (answers[1].empty()) return fail(Code::not_found, "no such subscription");
    return {};
}

Result<bool> PostgresStore::extend_item(std::string_view name, const LeasedItem& item, Millis until,
                                        std::uint64_t holder) {
    Params lease;
    lease.key(key_of(item.ref)).bytes(name).number(item.token);
    lease.integer(process().clock.to_database(until)).number(holder);
    LJK_TRY(rows, ask(kExtend, std::move(lease)));
    return !rows.empty();
}

}  // namespace lampjack::store::postgres
