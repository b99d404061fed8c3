// Declaring the subscriptions of a PostgresStore, and queueing for a new one what was there before it.
#include "store/postgres/postgres_store.h"
#include "store/postgres/statements.h"

namespace lampjack::store::postgres {
namespace {

constexpr Statement kRefine{"lampjack_refine",
                            "UPDATE lampjack_subscription SET kinds = $2, accounts = $3, "
                            "recipient = $4, include_bot = $5 WHERE name = $1 "
                            "AND (kinds, accounts, recipient, include_bot) "
                            "IS DISTINCT FROM ($2, $3, $4, $5)"};
/// Waits for every transaction that has looked at the subscriptions without seeing this one: those that come later
/// queue their items for it, those before are seen by what completes it.
constexpr Statement kAlone{"lampjack_subscribe_alone",
                           "LOCK TABLE lampjack_subscription IN ACCESS EXCLUSIVE MODE"};
constexpr Statement kDeclare{"lampjack_declare",
                             "INSERT INTO lampjack_subscription "
                             "(name, complete, kinds, accounts, recipient, include_bot) "
                             "VALUES ($1, false, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING"};
/// Two that complete the same subscription do so one after the other: the second finds it done, and must not queue again
/// what was handled meanwhile.
constexpr Statement kCompleting{"lampjack_completing",
                                "SELECT 1 FROM lampjack_subscription WHERE name = $1 FOR UPDATE"};
/// The next conversations in the order of their keys, which says the last of them: a statement for all of a big table would
/// run into its time limit.
constexpr Statement kBackfill{
    "lampjack_backfill",
    "WITH page AS MATERIALIZED (SELECT key FROM lampjack_conversation WHERE key > $2 "
    "ORDER BY key LIMIT $3), queued AS (INSERT INTO lampjack_queue AS q "
    "(key, name, seq, ready_at, turn) "
    "SELECT i.key, s.name, min(i.seq), 0, " LJK_PG_TURN " FROM lampjack_subscription s "
    "JOIN page ON true JOIN lampjack_item i ON i.key = page.key AND " LJK_PG_WANTS
    " WHERE s.name = $1 AND NOT s.complete GROUP BY i.key, s.name "
    "ORDER BY i.key ON CONFLICT (key, name) DO UPDATE SET seq = LEAST(q.seq, EXCLUDED.seq), "
    // What was taken up again meanwhile comes with the others.
    "again = ARRAY(SELECT a FROM unnest(q.again) AS a WHERE a >> 16 < LEAST(q.seq, EXCLUDED.seq) "
    "ORDER BY a)) "
    "SELECT key FROM page ORDER BY key DESC LIMIT 1"};
constexpr std::size_t kBackfilledAtOnce = 1000;
constexpr Statement kCompleted{"lampjack_completed",
                               "UPDATE lampjack_subscription SET complete = true WHERE name = $1"};

Params filter_params(std::string_view name, const SubscriptionFilter& filter) {
    Params params;
    params.bytes(name);
    filter.kinds.empty() ? params.null_texts() : params.texts(filter.kinds);
    filter.accounts.empty() ? params.null_texts() : params.texts(filter.accounts);
    filter.to ? params.integer(static_cast<std::int64_t>(*filter.to)) : params.null_integer();
    params.boolean(filter.include_bot);
    return params;
}

}  // namespace

Result<void> PostgresStore::subscribe(std::string_view name, const SubscriptionFilter& filter) {
    const Call look[] = {{&kRefine, filter_params(name, filter)}, {&kHas, Params().bytes(name)}};
    LJK_TRY(answers, ask(look));
    if (answers[1].empty()) {
        const Call declare[] = {
            {&kBegin}, {&kAlone}, {&kDeclare, filter_params(name, filter)}, {&kCommit}};
        LJK_CHECK(ask(declare));
    } else if (answers[1].boolean(0, 0)) {
        return {};
    }
    return complete(name);
}

Result<void> PostgresStore::complete(std::string_view name) {
    for (std::string last;;) {
        const Call page[] = {
            {&kBegin},
            {&kCompleting, Params().bytes(name)},
            {&kBackfill, Params().bytes(name).bytes(last).limit(kBackfilledAtOnce)},
            {&kCommit}};
        LJK_TRY(answers, ask(page));
        if (answers[2].empty()) break;
        last = answers[2].text(0, 0);
    }
    LJK_CHECK(ask(kCompleted, Params().bytes(name)));
    return {};
}

}  // namespace lampjack::store::postgres
