#include "store/postgres/postgres_tx.h"

#include "store/postgres/columns.h"
#include "store/postgres/statements.h"
#include "store/row_codec.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace lampjack::store::postgres {
namespace {

constexpr Statement kSavepoint{"lampjack_savepoint", "SAVEPOINT lampjack"};
constexpr Statement kForgetSavepoint{"lampjack_release", "RELEASE SAVEPOINT lampjack"};
constexpr Statement kBack{"lampjack_back", "ROLLBACK TO SAVEPOINT lampjack"};

/// The usual case writes nothing; only a conversation seen for the first time has no row to lock.
constexpr Statement kLock{"lampjack_lock", "SELECT " LJK_PG_CONVERSATION
                                           " FROM lampjack_conversation c WHERE c.key = $1 "
                                           "FOR UPDATE"};
constexpr Statement kLockNew{"lampjack_lock_new",
                             "INSERT INTO lampjack_conversation AS c (key) VALUES ($1) "
                             "ON CONFLICT (key) DO UPDATE SET key = EXCLUDED.key "
                             "RETURNING " LJK_PG_CONVERSATION};
constexpr Statement kPut{"lampjack_put",
                         "UPDATE lampjack_conversation SET alive = true, ref = $2, account = $3, "
                         "state = $4, epoch = $5, retired_epoch = $6, next_seq = $7, "
                         "next_out = $8, touched = $9, touched_minute = $9 / 60000, body = $10 "
                         "WHERE key = $1"};
constexpr Statement kSetUser{"lampjack_set_user",
                             "UPDATE lampjack_conversation SET user_key = $2 WHERE key = $1"};
constexpr Statement kSetTimer{"lampjack_set_timer",
                              "INSERT INTO lampjack_timer AS t (key, due_at) VALUES ($1, $2) "
                              "ON CONFLICT (key) DO UPDATE SET due_at = EXCLUDED.due_at "
                              "WHERE t.due_at <> EXCLUDED.due_at"};
constexpr Statement kDropTimer{"lampjack_drop_timer", "DELETE FROM lampjack_timer WHERE key = $1"};

constexpr Statement kKnown{"lampjack_known", "SELECT item, seq FROM lampjack_known WHERE key = $1 "
                                             "AND item = ANY($2)"};
constexpr Statement kAppend{"lampjack_append",
                            "INSERT INTO lampjack_item VALUES "
                            "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"};
constexpr Statement kAppendKeys{"lampjack_append_keys",
                                "INSERT INTO lampjack_known (key, item, seq, seen) "
                                "SELECT $1, item, $3, $4 FROM unnest($2) AS item "
                                "ON CONFLICT DO NOTHING"};
constexpr Statement kAlias{
    "lampjack_alias",
    "INSERT INTO lampjack_known (key, item, seq, seen) SELECT $1, $2, $3, "
    "COALESCE((SELECT received FROM lampjack_item WHERE key = $1 AND seq = $3), "
    "(SELECT touched FROM lampjack_conversation WHERE key = $1), 0) ON CONFLICT DO NOTHING"};
constexpr Statement kKnownCommand{"lampjack_known_command",
                                  "SELECT seq, hash FROM lampjack_known WHERE key = $1 "
                                  "AND item = $2"};
constexpr Statement kRememberCommand{
    "lampjack_remember_command",
    "INSERT INTO lampjack_known (key, item, seq, hash, seen) SELECT $1, $2, $3, $4, "
    "COALESCE((SELECT received FROM lampjack_item WHERE key = $1 AND seq = $3), "
    "(SELECT touched FROM lampjack_conversation WHERE key = $1), 0) ON CONFLICT DO NOTHING"};
constexpr Statement kNewest{"lampjack_newest",
                            "SELECT " LJK_PG_ITEM " FROM lampjack_item i WHERE i.key = $1 "
                            "ORDER BY i.seq DESC LIMIT $2"};
constexpr Statement kItem{"lampjack_one_item", "SELECT " LJK_PG_ITEM " FROM lampjack_item i "
                                               "WHERE i.key = $1 AND i.seq = $2"};
constexpr Statement kAnswerOf{"lampjack_answer_of",
                              "SELECT body FROM lampjack_answer WHERE key = $1 AND request = $2"};
constexpr Statement kPutAnswer{
    "lampjack_put_answer",
    "INSERT INTO lampjack_answer (key, request, body, given) SELECT $1, $2, $3, COALESCE("
    "(SELECT touched FROM lampjack_conversation WHERE key = $1), 0) ON CONFLICT DO NOTHING"};

/// Every subscription that wants one of the new items has something to do. A queue that waits for more takes its place
/// up again at the first of them.
constexpr Statement kFeed{
    "lampjack_feed",
    "INSERT INTO lampjack_queue AS q (key, name, seq, ready_at, turn, account) "
    "SELECT $1, s.name, min(i.seq), 0, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, "
    "(SELECT account FROM lampjack_conversation WHERE key = $1) "
    "FROM lampjack_subscription s JOIN lampjack_item i ON i.key = $1 AND i.seq >= $2 "
    "AND (s.kinds IS NULL OR i.kind = ANY(s.kinds)) "
    "AND " LJK_PG_IS_FOR(
        "i.recipient",
        "i.flags") " "
                   "WHERE s.accounts IS NULL OR "
                   "(SELECT account FROM lampjack_conversation WHERE key = $1) = ANY(s.accounts) "
                   "GROUP BY s.name ORDER BY s.name "
                   "ON CONFLICT (key, name) DO UPDATE SET seq = EXCLUDED.seq WHERE q.seq IS NULL"};

constexpr Statement kAddressed{"lampjack_addressed", "SELECT recipient, flags FROM lampjack_item "
                                                     "WHERE key = $1 AND seq = $2"};
constexpr Statement kReaddress{"lampjack_readdress",
                               "UPDATE lampjack_item SET recipient = $3, flags = $4 "
                               "WHERE key = $1 AND seq = $2"};
constexpr Statement kNameDelivery{"lampjack_name_delivery",
                                  "UPDATE lampjack_item SET delivery = $3 "
                                  "WHERE key = $1 AND seq = $2"};
/// Comes after kFeed. A queue that has the item before it comes to it anyway.
constexpr Statement kTakeUp{
    "lampjack_take_up",
    "WITH fresh AS (SELECT s.name FROM lampjack_subscription s "
    "JOIN lampjack_item i ON i.key = $1 AND i.seq = $2 WHERE " LJK_PG_WANTS
    " AND NOT " LJK_PG_IS_FOR(
        "$3",
        "$4") "), "
              "risen AS (DELETE FROM lampjack_dead_item d USING fresh f "
              "WHERE d.key = $1 AND d.name = f.name AND d.seq = $2) "
              "INSERT INTO lampjack_queue AS q (key, name, again, ready_at, turn) "
              "SELECT $1, name, ARRAY[$2 << 16], 0, " LJK_PG_TURN " FROM fresh ORDER BY name "
              "ON CONFLICT (key, name) DO UPDATE SET "
              "again = ARRAY(SELECT a FROM unnest(q.again || EXCLUDED.again) AS a ORDER BY a), "
              "ready_at = CASE WHEN q.token = 0 AND EXCLUDED.again[1] < COALESCE(q.again[1], q.seq "
              "<< 16) "
              "THEN 0 ELSE q.ready_at END "
              "WHERE (q.seq IS NULL OR q.seq > $2) "
              "AND NOT EXISTS (SELECT 1 FROM unnest(q.again) AS a WHERE a >> 16 = $2)"};

constexpr Statement kErase[] = {
    {"lampjack_erase_items", "DELETE FROM lampjack_item WHERE key = $1"},
    {"lampjack_erase_known", "DELETE FROM lampjack_known WHERE key = $1"},
    {"lampjack_erase_answers", "DELETE FROM lampjack_answer WHERE key = $1"},
    {"lampjack_erase_lanes", "DELETE FROM lampjack_lane WHERE key = $1"},
    {"lampjack_erase_outbox", "DELETE FROM lampjack_outbox WHERE key = $1"},
    {"lampjack_erase_timer", "DELETE FROM lampjack_timer WHERE key = $1"},
    {"lampjack_erase_queues", "DELETE FROM lampjack_queue WHERE key = $1"},
    {"lampjack_erase_dead", "DELETE FROM lampjack_dead_item WHERE key = $1"},
    // The counters stay, so that numbers never go backwards.
    {"lampjack_erase_row",
     "UPDATE lampjack_conversation SET alive = false, ref = '', account = '', body = '', "
     "state = 0, touched = 0, touched_minute = 0, epoch = 0, user_key = NULL, "
     "retired_epoch = GREATEST(retired_epoch, epoch) WHERE key = $1"},
};

/// For each key the seq of its item, 0 when there is none.
std::vector<std::uint64_t> seqs_of(const Rows& rows, std::span<const model::ItemKey> keys) {
    std::vector<std::uint64_t> seqs(keys.size(), 0);
    for (int row = 0; row < rows.size(); ++row) {
        const model::ItemKey found = read_key(rows, row, 0);
        for (std::size_t i = 0; i < keys.size(); ++i)
            if (keys[i] == found) seqs[i] = rows.number(row, 1);
    }
    return seqs;
}

}  // namespace

PostgresTx::PostgresTx(Pool::Loan connection, DatabaseClock& clock)
    : connection_(std::move(connection)),
      clock_(clock) {
    waiting_.push_back({&kBegin});
}

void PostgresTx::later(const Statement& statement, Params params) {
    waiting_.push_back({&statement, std::move(params)});
}

Result<Rows> PostgresTx::ask(const Statement& statement, Params params) {
    later(statement, std::move(params));
    const std::vector<Call> calls = std::exchange(waiting_, {});
    LJK_TRY(answers, connection_->run(calls));
    return std::move(answers.back());
}

Result<void> PostgresTx::send_waiting() {
    const std::vector<Call> calls = std::exchange(waiting_, {});
    if (!calls.empty()) LJK_CHECK(connection_->run(calls));
    return {};
}

void PostgresTx::ensure_locked(const ConversationKey& key) {
    if (locked_.insert(key).second) later(kLockNew, Params().key(key));
}

void PostgresTx::will_ask(std::span<const model::ItemKey> keys) {
    foreseen_ = {{}, {keys.begin(), keys.end()}, {}};
}

Result<Rows> PostgresTx::ask_lock(const Statement& statement, const ConversationKey& key) {
    later(statement, Params().key(key));
    // In a snapshot of its own, taken when the lock is held.
    if (!foreseen_.keys.empty()) later(kKnown, Params().key(key).keys(foreseen_.keys));
    const std::vector<Call> calls = std::exchange(waiting_, {});
    LJK_TRY(answers, connection_->run(calls));
    if (!foreseen_.keys.empty()) {
        foreseen_.conversation = key;
        foreseen_.seqs = seqs_of(answers.back(), foreseen_.keys);
        answers.pop_back();
    }
    return std::move(answers.back());
}

Result<bool> PostgresTx::lock(const ConversationKey& key, ConversationRow& out) {
    LJK_TRY(found, ask_lock(kLock, key));
    const bool fresh = found.empty();
    if (fresh) {
        LJK_TRY(made, ask_lock(kLockNew, key));
        found = std::move(made);
    }
    locked_.insert(key);
    LJK_TRY(row, read_conversation(found, 0));
    const bool alive = found.boolean(0, 0);
    if (alive) {
        out = std::move(row);
        return true;
    }
    out = ConversationRow{};
    out.next_seq = row.next_seq;
    out.next_out = row.next_out;
    out.retired_epoch = row.retired_epoch;
    return false;
}

Result<std::vector<std::uint64_t>> PostgresTx::known(const ConversationKey& key,
                                                     std::span<const model::ItemKey> keys) {
    Foreseen foreseen = std::exchange(foreseen_, {});
    const bool answered = !foreseen.seqs.empty() && foreseen.conversation == key &&
                          std::ranges::equal(foreseen.keys, keys);
    if (answered) return std::move(foreseen.seqs);
    LJK_TRY(rows, ask(kKnown, Params().key(key).keys(keys)));
    return seqs_of(rows, keys);
}

Result<void> PostgresTx::append(const ConversationKey& key, const ItemRow& item,
                                std::span<const model::ItemKey> keys) {
    ensure_locked(key);
    foreseen_ = {};
    later(kAppend, item_params(key, item));
    if (!keys.empty())
        later(kAppendKeys, Params().key(key).keys(keys).number(item.seq).integer(item.received));
    work_.first_seq.try_emplace(key, item.seq);
    return {};
}

Result<void> PostgresTx::alias(const ConversationKey& key, const model::ItemKey& item,
                               std::uint64_t seq) {
    ensure_locked(key);
    foreseen_ = {};
    later(kAlias, Params().key(key).key(item).number(seq));
    return {};
}

Result<std::optional<KnownCommand>> PostgresTx::known_command(const ConversationKey& key,
                                                              const model::ItemKey& command) {
    LJK_TRY(rows, ask(kKnownCommand, Params().key(key).key(command)));
    if (rows.empty()) return std::optional<KnownCommand>{};
    KnownCommand known{rows.number(0, 0), {}};
    if (!rows.is_null(0, 1)) known.content = read_key(rows, 0, 1);
    return std::optional(known);
}

Result<void> PostgresTx::remember_command(const ConversationKey& key, const model::ItemKey& command,
                                          std::uint64_t seq, const model::ItemKey& content) {
    ensure_locked(key);
    foreseen_ = {};
    later(kRememberCommand, Params().key(key).key(command).number(seq).key(content));
    return {};
}

Result<void> PostgresTx::readdress(const ConversationKey& key, std::uint64_t seq,
                                   conversation::To to, std::string_view flags) {
    ensure_locked(key);
    LJK_TRY(found, ask(kAddressed, Params().key(key).number(seq)));
    if (found.empty()) return fail(Code::not_found, "no such item");
    work_.readdressed.try_emplace({key, seq}, found.integer(0, 0), found.text(0, 1));
    later(kReaddress,
          Params().key(key).number(seq).integer(static_cast<std::int64_t>(to)).text(flags));
    return {};
}

Result<void> PostgresTx::name_delivery(const ConversationKey& key, std::uint64_t seq,
                                       std::string_view delivery) {
    ensure_locked(key);
    later(kNameDelivery, Params().key(key).number(seq).bytes(delivery));
    return {};
}

Result<void> PostgresTx::put(const ConversationRow& row) {
    ensure_locked(row.key);
    later(kPut, Params()
                    .key(row.key)
                    .bytes(row.ref)
                    .text(row.account)
                    .integer(static_cast<std::int64_t>(row.state.state))
                    .number(row.state.epoch)
                    .number(row.retired_epoch)
                    .number(row.next_seq)
                    .number(row.next_out)
                    .integer(row.touched)
                    .bytes(encode(row)));
    if (const auto due = timers_at(row))
        later(kSetTimer, Params().key(row.key).integer(clock_.to_database(*due)));
    else
        later(kDropTimer, Params().key(row.key));
    return {};
}

Result<void> PostgresTx::set_user(const ConversationKey& key, const UserKey& user) {
    ensure_locked(key);
    later(kSetUser, Params().key(key).key(user));
    return {};
}

Result<ItemRow> PostgresTx::item(const ConversationKey& key, std::uint64_t seq) {
    LJK_TRY(rows, ask(kItem, Params().key(key).number(seq)));
    if (rows.empty()) return fail(Code::not_found, "no such item");
    return read_item(rows, 0);
}

Result<std::vector<ItemRow>> PostgresTx::newest(const ConversationKey& key, std::size_t limit) {
    LJK_TRY(rows, ask(kNewest, Params().key(key).limit(limit)));
    std::vector<ItemRow> items;
    for (int row = rows.size() - 1; row >= 0; --row) items.push_back(read_item(rows, row));
    return items;
}

Result<model::Answer> PostgresTx::answer_of(const ConversationKey& key,
                                            const model::ItemKey& request) {
    LJK_TRY(rows, ask(kAnswerOf, Params().key(key).key(request)));
    model::Answer answer;
    answer.status = 0;
    if (!rows.empty()) LJK_CHECK(decode(rows.bytes(0, 0), answer));
    return answer;
}

Result<void> PostgresTx::put_answer(const ConversationKey& key, const model::ItemKey& request,
                                    const model::Answer& answer) {
    ensure_locked(key);
    later(kPutAnswer, Params().key(key).key(request).bytes(encode(answer)));
    return {};
}

Result<void> PostgresTx::erase(const ConversationKey& key) {
    ensure_locked(key);
    foreseen_ = {};
    for (const Statement& statement : kErase) later(statement, Params().key(key));
    work_.first_seq.erase(key);
    std::erase_if(work_.readdressed, [&](const auto& one) { return one.first.first == key; });
    for (const bool sink : {false, true}) work_.lanes.erase({key, sink});
    return {};
}

Result<void> PostgresTx::savepoint() {
    if (has_savepoint_) later(kForgetSavepoint, {});
    later(kSavepoint, {});
    LJK_CHECK(send_waiting());
    has_savepoint_ = true;
    saved_work_ = work_;
    saved_locked_ = locked_;
    return {};
}

Result<void> PostgresTx::rollback_to_savepoint() {
    waiting_.clear();
    foreseen_ = {};
    if (has_savepoint_) {
        LJK_CHECK(connection_->run(kBack));
    } else {  // back to the beginning
        if (connection_->in_transaction()) LJK_CHECK(connection_->run(kRollback));
        later(kBegin, {});
    }
    work_ = saved_work_;
    locked_ = saved_locked_;
    return {};
}

void PostgresTx::announce() {
    for (const auto& [key, first] : work_.first_seq) later(kFeed, Params().key(key).number(first));
    for (const auto& [place, before] : work_.readdressed)
        later(kTakeUp, Params()
                           .key(place.first)
                           .number(place.second)
                           .integer(before.first)
                           .text(before.second));
    for (const auto& [lane, token] : work_.lanes) {
        later(kOfferLane, lane_params(lane.first, lane.second, token));
        later(kDropLane, lane_params(lane.first, lane.second, token));
    }
}

Result<void> PostgresTx::commit() {
    announce();
    LJK_TRY(done, ask(kCommit, {}));
    // A transaction that failed before answers ROLLBACK, and calls that success.
    if (done.command() != "COMMIT") return fail(Code::conflict, "the transaction had failed");
    return {};
}

}  // namespace lampjack::store::postgres
