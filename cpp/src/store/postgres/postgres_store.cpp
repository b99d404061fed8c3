#include "store/postgres/postgres_store.h"

#include "store/lane_schedule.h"
#include "store/postgres/columns.h"
#include "store/postgres/postgres_tx.h"
#include "store/postgres/schema.h"
#include "store/postgres/statements.h"

#include <algorithm>

namespace lampjack::store::postgres {
namespace {

constexpr Statement kConversation{"lampjack_conversation",
                                  "SELECT " LJK_PG_CONVERSATION
                                  " FROM lampjack_conversation c WHERE c.key = $1 AND c.alive"};
constexpr Statement kConversations{
    "lampjack_conversations",
    "SELECT " LJK_PG_CONVERSATION " FROM lampjack_conversation c WHERE c.alive "
    "AND ($1 < 0 OR c.state = $1) ORDER BY c.touched_minute DESC, c.touched DESC LIMIT $2"};
/// One look into the index for each account: the conversations of others are not passed over.
constexpr Statement kConversationsOfAccounts{
    "lampjack_conversations_of_accounts",
    "SELECT " LJK_PG_CONVERSATION " FROM unnest($3) AS a (account) CROSS JOIN LATERAL "
    "(SELECT * FROM lampjack_conversation n WHERE n.alive AND n.account = a.account "
    "AND ($1 < 0 OR n.state = $1) ORDER BY n.touched_minute DESC, n.touched DESC LIMIT $2) c "
    "ORDER BY c.touched_minute DESC, c.touched DESC LIMIT $2"};
/// From each name to the next, by the index.
constexpr Statement kAccounts{
    "lampjack_accounts",
    "WITH RECURSIVE a (account) AS ((SELECT c.account FROM lampjack_conversation c WHERE c.alive "
    "ORDER BY c.account LIMIT 1) UNION ALL SELECT (SELECT c.account FROM lampjack_conversation c "
    "WHERE c.alive AND c.account > a.account ORDER BY c.account LIMIT 1) FROM a "
    "WHERE a.account IS NOT NULL) SELECT account FROM a WHERE account IS NOT NULL"};
constexpr Statement kConversationsOf{"lampjack_conversations_of",
                                     "SELECT ref FROM lampjack_conversation "
                                     "WHERE user_key = $1 AND alive ORDER BY ref"};
constexpr Statement kItems{"lampjack_items",
                           "SELECT " LJK_PG_ITEM " FROM lampjack_item i "
                           "WHERE i.key = $1 AND i.seq > $2 ORDER BY i.seq LIMIT $3"};
constexpr Statement kDelivery{"lampjack_delivery",
                              "SELECT " LJK_PG_OUTBOX ", c.ref FROM lampjack_outbox o "
                              "JOIN lampjack_conversation c ON c.key = o.key WHERE o.id = $1"};
constexpr Statement kDeliveries{"lampjack_deliveries",
                                "SELECT " LJK_PG_OUTBOX " FROM lampjack_outbox o "
                                "WHERE o.key = $1 ORDER BY o.oseq"};
constexpr Statement kDeliveriesBy{
    "lampjack_deliveries_by", "SELECT " LJK_PG_OUTBOX ", c.ref, c.account FROM lampjack_outbox o "
                              "JOIN lampjack_conversation c ON c.key = o.key WHERE o.status = $1 "
                              "ORDER BY o.created, c.ref, o.oseq LIMIT $2"};
constexpr Statement kDeliveriesByOf{
    "lampjack_deliveries_by_of",
    "SELECT " LJK_PG_OUTBOX ", c.ref, c.account FROM lampjack_outbox o "
    "JOIN lampjack_conversation c ON c.key = o.key WHERE o.status = $1 AND c.account = ANY($3) "
    "ORDER BY o.created, c.ref, o.oseq LIMIT $2"};
/// By the lanes of these accounts, so that what is pending of others is not read.
constexpr Statement kPendingOf{
    "lampjack_pending_of",
    "SELECT " LJK_PG_OUTBOX ", c.ref, c.account FROM unnest($2) AS a (account) "
    "JOIN lampjack_lane l ON l.sink IN (false, true) AND l.account = a.account "
    "JOIN lampjack_outbox o ON o.key = l.key AND o.to_sink = l.sink AND o.status = 0 "
    "JOIN lampjack_conversation c ON c.key = l.key ORDER BY o.created, c.ref, o.oseq LIMIT $1"};
constexpr Statement kPendingCount{
    "lampjack_pending_count",
    "SELECT count(*) FROM lampjack_lane l JOIN lampjack_outbox o ON o.key = l.key "
    "AND o.to_sink = l.sink AND o.status = 0 "
    "WHERE l.sink IN (false, true) AND l.account = $1"};

/// Shown to all who ask and taken from nobody: who fires one looks again under the conversation's lock.
constexpr Statement kDueTimers{
    "lampjack_due_timers", "SELECT " LJK_PG_CONVERSATION " FROM lampjack_timer t "
                           "JOIN lampjack_conversation c ON c.key = t.key "
                           "WHERE t.due_at <= $1 AND c.alive ORDER BY t.due_at, t.key LIMIT $2"};
constexpr Statement kDueTimersOf{
    "lampjack_due_timers_of",
    "SELECT " LJK_PG_CONVERSATION " FROM lampjack_timer t "
    "JOIN lampjack_conversation c ON c.key = t.key WHERE t.due_at <= $1 AND c.alive "
    "AND c.account = ANY($3) ORDER BY t.due_at, t.key LIMIT $2"};
constexpr Statement kNextTimer{"lampjack_next_timer", "SELECT min(due_at) FROM lampjack_timer"};

constexpr Statement kMeta{"lampjack_meta", "SELECT value FROM lampjack_meta WHERE name = $1"};
constexpr Statement kPutMeta{"lampjack_put_meta",
                             "INSERT INTO lampjack_meta VALUES ($1, $2) "
                             "ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value"};
constexpr Statement kSwapUnset{"lampjack_swap_unset",
                               "INSERT INTO lampjack_meta VALUES ($1, '') ON CONFLICT DO NOTHING"};
constexpr Statement kSwapMeta{"lampjack_swap_meta",
                              "UPDATE lampjack_meta SET value = $3 WHERE name = $1 AND value = $2 "
                              "RETURNING 1"};

constexpr Statement kPruneKnown{
    "lampjack_prune_known",
    "WITH gone AS (DELETE FROM lampjack_known WHERE (key, item) IN (SELECT key, item "
    "FROM lampjack_known WHERE seen < $1 ORDER BY seen LIMIT $2 FOR UPDATE SKIP LOCKED) "
    "RETURNING 1) SELECT count(*) FROM gone"};
constexpr Statement kPruneAnswers{
    "lampjack_prune_answers",
    "WITH gone AS (DELETE FROM lampjack_answer WHERE (key, request) IN (SELECT key, request "
    "FROM lampjack_answer WHERE given < $1 ORDER BY given LIMIT $2 FOR UPDATE SKIP LOCKED) "
    "RETURNING 1) SELECT count(*) FROM gone"};
/// Sent, dead and refused rows; held ones wait for a person.
constexpr Statement kPruneOutbox{
    "lampjack_prune_outbox",
    "WITH gone AS (DELETE FROM lampjack_outbox WHERE (key, oseq) IN (SELECT key, oseq "
    "FROM lampjack_outbox WHERE status IN (1, 2, 3) AND created < $1 ORDER BY created LIMIT $2 "
    "FOR UPDATE SKIP LOCKED) RETURNING 1) SELECT count(*) FROM gone"};
static_assert(static_cast<int>(DeliveryStatus::sent) == 1 &&
              static_cast<int>(DeliveryStatus::refused) == 3);

Error no_conversation() { return fail(Code::not_found, "no such conversation"); }

}  // namespace

Result<std::unique_ptr<Store>> PostgresStore::open(std::string_view url,
                                                   const OpenOptions& options) {
    std::unique_ptr<PostgresStore> store(new PostgresStore(url, options.connections));
    Process& process = store->process();
    LJK_TRY(connection, process.pool.take());
    LJK_CHECK(check_schema(*connection));
    const auto asked = process.clock.read();
    LJK_TRY(now, connection->run(kNow));
    process.clock.measured(now.integer(0, 0), asked);
    return std::unique_ptr<Store>(std::move(store));
}

Result<std::unique_ptr<Store>> PostgresStore::open_existing(std::string_view url,
                                                            const OpenOptions& options) {
    LJK_TRY(connection, Connection::open(std::string(url)));
    LJK_CHECK(must_have_tables(*connection));
    return open(url, options);
}

Result<void> PostgresStore::migrate(std::string_view url, bool create) {
    // Of two who wait for each other's tables the database ends one; on a busy one that may be us.
    constexpr int kTries = 8;
    for (int attempt = 1;; ++attempt) {
        LJK_TRY(connection, Connection::open(std::string(url)));
        if (!create) LJK_CHECK(must_have_tables(*connection));
        const auto done = migrate_schema(*connection);
        if (done || done.error().code != Code::conflict || attempt == kTries) return done;
    }
}

PostgresStore::~PostgresStore() {
    Process* process = process_.load();
    if (process->pool.is_ours()) delete process;
}

PostgresStore::Process& PostgresStore::process() {
    Process* known = process_.load();
    if (known->pool.is_ours()) return *known;
    auto* fresh = new Process(
        url_, connections_);  // the parent's is never freed here: its lock may be held for ever
    if (process_.compare_exchange_strong(known, fresh)) return *fresh;
    delete fresh;
    return *known;
}

void PostgresStore::close() { process().pool.close(); }

std::uint64_t PostgresStore::new_token() { return (random_.next() >> 1) | 1; }

Result<std::vector<Rows>> PostgresStore::ask(std::span<const Call> calls) {
    {
        LJK_TRY(first, process().pool.take());
        auto answers = first->run(calls);
        if (answers || !first->is_broken()) return answers;
    }
    LJK_TRY(second, process().pool.take());
    return second->run(calls);
}

Result<Rows> PostgresStore::ask(const Statement& statement, Params params) {
    const Call call{&statement, std::move(params)};
    LJK_TRY(answers, ask({&call, 1}));
    return std::move(answers.front());
}

Result<std::vector<Rows>> PostgresStore::ask_once(std::span<const Call> calls,
                                                  const std::string& change, bool& repeated) {
    Process& mine = process();
    repeated = mine.doubts.has(change);
    for (bool second = false;; second = true) {
        LJK_TRY(connection, mine.pool.take());
        auto answers = connection->run(calls);
        if (answers && repeated) mine.doubts.settle(change);
        if (answers || !connection->is_broken()) return answers;
        mine.doubts.note(change);
        repeated = true;
        if (second) return answers;
    }
}

Result<std::unique_ptr<Tx>> PostgresStore::begin() {
    Process& mine = process();
    LJK_TRY(connection, mine.pool.take());
    return std::unique_ptr<Tx>(std::make_unique<PostgresTx>(std::move(connection), mine.clock));
}

Result<ConversationRow> PostgresStore::conversation(const ConversationKey& key) {
    LJK_TRY(rows, ask(kConversation, Params().key(key)));
    if (rows.empty()) return no_conversation();
    LJK_TRY(row, read_conversation(rows, 0));
    if (!row.state.seen()) return no_conversation();
    return row;
}

Result<std::vector<ConversationRow>>
PostgresStore::conversations(std::string_view state, std::size_t limit, OfAccounts of) {
    const auto wanted = conversation::state_from(state);
    if (!state.empty() && !wanted) return std::vector<ConversationRow>{};
    const std::int64_t number = wanted ? static_cast<std::int64_t>(*wanted) : -1;
    Params wanted_rows;
    wanted_rows.integer(number).limit(limit);
    if (of) wanted_rows.texts(*of);
    LJK_TRY(rows, ask(of ? kConversationsOfAccounts : kConversations, std::move(wanted_rows)));
    std::vector<ConversationRow> found;
    for (int row = 0; row < rows.size(); ++row) {
        LJK_TRY(one, read_conversation(rows, row));
        found.push_back(std::move(one));
    }
    return found;
}

Result<std::vector<std::string>> PostgresStore::accounts() {
    LJK_TRY(rows, ask(kAccounts));
    std::vector<std::string> names;
    for (int row = 0; row < rows.size(); ++row) names.push_back(rows.text(row, 0));
    return names;
}

Result<std::vector<std::string>> PostgresStore::conversations_of(const UserKey& user) {
    LJK_TRY(rows, ask(kConversationsOf, Params().key(user)));
    std::vector<std::string> refs;
    for (int row = 0; row < rows.size(); ++row) refs.emplace_back(rows.bytes(row, 0));
    return refs;
}

Result<std::vector<ItemRow>> PostgresStore::items(const ConversationKey& key, std::uint64_t after,
                                                  std::size_t limit) {
    const Call calls[] = {{&kConversation, Params().key(key)},
                          {&kItems, Params().key(key).number(after).limit(limit)}};
    LJK_TRY(answers, ask(calls));
    if (answers[0].empty()) return no_conversation();
    std::vector<ItemRow> items;
    for (int row = 0; row < answers[1].size(); ++row) items.push_back(read_item(answers[1], row));
    return items;
}

Result<OutboxRow> PostgresStore::delivery(std::string_view id, std::string& ref) {
    LJK_TRY(rows, ask(kDelivery, Params().bytes(id)));
    if (rows.empty()) return fail(Code::not_found, "no such delivery");
    ref = rows.text(0, kOutboxColumns);
    return read_outbox(rows, 0);
}

Result<std::vector<OutboxRow>> PostgresStore::deliveries(const ConversationKey& key) {
    const Call calls[] = {{&kConversation, Params().key(key)}, {&kDeliveries, Params().key(key)}};
    LJK_TRY(answers, ask(calls));
    if (answers[0].empty()) return no_conversation();
    std::vector<OutboxRow> found;
    for (int row = 0; row < answers[1].size(); ++row) found.push_back(read_outbox(answers[1], row));
    return found;
}

Result<std::vector<Delivery>> PostgresStore::deliveries_by(DeliveryStatus status, std::size_t limit,
                                                           OfAccounts of) {
    const bool pending = of && status == DeliveryStatus::pending;
    Params wanted;
    if (!pending) wanted.integer(static_cast<std::int64_t>(status));
    wanted.limit(limit);
    if (of) wanted.texts(*of);
    LJK_TRY(rows, ask(pending ? kPendingOf
                      : of    ? kDeliveriesByOf
                              : kDeliveriesBy,
                      std::move(wanted)));
    std::vector<Delivery> found;
    for (int row = 0; row < rows.size(); ++row)
        found.push_back({rows.text(row, kOutboxColumns), rows.text(row, kOutboxColumns + 1),
                         read_outbox(rows, row)});
    return found;
}

Result<std::size_t> PostgresStore::pending_count(std::string_view account) {
    LJK_TRY(rows, ask(kPendingCount, Params().text(account)));
    return static_cast<std::size_t>(rows.number(0, 0));
}

Result<std::vector<DueTimer>> PostgresStore::due_timers(Millis now, std::size_t limit,
                                                        OfAccounts of) {
    Process& mine = process();
    Params wanted;
    wanted.integer(mine.clock.to_database(now)).limit(limit);
    if (of) wanted.texts(*of);
    const Call calls[] = {{&kNow}, {of ? &kDueTimersOf : &kDueTimers, std::move(wanted)}};
    const auto asked = mine.clock.read();
    LJK_TRY(answers, ask(calls));
    mine.clock.measured(answers[0].integer(0, 0), asked);
    std::vector<DueTimer> due;
    for (int row = 0; row < answers[1].size() && due.size() < limit; ++row) {
        LJK_TRY(one, read_conversation(answers[1], row));
        // The database's clock said that the first is due; this process's own may be behind the one that set it.
        const auto first = conversation::earliest_timer(one.state);
        const Millis until = first ? std::max(now, *first) : now;
        for (std::size_t kind = 0; kind < conversation::kTimerCount; ++kind)
            if (const auto& timer = one.state.timers[kind]; timer && timer->due <= until)
                due.push_back({one.ref, static_cast<conversation::TimerKind>(kind), *timer});
    }
    return due;
}

Result<Millis> PostgresStore::next_timer_at() {
    LJK_TRY(rows, ask(kNextTimer));
    return rows.is_null(0, 0) ? kNever : process().clock.to_caller(rows.integer(0, 0));
}

Result<std::string> PostgresStore::meta(std::string_view name) {
    LJK_TRY(rows, ask(kMeta, Params().bytes(name)));
    return rows.empty() ? std::string{} : rows.text(0, 0);
}

Result<void> PostgresStore::put_meta(std::string_view name, std::string_view value) {
    LJK_CHECK(ask(kPutMeta, Params().bytes(name).bytes(value)));
    return {};
}

Result<bool> PostgresStore::swap_meta(std::string_view name, std::string_view expected,
                                      std::string_view value) {
    const Call calls[] = {{&kSwapUnset, Params().bytes(name)},
                          {&kSwapMeta, Params().bytes(name).bytes(expected).bytes(value)}};
    Process& mine = process();
    LJK_TRY(connection, mine.pool.take());
    LJK_TRY(answers, connection->run(calls));
    return !answers[1].empty();
}

Result<std::size_t> PostgresStore::prune(Millis keys_before, Millis rows_before,
                                         std::size_t limit) {
    const Call calls[] = {{&kPruneKnown, Params().integer(keys_before).limit(limit)},
                          {&kPruneAnswers, Params().integer(keys_before).limit(limit)},
                          {&kPruneOutbox, Params().integer(rows_before).limit(limit)}};
    LJK_TRY(answers, ask(calls));
    std::size_t gone = 0;
    for (const Rows& rows : answers) gone += static_cast<std::size_t>(rows.number(0, 0));
    LJK_CHECK(drop_empty_lanes(rows_before, limit));
    return gone;
}

}  // namespace lampjack::store::postgres
