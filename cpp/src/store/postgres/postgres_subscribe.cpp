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
                             "VALUES ($1, $6, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING"};
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

/// The lanes that waited longest, as many as can hold what is counted.
constexpr Statement kSubscriptions{
    "lampjack_subscriptions",
    "SELECT s.name, COALESCE(array_to_string(s.kinds, ' '), ''), "
    "COALESCE(array_to_string(s.accounts, ' '), ''), s.recipient, s.include_bot, s.served_at, "
    "w.waiting, w.oldest FROM lampjack_subscription s CROSS JOIN LATERAL "
    "(SELECT count(*) AS waiting, COALESCE(min(x.received), 0) AS oldest FROM "
    "(SELECT i.received FROM (SELECT key, seq, again FROM lampjack_queue WHERE name = s.name "
    "ORDER BY ready_at, turn LIMIT $1) q JOIN lampjack_item i ON i.key = q.key "
    "AND ((i.seq >= q.seq AND " LJK_PG_WANTS ") "
    "OR i.seq IN (SELECT a >> 16 FROM unnest(q.again) AS a)) LIMIT $1) x) w ORDER BY s.name"};
/// The same of these accounts: one look into the index for each, then the lanes that do not name theirs yet.
constexpr Statement kSubscriptionsOf{
    "lampjack_subscriptions_of",
    "SELECT s.name, COALESCE(array_to_string(s.kinds, ' '), ''), "
    "COALESCE(array_to_string(s.accounts, ' '), ''), s.recipient, s.include_bot, s.served_at, "
    "w.waiting, w.oldest FROM lampjack_subscription s CROSS JOIN LATERAL "
    "(SELECT count(*) AS waiting, COALESCE(min(x.received), 0) AS oldest FROM "
    "(SELECT i.received FROM (SELECT one.* FROM unnest($2) AS a (account) CROSS JOIN LATERAL "
    "(SELECT n.key, n.seq, n.again FROM lampjack_queue n WHERE n.name = s.name "
    "AND n.account = a.account ORDER BY n.ready_at, n.turn LIMIT $1) one "
    "UNION ALL SELECT n.key, n.seq, n.again FROM lampjack_queue n "
    "JOIN lampjack_conversation c ON c.key = n.key WHERE n.name = s.name AND n.account IS NULL "
    "AND c.account = ANY($2)) q JOIN lampjack_item i ON i.key = q.key "
    "AND ((i.seq >= q.seq AND " LJK_PG_WANTS ") "
    "OR i.seq IN (SELECT a >> 16 FROM unnest(q.again) AS a)) LIMIT $1) x) w ORDER BY s.name"};
constexpr Statement kKnownSubscriptions{
    "lampjack_known_subscriptions",
    "SELECT s.name, COALESCE(array_to_string(s.kinds, ' '), ''), "
    "COALESCE(array_to_string(s.accounts, ' '), ''), s.recipient, s.include_bot, s.served_at "
    "FROM lampjack_subscription s ORDER BY s.name"};
constexpr Statement kStandings{
    "lampjack_standings",
    "SELECT s.name, COALESCE(array_to_string(s.kinds, ' '), ''), "
    "COALESCE(array_to_string(s.accounts, ' '), ''), s.recipient, s.include_bot, "
    "COALESCE(q.seq, 0), COALESCE(q.attempt, 0), COALESCE(q.ready_at, 0), COALESCE(q.token, 0), "
    "COALESCE(array_to_string(q.again, ' '), '') FROM lampjack_subscription s "
    "LEFT JOIN lampjack_queue q ON q.key = $1 AND q.name = s.name ORDER BY s.name"};
constexpr Statement kDeadOf{"lampjack_dead_of",
                            "SELECT name, seq, attempt, reason FROM lampjack_dead_item "
                            "WHERE key = $1 ORDER BY name, seq"};
constexpr Statement kDropSubscription{"lampjack_drop_subscription",
                                      "DELETE FROM lampjack_subscription WHERE name = $1 "
                                      "RETURNING 1"};
constexpr Statement kDropQueues{"lampjack_drop_queues",
                                "DELETE FROM lampjack_queue WHERE name = $1"};
constexpr Statement kDropDead{"lampjack_drop_dead",
                              "DELETE FROM lampjack_dead_item WHERE name = $1"};

/// Names of kinds and of accounts have no spaces.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const auto space = text.find(' ');
        words.emplace_back(text.substr(0, space));
        text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    }
    return words;
}

/// Kinds, accounts, recipient, include_bot: four columns from `first` on.
SubscriptionFilter read_filter(const Rows& rows, int row, int first) {
    SubscriptionFilter filter;
    filter.kinds = words_of(rows.bytes(row, first));
    filter.accounts = words_of(rows.bytes(row, first + 1));
    if (!rows.is_null(row, first + 2))
        filter.to = static_cast<conversation::To>(rows.integer(row, first + 2));
    filter.include_bot = rows.boolean(row, first + 3);
    return filter;
}

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

Result<bool> PostgresStore::subscribe(std::string_view name, const SubscriptionFilter& filter,
                                      const Subscriber& by) {
    LJK_TRY(all, read_holders());
    LJK_CHECK(check_filter(all, name, filter, by));
    const Call look[] = {{&kRefine, filter_params(name, filter)}, {&kHas, Params().bytes(name)}};
    LJK_TRY(answers, ask(look));
    const bool is_new = answers[1].empty();
    if (is_new) {
        const Call declare[] = {
            {&kBegin},
            {&kAlone},
            {&kDeclare, std::move(filter_params(name, filter).boolean(by.start_now))},
            {&kCommit}};
        LJK_CHECK(ask(declare));
    }
    if (is_new ? !by.start_now : !answers[1].boolean(0, 0)) LJK_CHECK(complete(name));
    return is_new;
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

Millis PostgresStore::served_at(const Rows& rows, int row, int column) {
    const Millis at = rows.integer(row, column);
    return at == 0 ? 0 : process().clock.to_caller(at);
}

Result<std::vector<SubscriptionState>> PostgresStore::subscriptions(Millis now, OfAccounts of) {
    LJK_TRY(all_holders, read_holders());
    Params wanted;
    wanted.limit(kCountedItems);
    if (of) wanted.texts(*of);
    LJK_TRY(rows, ask(of ? kSubscriptionsOf : kSubscriptions, std::move(wanted)));
    std::vector<SubscriptionState> all;
    for (int row = 0; row < rows.size(); ++row) {
        SubscriptionState state;
        state.name = rows.text(row, 0);
        state.filter = read_filter(rows, row, 1);
        state.served = served_at(rows, row, 5);
        state.waiting = static_cast<std::size_t>(rows.number(row, 6));
        state.oldest = rows.integer(row, 7);
        state.holders = labels_of(all_holders, state.name, now, of);
        all.push_back(std::move(state));
    }
    return all;
}

Result<std::vector<KnownSubscription>> PostgresStore::known_subscriptions() {
    LJK_TRY(rows, ask(kKnownSubscriptions));
    std::vector<KnownSubscription> all;
    for (int row = 0; row < rows.size(); ++row)
        all.push_back({rows.text(row, 0), read_filter(rows, row, 1), served_at(rows, row, 5)});
    return all;
}

Result<std::vector<Standing>> PostgresStore::standings(const ConversationKey& key, Millis now) {
    const Call calls[] = {{&kStandings, Params().key(key)}, {&kDeadOf, Params().key(key)}};
    LJK_TRY(answers, ask(calls));
    const Rows& rows = answers[0];
    const Rows& dead = answers[1];
    std::vector<Standing> all;
    for (int row = 0; row < rows.size(); ++row) {
        Standing& one = all.emplace_back(Standing{rows.text(row, 0), read_filter(rows, row, 1)});
        one.next = rows.number(row, 5);
        one.attempts = static_cast<std::uint32_t>(rows.number(row, 6));
        const Millis ready_at = rows.integer(row, 7);
        one.ready_at = ready_at == 0 ? 0 : process().clock.to_caller(ready_at);
        one.is_leased = rows.number(row, 8) != 0 && one.ready_at > now;
        for (int i = 0; i < dead.size(); ++i)
            if (dead.bytes(i, 0) == one.subscription)
                one.aside.push_back({dead.number(i, 1), true,
                                     static_cast<std::uint32_t>(dead.number(i, 2)),
                                     dead.text(i, 3)});
        // Each is the seq times 65536 and the attempts made.
        for (const std::string& word : words_of(rows.bytes(row, 9))) {
            const std::uint64_t again = std::stoull(word);
            one.aside.push_back(
                {again >> 16, false, static_cast<std::uint32_t>(again & 65535), {}});
        }
    }
    return all;
}

Result<void> PostgresStore::drop_subscription(std::string_view name, Millis now) {
    LJK_TRY(all_holders, read_holders());
    if (const Holder* holder = holder_of(all_holders, name, now))
        return still_in_use(name, *holder);
    // Alone: who has looked at the subscriptions queues no more items for it afterwards.
    const Call calls[] = {{&kBegin},
                          {&kAlone},
                          {&kDropSubscription, Params().bytes(name)},
                          {&kDropQueues, Params().bytes(name)},
                          {&kDropDead, Params().bytes(name)},
                          {&kCommit}};
    bool repeated = false;
    LJK_TRY(answers, ask_once(calls, "drop " + std::string(name), repeated));
    if (answers[2].empty() && !repeated) return fail(Code::not_found, "no such subscription");
    return {};
}

}  // namespace lampjack::store::postgres
