// The leases of deliveries: who may send the head of which lane.
#include "store/lane_schedule.h"
#include "store/postgres/columns.h"
#include "store/postgres/postgres_store.h"
#include "store/postgres/postgres_tx.h"
#include "store/postgres/statements.h"

#include <algorithm>
#include <map>
#include <utility>

namespace lampjack::store::postgres {
namespace {

/// A lane that is leased while its last row was refused has nothing to come: it waits for its holder. OFFSET 0: asked of one
/// lane after the other by the index; as a join, the planner may read all pending rows first.
#define LJK_PG_HAS_HEAD                                                                   \
    "EXISTS (SELECT 1 FROM lampjack_outbox o WHERE o.key = l.key AND o.to_sink = l.sink " \
    "AND o.status = 0 OFFSET 0)"

/// One look into the index for each account asked for. Lanes of other accounts, the paused ones too, are not read.
constexpr Statement kClaim{
    "lampjack_claim_lanes",
    "WITH due AS (SELECT one.* FROM unnest($3) AS a (account) CROSS JOIN LATERAL "
    "(SELECT l.key, l.ready_at, l.turn FROM lampjack_lane l WHERE l.sink = $1 "
    "AND l.account = a.account AND l.ready_at <= $2 AND " LJK_PG_HAS_HEAD
    " ORDER BY l.ready_at, l.turn LIMIT $5 FOR UPDATE OF l SKIP LOCKED) one "
    "ORDER BY one.ready_at, one.turn LIMIT $5) "
    "UPDATE lampjack_lane l SET ready_at = $4, token = $6, held_token = $6, holder = $7, "
    "leased_at = $2, turn = " LJK_PG_TURN " FROM due "
    "WHERE l.key = due.key AND l.sink = $1 RETURNING l.key, due.ready_at, due.turn"};
constexpr Statement kClaimOne{
    "lampjack_claim_lane",
    "WITH due AS (SELECT l.key, l.ready_at, l.turn FROM lampjack_lane l WHERE l.sink = $1 "
    "AND l.ready_at <= $2 AND l.key = $3 AND " LJK_PG_HAS_HEAD
    " LIMIT $5 FOR UPDATE OF l SKIP LOCKED) "
    "UPDATE lampjack_lane l SET ready_at = $4, token = $6, held_token = $6, holder = $7, "
    "leased_at = $2, turn = " LJK_PG_TURN " FROM due "
    "WHERE l.key = due.key AND l.sink = $1 RETURNING l.key, due.ready_at, due.turn"};
/// In a snapshot of its own: what was recorded until the claim held the lane is seen.
constexpr Statement kHeads{
    "lampjack_heads",
    "SELECT " LJK_PG_CONVERSATION ", " LJK_PG_OUTBOX " FROM lampjack_conversation c "
    "JOIN LATERAL (SELECT * FROM lampjack_outbox o WHERE o.key = c.key AND o.to_sink = $2 "
    "AND o.status = 0 ORDER BY o.oseq LIMIT 1) o ON true WHERE c.key = ANY($1)"};
constexpr Statement kDueHeads{
    "lampjack_due_heads",
    "SELECT c.ref, c.account, " LJK_PG_OUTBOX " FROM lampjack_lane l "
    "JOIN lampjack_conversation c ON c.key = l.key "
    "JOIN LATERAL (SELECT * FROM lampjack_outbox o WHERE o.key = l.key AND o.to_sink = $1 "
    "AND o.status = 0 ORDER BY o.oseq LIMIT 1) o ON true WHERE l.sink = $1 AND l.account = $2 "
    "AND l.ready_at <= $3 ORDER BY l.ready_at, l.turn LIMIT $4"};
constexpr Statement kNextLane{"lampjack_next_lane",
                              "SELECT l.ready_at FROM lampjack_lane l WHERE l.sink = $1 "
                              "AND " LJK_PG_HAS_HEAD " ORDER BY l.ready_at LIMIT 1"};

constexpr Statement kExtend{"lampjack_extend_lane",
                            "UPDATE lampjack_lane SET ready_at = $3, holder = $4, "
                            "held_token = token WHERE key = $1 AND token = $2 AND token <> 0 "
                            "RETURNING 1"};
constexpr Statement kEmptyLanes{"lampjack_empty_lanes",
                                "SELECT l.key, l.token FROM lampjack_lane l "
                                "WHERE l.ready_at < $1 AND NOT " LJK_PG_HAS_HEAD " LIMIT $2"};

struct Claimed {
    Millis ready_at = 0;
    std::int64_t turn = 0;
    ConversationKey key{};

    friend auto operator<=>(const Claimed&, const Claimed&) = default;
};

/// A lease whose answer got lost would keep its lanes for as long as it runs: they are given back first.
constexpr Statement kReturn{"lampjack_return_lanes",
                            "UPDATE lampjack_lane SET token = 0, ready_at = $2 WHERE token = $1"};

}  // namespace

Result<PostgresStore::LeasedLanes> PostgresStore::lease_lanes(std::span<const std::string> accounts,
                                                              bool sinks, const Window& window,
                                                              std::uint64_t token,
                                                              std::uint64_t lost) {
    Process& mine = process();
    const Millis now = mine.clock.to_database(window.now);
    Params claim;
    claim.boolean(sinks).integer(now);
    if (window.only != nullptr)
        claim.key(*window.only);
    else
        claim.texts(accounts);
    claim.integer(mine.clock.to_database(window.until)).limit(window.limit).number(token);
    claim.number(window.holder);
    std::vector<Call> calls{{&kNow}};
    if (lost != 0) calls.push_back({&kReturn, Params().number(lost).integer(now)});
    calls.push_back({window.only != nullptr ? &kClaimOne : &kClaim, std::move(claim)});
    LJK_TRY(connection, mine.pool.take());
    const auto asked = mine.clock.read();
    LJK_TRY(answers, connection->run(calls));
    mine.clock.measured(answers[0].integer(0, 0), asked);
    const Rows& claimed = answers.back();
    LeasedLanes lanes;
    if (claimed.empty()) return lanes;
    std::vector<Claimed> order;
    std::vector<ConversationKey> keys;
    for (int row = 0; row < claimed.size(); ++row)
        order.push_back(
            {claimed.integer(row, 1), claimed.integer(row, 2), read_key(claimed, row, 0)});
    std::sort(order.begin(), order.end());
    for (const Claimed& one : order) keys.push_back(one.key);
    LJK_TRY(heads, connection->run(kHeads, std::move(Params().keys(keys).boolean(sinks))));
    std::map<ConversationKey, LeasedDelivery> found;
    for (int row = 0; row < heads.size(); ++row) {
        LJK_TRY(conversation, read_conversation(heads, row));
        const ConversationKey key = conversation.key;
        found[key] = {std::move(conversation), read_outbox(heads, row, kConversationColumns),
                      token};
    }
    for (const ConversationKey& key : keys) {
        const auto at = found.find(key);
        if (at == found.end())
            lanes.empty.push_back(key);
        else
            lanes.heads.push_back(std::move(at->second));
    }
    return lanes;
}

Result<std::vector<LeasedDelivery>> PostgresStore::lease(std::span<const std::string> accounts,
                                                         bool sinks, const Window& window) {
    std::uint64_t token = new_token();
    auto lanes = lease_lanes(accounts, sinks, window, token, 0);
    if (!lanes && lanes.error().code == Code::conflict) {
        const std::uint64_t lost = std::exchange(token, new_token());
        lanes = lease_lanes(accounts, sinks, window, token, lost);
    }
    if (!lanes) return lanes.error();
    // Rows that were refused or erased in this very moment leave their lane without a head.
    for (const ConversationKey& key : lanes->empty) LJK_CHECK(release_delivery(key, token));
    return std::move(lanes->heads);
}

Result<std::vector<LeasedDelivery>>
PostgresStore::lease_deliveries(std::span<const std::string> accounts, bool sinks, Millis now,
                                Millis until, std::size_t limit, std::uint64_t holder) {
    return lease(accounts, sinks, {.now = now, .until = until, .limit = limit, .holder = holder});
}

Result<std::optional<LeasedDelivery>> PostgresStore::lease_delivery(const ConversationKey& key,
                                                                    Millis now, Millis until,
                                                                    std::uint64_t holder) {
    const Window window{.now = now, .until = until, .limit = 1, .holder = holder, .only = &key};
    LJK_TRY(heads, lease({}, false, window));
    if (heads.empty()) return std::optional<LeasedDelivery>{};
    return std::optional(std::move(heads.front()));
}

Result<void> PostgresStore::release_delivery(const ConversationKey& key, std::uint64_t token) {
    std::vector<Call> calls{{&kBegin}, {&kLockRow, Params().key(key)}};
    for (const bool sink : {false, true}) {
        calls.push_back({&kOfferLane, lane_params(key, sink, token)});
        calls.push_back({&kDropLane, lane_params(key, sink, token)});
    }
    calls.push_back({&kCommit});
    LJK_CHECK(ask(calls));
    return {};
}

Result<bool> PostgresStore::extend_delivery(const ConversationKey& key, std::uint64_t token,
                                            Millis until, std::uint64_t holder) {
    Params lease;
    lease.key(key).number(token).integer(process().clock.to_database(until)).number(holder);
    LJK_TRY(rows, ask(kExtend, std::move(lease)));
    return !rows.empty();
}

Result<std::vector<Delivery>> PostgresStore::due_heads(std::string_view account, Millis now,
                                                       std::size_t limit) {
    Params asked;
    asked.boolean(false).text(account).integer(process().clock.to_database(now)).limit(limit);
    LJK_TRY(rows, ask(kDueHeads, std::move(asked)));
    std::vector<Delivery> heads;
    for (int row = 0; row < rows.size(); ++row)
        heads.push_back({rows.text(row, 0), rows.text(row, 1), read_outbox(rows, row, 2)});
    return heads;
}

/// One by one under the conversation's lock: a row may be on its way into the lane.
Result<void> PostgresStore::drop_empty_lanes(Millis before, std::size_t limit) {
    const Millis at = process().clock.to_database(before);
    LJK_TRY(lanes, ask(kEmptyLanes, Params().integer(at).limit(limit)));
    for (int row = 0; row < lanes.size(); ++row)
        LJK_CHECK(release_delivery(read_key(lanes, row, 0), lanes.number(row, 1)));
    return {};
}

Result<Millis> PostgresStore::next_delivery_at(bool sinks) {
    LJK_TRY(rows, ask(kNextLane, Params().boolean(sinks)));
    return rows.empty() ? kNever : process().clock.to_caller(rows.integer(0, 0));
}

}  // namespace lampjack::store::postgres
