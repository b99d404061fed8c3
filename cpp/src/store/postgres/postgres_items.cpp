// What waits for the subscriptions of a PostgresStore, who works on it, what was given up.
#include "store/postgres/columns.h"
#include "store/postgres/postgres_store.h"
#include "store/postgres/statements.h"

#include <algorithm>
#include <map>
#include <utility>

namespace lampjack::store::postgres {
namespace {

#define LJK_PG_TAKE_QUEUES                                                                    \
    "UPDATE lampjack_queue q SET ready_at = $3, token = $5, held_token = $5, holder = $6, "   \
    "turn = " LJK_PG_TURN ", "                                                                \
    "attempt = CASE WHEN q.again = '{}' THEN q.attempt + 1 ELSE q.attempt END, "              \
    "again = CASE WHEN q.again = '{}' THEN q.again ELSE (q.again[1] + 1) || q.again[2:] END " \
    "FROM due WHERE q.key = due.key AND q.name = $1 RETURNING q.key, "                        \
    "COALESCE(q.again[1] >> 16, q.seq), COALESCE(q.again[1] & 65535, q.attempt), "            \
    "due.ready_at, due.turn, q.again <> '{}'"

constexpr Statement kClaim{
    "lampjack_claim_queues",
    "WITH due AS (SELECT key, ready_at, turn FROM lampjack_queue WHERE name = $1 "
    "AND ready_at <= $2 AND (SELECT complete FROM lampjack_subscription WHERE name = $1) "
    "ORDER BY ready_at, turn LIMIT $4 FOR UPDATE SKIP LOCKED) " LJK_PG_TAKE_QUEUES};
/// The same for these accounts only: one look into the index for each, so that what waits for others is not passed over.
constexpr Statement kClaimOf{
    "lampjack_claim_queues_of",
    "WITH due AS (SELECT one.* FROM unnest($7) AS a (account) CROSS JOIN LATERAL "
    "(SELECT key, ready_at, turn FROM lampjack_queue WHERE name = $1 AND account = a.account "
    "AND ready_at <= $2 AND (SELECT complete FROM lampjack_subscription WHERE name = $1) "
    "ORDER BY ready_at, turn LIMIT $4 FOR UPDATE SKIP LOCKED) one "
    "ORDER BY one.ready_at, one.turn LIMIT $4) " LJK_PG_TAKE_QUEUES};
/// Lanes that do not name their account: those of version 1, and those of items from before the subscription.
constexpr Statement kNoteAccounts{
    "lampjack_note_accounts",
    "UPDATE lampjack_queue q SET account = c.account FROM (SELECT key FROM lampjack_queue "
    "WHERE name = $1 AND account IS NULL AND ready_at <= $2 ORDER BY ready_at, turn LIMIT 256 "
    "FOR UPDATE SKIP LOCKED) due JOIN lampjack_conversation c ON c.key = due.key "
    "WHERE q.key = due.key AND q.name = $1"};
constexpr Statement kServed{"lampjack_served",
                            "UPDATE lampjack_subscription SET served_at = $2 WHERE name = $1 "
                            "AND served_at < $2"};
constexpr Statement kClaimedItems{"lampjack_claimed_items",
                                  "SELECT " LJK_PG_ITEM ", c.ref, c.account, i.key, " LJK_PG_WANTS
                                  " FROM unnest($1, $2) AS w (key, seq) "
                                  "JOIN lampjack_item i ON i.key = w.key AND i.seq = w.seq "
                                  "JOIN lampjack_conversation c ON c.key = w.key "
                                  "JOIN lampjack_subscription s ON s.name = $3"};
constexpr Statement kReturn{"lampjack_return_queues",
                            "UPDATE lampjack_queue SET token = 0, ready_at = $2 WHERE token = $1"};

constexpr Statement kRetry{"lampjack_retry_item",
                           "UPDATE lampjack_queue SET token = 0, ready_at = $4, "
                           "turn = " LJK_PG_TURN " WHERE key = $1 AND name = $2 "
                           "AND token = $3 RETURNING 1"};
constexpr Statement kBury{
    "lampjack_bury_item",
    "INSERT INTO lampjack_dead_item (key, name, seq, attempt, reason, died) "
    "SELECT key, name, $4, $5, $6, $7 FROM lampjack_queue "
    "WHERE key = $1 AND name = $2 AND token = $3 ON CONFLICT (key, name, seq) DO UPDATE "
    "SET attempt = EXCLUDED.attempt, reason = EXCLUDED.reason, died = EXCLUDED.died"};
constexpr Statement kAdvance{
    "lampjack_advance_queue",
    "UPDATE lampjack_queue q SET token = 0, ready_at = 0, turn = " LJK_PG_TURN ", "
    "again = ARRAY(SELECT a FROM unnest(q.again) AS a WHERE a >> 16 <> $4 ORDER BY a), "
    "attempt = CASE WHEN q.seq = $4 THEN 0 ELSE q.attempt END, "
    "seq = CASE WHEN q.seq = $4 THEN "
    "(SELECT i.seq FROM lampjack_subscription s JOIN lampjack_item i ON i.key = $1 "
    "AND i.seq > $4 AND " LJK_PG_WANTS " WHERE s.name = $2 ORDER BY i.seq LIMIT 1) "
    "ELSE q.seq END WHERE q.key = $1 AND q.name = $2 AND q.token = $3 RETURNING 1"};
constexpr Statement kWaits{"lampjack_waits",
                           "SELECT 1 FROM lampjack_queue WHERE key = $1 AND name = $2 AND "
                           "(seq <= $3 OR $3 IN (SELECT a >> 16 FROM unnest(again) AS a))"};
constexpr Statement kDropQueue{"lampjack_drop_queue",
                               "DELETE FROM lampjack_queue WHERE key = $1 AND name = $2 "
                               "AND token = 0 AND seq IS NULL AND again = '{}'"};

constexpr Statement kDead{"lampjack_dead_items",
                          "SELECT " LJK_PG_ITEM ", c.ref, c.account, d.attempt, d.reason, d.died "
                          "FROM lampjack_dead_item d JOIN lampjack_item i ON i.key = d.key "
                          "AND i.seq = d.seq JOIN lampjack_conversation c ON c.key = d.key "
                          "WHERE d.name = $1 ORDER BY d.died, d.key, d.seq LIMIT $2"};
constexpr Statement kDeadOfAccounts{
    "lampjack_dead_items_of",
    "SELECT " LJK_PG_ITEM ", c.ref, c.account, d.attempt, d.reason, d.died "
    "FROM lampjack_dead_item d JOIN lampjack_item i ON i.key = d.key "
    "AND i.seq = d.seq JOIN lampjack_conversation c ON c.key = d.key "
    "WHERE d.name = $1 AND c.account = ANY($3) ORDER BY d.died, d.key, d.seq LIMIT $2"};
constexpr Statement kForget{"lampjack_forget_dead",
                            "DELETE FROM lampjack_dead_item WHERE key = $1 AND name = $2 "
                            "AND seq = $3 RETURNING 1"};
/// Only the first in line moves its queue: the others wait for it, also while it waits for another try.
constexpr Statement kAgain{
    "lampjack_again",
    "WITH gone AS (DELETE FROM lampjack_dead_item WHERE key = $1 AND name = $2 AND seq = $3 "
    "RETURNING key, name, seq) "
    "INSERT INTO lampjack_queue AS q (key, name, again, ready_at, turn) "
    "SELECT key, name, ARRAY[seq << 16], 0, " LJK_PG_TURN " FROM gone "
    "ON CONFLICT (key, name) DO UPDATE SET "
    "again = ARRAY(SELECT a FROM unnest(q.again || EXCLUDED.again) AS a ORDER BY a), "
    "ready_at = CASE WHEN q.token = 0 AND EXCLUDED.again[1] < COALESCE(q.again[1], q.seq << 16) "
    "THEN 0 ELSE q.ready_at END RETURNING 1"};

Error no_subscription() { return fail(Code::not_found, "no such subscription"); }

}  // namespace

Result<PostgresStore::LeasedQueues> PostgresStore::lease_queues(std::string_view name,
                                                                const Window& window,
                                                                std::uint64_t token,
                                                                std::uint64_t lost) {
    Process& mine = process();
    const Millis now = mine.clock.to_database(window.now);
    Params claim;
    claim.bytes(name).integer(now).integer(mine.clock.to_database(window.until));
    claim.limit(window.limit).number(token).number(window.holder);
    const bool all = window.accounts.empty();
    if (!all) claim.texts(window.accounts);
    std::vector<Call> calls{{&kNow}, {&kHas, Params().bytes(name)}};
    if (lost != 0) calls.push_back({&kReturn, Params().number(lost).integer(now)});
    if (!all) calls.push_back({&kNoteAccounts, Params().bytes(name).integer(now)});
    calls.push_back({all ? &kClaim : &kClaimOf, std::move(claim)});
    LJK_TRY(connection, mine.pool.take());
    const auto asked = mine.clock.read();
    LJK_TRY(answers, connection->run(calls));
    mine.clock.measured(answers[0].integer(0, 0), asked);
    if (answers[1].empty()) return no_subscription();
    const Rows& claimed = answers.back();
    LeasedQueues queues;
    if (claimed.empty()) return queues;
    struct Place {
        Millis ready_at = 0;
        std::int64_t turn = 0;
        int row = 0;
        auto operator<=>(const Place&) const = default;
    };
    std::vector<Place> order;
    std::vector<ConversationKey> keys;
    std::vector<std::uint64_t> seqs;
    for (int row = 0; row < claimed.size(); ++row) {
        order.push_back({claimed.integer(row, 3), claimed.integer(row, 4), row});
        keys.push_back(read_key(claimed, row, 0));
        seqs.push_back(claimed.number(row, 1));
    }
    std::sort(order.begin(), order.end());
    std::vector<Call> fetch;
    note_served(name, now, fetch);
    fetch.push_back({&kClaimedItems, std::move(Params().keys(keys).integers(seqs).bytes(name))});
    LJK_TRY(found_items, connection->run(fetch));
    const Rows& fetched = found_items.back();
    std::map<ConversationKey, int> found;
    for (int row = 0; row < fetched.size(); ++row)
        found[read_key(fetched, row, kItemColumns + 2)] = row;
    for (const Place& place : order) {
        const auto index = static_cast<std::size_t>(place.row);
        LeasedItem leased;
        leased.attempt = static_cast<std::uint32_t>(claimed.number(place.row, 2));
        leased.token = token;
        leased.item.seq = seqs[index];
        const auto at = found.find(keys[index]);
        // A person who wants it once more asks the filter nothing.
        const bool wanted = at != found.end() && (claimed.boolean(place.row, 5) ||
                                                  fetched.boolean(at->second, kItemColumns + 3));
        if (wanted) {
            leased.item = read_item(fetched, at->second);
            leased.ref = fetched.text(at->second, kItemColumns);
            leased.account = fetched.text(at->second, kItemColumns + 1);
            queues.items.push_back(std::move(leased));
        } else {
            queues.gone.emplace_back(keys[index], std::move(leased));
        }
    }
    return queues;
}

void PostgresStore::note_served(std::string_view name, Millis now, std::vector<Call>& calls) {
    Process& mine = process();
    const std::lock_guard lock(mine.served_mutex);
    const auto known = mine.served.find(name);
    if (known != mine.served.end() && now - known->second < kServedStep) return;
    mine.served.insert_or_assign(std::string(name), now);
    calls.push_back({&kServed, std::move(Params().bytes(name).integer(now))});
}

Result<std::vector<LeasedItem>> PostgresStore::lease_items(std::string_view name, Millis now,
                                                           Millis until, std::size_t limit,
                                                           const Lessee& who) {
    const Window window{now, until, limit, who.holder, who.accounts};
    for (;;) {
        const std::uint64_t token = new_token();
        auto queues = lease_queues(name, window, token, 0);
        if (!queues && queues.error().code == Code::conflict)
            queues = lease_queues(name, window, new_token(), token);
        if (!queues) return queues.error();
        // Erased while the subscription was being filled, or not wanted any more: what is left of the queue goes on.
        for (const auto& [key, gone] : queues->gone) LJK_CHECK(end_lease(name, key, gone, {}));
        if (!queues->items.empty() || queues->gone.empty()) return std::move(queues->items);
    }
}

Result<void> PostgresStore::end_lease(std::string_view name, const ConversationKey& key,
                                      const LeasedItem& item, const Ending& ending) {
    const auto lease = [&] { return std::move(Params().key(key).bytes(name).number(item.token)); };
    std::vector<Call> calls{
        {&kBegin}, {&kHas, Params().bytes(name)}, {&kLockRow, Params().key(key)}};
    if (ending.outcome == ItemOutcome::dead)
        calls.push_back({&kBury, std::move(lease()
                                               .number(item.item.seq)
                                               .number(item.attempt)
                                               .bytes(ending.reason)
                                               .integer(ending.at))});
    if (ending.outcome == ItemOutcome::retry)
        calls.push_back(
            {&kRetry, std::move(lease().integer(process().clock.to_database(ending.at)))});
    else
        calls.push_back({&kAdvance, std::move(lease().number(item.item.seq))});
    const std::size_t decisive = calls.size() - 1;
    calls.push_back({&kDropQueue, Params().key(key).bytes(name)});
    calls.push_back({&kCommit});
    bool repeated = false;
    LJK_TRY(answers, ask_once(calls, "end " + std::to_string(item.token), repeated));
    if (answers[1].empty()) return no_subscription();
    if (!answers[decisive].empty()) return {};
    if (repeated) {  // the lost answer was "done", unless the item still waits for somebody to handle it
        if (ending.outcome == ItemOutcome::retry) return {};
        LJK_TRY(open, waits(name, key, item.item.seq));
        if (!open) return {};
    }
    return fail(Code::unsupported, "the lease of this item was lost");
}

Result<bool> PostgresStore::waits(std::string_view name, const ConversationKey& key,
                                  std::uint64_t seq) {
    LJK_TRY(rows, ask(kWaits, std::move(Params().key(key).bytes(name).number(seq))));
    return !rows.empty();
}

Result<void> PostgresStore::finish_item(std::string_view name, const LeasedItem& item,
                                        ItemOutcome outcome, Millis at, std::string_view reason) {
    return end_lease(name, key_of(item.ref), item, {outcome, at, reason});
}

Result<std::vector<DeadItem>> PostgresStore::dead_items(std::string_view name, std::size_t limit,
                                                        OfAccounts of) {
    Params wanted;
    wanted.bytes(name).limit(limit);
    if (of) wanted.texts(*of);
    const Call calls[] = {{&kHas, Params().bytes(name)},
                          {of ? &kDeadOfAccounts : &kDead, std::move(wanted)}};
    LJK_TRY(answers, ask(calls));
    if (answers[0].empty()) return no_subscription();
    const Rows& rows = answers[1];
    std::vector<DeadItem> dead;
    for (int row = 0; row < rows.size(); ++row) {
        LeasedItem item{rows.text(row, kItemColumns), rows.text(row, kItemColumns + 1),
                        read_item(rows, row),
                        static_cast<std::uint32_t>(rows.number(row, kItemColumns + 2)), 0};
        dead.push_back({std::move(item), rows.text(row, kItemColumns + 3),
                        rows.integer(row, kItemColumns + 4)});
    }
    return dead;
}

Result<void> PostgresStore::settle_dead_item(std::string_view name, std::string_view ref,
                                             std::uint64_t seq, bool again) {
    const ConversationKey key = key_of(ref);
    const Call calls[] = {{&kBegin},
                          {&kHas, Params().bytes(name)},
                          {&kLockRow, Params().key(key)},
                          {again ? &kAgain : &kForget, Params().key(key).bytes(name).number(seq)},
                          {&kCommit}};
    std::string change = again ? "again " : "forget ";
    change.append(name).append(" ").append(ref).append(" ").append(std::to_string(seq));
    bool repeated = false;
    LJK_TRY(answers, ask_once(calls, change, repeated));
    if (answers[1].empty()) return no_subscription();
    if (answers[3].empty() && !repeated) return fail(Code::not_found, "no such dead item");
    return {};
}

}  // namespace lampjack::store::postgres
