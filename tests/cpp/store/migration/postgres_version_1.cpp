// Release 13949c8 on a PostgreSQL database.
#include "store/migration/version_1.h"
#include "store/postgres/schema.h"
#include "store/row_codec.h"
#include "support/postgres_server.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace lampjack::store::testing {
namespace {

using postgres::Call;
using postgres::Connection;
using postgres::Params;
using postgres::Statement;

#define TURN "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

// The statements of 13949c8, as they were.
constexpr Statement kLockNew{"v1_lock_new", "INSERT INTO lampjack_conversation AS c (key) "
                                            "VALUES ($1) ON CONFLICT (key) DO UPDATE SET "
                                            "key = EXCLUDED.key RETURNING c.alive"};
constexpr Statement kPut{"v1_put",
                         "UPDATE lampjack_conversation SET alive = true, ref = $2, account = $3, "
                         "state = $4, epoch = $5, retired_epoch = $6, next_seq = $7, "
                         "next_out = $8, touched = $9, touched_minute = $9 / 60000, body = $10 "
                         "WHERE key = $1"};
constexpr Statement kAppend{"v1_append", "INSERT INTO lampjack_item VALUES "
                                         "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};
constexpr Statement kAppendKeys{"v1_append_keys",
                                "INSERT INTO lampjack_known (key, item, seq, seen) "
                                "SELECT $1, item, $3, $4 FROM unnest($2) AS item "
                                "ON CONFLICT DO NOTHING"};
constexpr Statement kEnqueue{"v1_enqueue",
                             "INSERT INTO lampjack_outbox VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
                             "$9, $10, $11, $12, $13, $14, $15, $16)"};
constexpr Statement kOfferLane{
    "v1_offer_lane", "INSERT INTO lampjack_lane AS l (key, sink, account, ready_at, turn) "
                     "SELECT $1, $2, c.account, o.ready_at, " TURN " "
                     "FROM lampjack_outbox o JOIN lampjack_conversation c ON c.key = o.key "
                     "WHERE o.key = $1 AND o.to_sink = $2 AND o.status = 0 ORDER BY o.oseq LIMIT 1 "
                     "ON CONFLICT (key, sink) DO UPDATE SET account = EXCLUDED.account, token = 0, "
                     "ready_at = EXCLUDED.ready_at, turn = EXCLUDED.turn "
                     "WHERE (l.token <> 0 AND l.token = $3) OR "
                     "(l.token = 0 AND l.ready_at <> EXCLUDED.ready_at)"};
constexpr Statement kFeed{
    "v1_feed", "INSERT INTO lampjack_queue AS q (key, name, seq, ready_at, turn) "
               "SELECT $1, s.name, min(i.seq), 0, " TURN " "
               "FROM lampjack_subscription s JOIN lampjack_item i ON i.key = $1 AND i.seq >= $2 "
               "AND (s.kinds IS NULL OR i.kind = ANY(s.kinds)) "
               "AND (s.recipient IS NULL OR i.recipient = s.recipient) "
               "WHERE s.accounts IS NULL OR "
               "(SELECT account FROM lampjack_conversation WHERE key = $1) = ANY(s.accounts) "
               "GROUP BY s.name ORDER BY s.name "
               "ON CONFLICT (key, name) DO UPDATE SET seq = EXCLUDED.seq WHERE q.seq IS NULL"};
constexpr Statement kDeclare{"v1_declare",
                             "INSERT INTO lampjack_subscription "
                             "(name, complete, kinds, accounts, recipient) "
                             "VALUES ($1, false, $2, $3, $4) ON CONFLICT (name) DO NOTHING"};
constexpr Statement kBackfill{
    "v1_backfill", "INSERT INTO lampjack_queue AS q (key, name, seq, ready_at, turn) "
                   "SELECT i.key, s.name, min(i.seq), 0, " TURN " FROM lampjack_subscription s "
                   "JOIN lampjack_item i ON (s.recipient IS NULL OR i.recipient = s.recipient) "
                   "WHERE s.name = $1 AND NOT s.complete GROUP BY i.key, s.name "
                   "ON CONFLICT (key, name) DO UPDATE SET seq = LEAST(q.seq, EXCLUDED.seq)"};
constexpr Statement kCompleted{"v1_completed", "UPDATE lampjack_subscription SET complete = true "
                                               "WHERE name = $1"};
constexpr Statement kClaim{
    "v1_claim_queues",
    "WITH due AS (SELECT key, ready_at, turn FROM lampjack_queue WHERE name = $1 "
    "AND ready_at <= $2 AND (SELECT complete FROM lampjack_subscription WHERE name = $1) "
    "ORDER BY ready_at, turn LIMIT $4 FOR UPDATE SKIP LOCKED) "
    "UPDATE lampjack_queue q SET ready_at = $3, token = $5, turn = " TURN ", "
    "attempt = CASE WHEN q.again = '{}' THEN q.attempt + 1 ELSE q.attempt END, "
    "again = CASE WHEN q.again = '{}' THEN q.again ELSE (q.again[1] + 1) || q.again[2:] END "
    "FROM due WHERE q.key = due.key AND q.name = $1 RETURNING q.key, "
    "COALESCE(q.again[1] >> 16, q.seq), COALESCE(q.again[1] & 65535, q.attempt), "
    "due.ready_at, due.turn, q.again <> '{}'"};
constexpr Statement kAdvance{
    "v1_advance_queue",
    "UPDATE lampjack_queue q SET token = 0, ready_at = 0, turn = " TURN ", "
    "again = ARRAY(SELECT a FROM unnest(q.again) AS a WHERE a >> 16 <> $4 ORDER BY a), "
    "attempt = CASE WHEN q.seq = $4 THEN 0 ELSE q.attempt END, "
    "seq = CASE WHEN q.seq = $4 THEN "
    "(SELECT i.seq FROM lampjack_subscription s JOIN lampjack_item i ON i.key = $1 "
    "AND i.seq > $4 AND (s.recipient IS NULL OR i.recipient = s.recipient) "
    "WHERE s.name = $2 ORDER BY i.seq LIMIT 1) "
    "ELSE q.seq END WHERE q.key = $1 AND q.name = $2 AND q.token = $3 RETURNING 1"};
constexpr Statement kHeld{"v1_held", "SELECT seq FROM lampjack_queue WHERE key = $1 "
                                     "AND name = $2 AND token = $3"};
constexpr Statement kClaimLane{
    "v1_claim_lanes",
    "WITH due AS (SELECT l.key, l.ready_at, l.turn FROM lampjack_lane l WHERE l.sink = $1 "
    "AND l.ready_at <= $2 AND l.account = ANY($3) "
    "ORDER BY l.ready_at, l.turn LIMIT $5 FOR UPDATE OF l SKIP LOCKED) "
    "UPDATE lampjack_lane l SET ready_at = $4, token = $6, turn = " TURN " FROM due "
    "WHERE l.key = due.key AND l.sink = $1 RETURNING l.key, due.ready_at, due.turn"};
constexpr Statement kHeads{"v1_heads",
                           "SELECT o.oseq, o.id FROM lampjack_conversation c "
                           "JOIN LATERAL (SELECT * FROM lampjack_outbox o WHERE o.key = c.key "
                           "AND o.to_sink = $2 AND o.status = 0 ORDER BY o.oseq LIMIT 1) o ON true "
                           "WHERE c.key = ANY($1)"};
constexpr Statement kRecord{
    "v1_record",
    "UPDATE lampjack_outbox SET id = $3, epoch = $4, action = $5, to_sink = $6, agent = $7, "
    "command_key = $8, content = $9, status = $10, attempts = $11, last_code = $12, "
    "last_error = $13, created = $14, ready = $15, ready_at = $16 "
    "WHERE key = $1 AND oseq = $2 AND ($17 = 0 OR EXISTS (SELECT 1 FROM lampjack_lane l "
    "WHERE l.key = $1 AND l.sink = $6 AND l.token = $17)) RETURNING oseq"};
constexpr std::array kErase{
    Statement{"v1_erase_items", "DELETE FROM lampjack_item WHERE key = $1"},
    Statement{"v1_erase_known", "DELETE FROM lampjack_known WHERE key = $1"},
    Statement{"v1_erase_lanes", "DELETE FROM lampjack_lane WHERE key = $1"},
    Statement{"v1_erase_outbox", "DELETE FROM lampjack_outbox WHERE key = $1"},
    Statement{"v1_erase_queues", "DELETE FROM lampjack_queue WHERE key = $1"},
    Statement{"v1_erase_row",
              "UPDATE lampjack_conversation SET alive = false, ref = '', account = '', body = '', "
              "state = 0, touched = 0, touched_minute = 0, epoch = 0, "
              "retired_epoch = GREATEST(retired_epoch, epoch) WHERE key = $1"}};

class PostgresVersion1 final : public Version1 {
public:
    PostgresVersion1() {
        const postgres::Schema first{postgres::schema_of_this_release().steps.first(1), 1};
        auto connection = Connection::open(url());
        if (!connection || !postgres::migrate_schema(**connection, first))
            throw std::runtime_error("no store");
    }
    ~PostgresVersion1() override { server_.empty_database(name_); }
    std::string url() const override { return server_.url(name_); }

    std::pair<std::int64_t, std::int64_t> versions() override {
        const auto value = [&](const char* column) {
            return std::atoll(
                server_.run(std::string("SELECT ") + column + " FROM lampjack_schema", name_)
                    .c_str());
        };
        return {value("version"), value("usable_from")};
    }

    Result<void> change(const std::string& ref, std::uint64_t seq,
                        const model::ItemKey& item_key) override {
        ConversationRow row;
        row.key = key_of(ref);
        Params put, item, keys;
        put.key(row.key).bytes(ref).text("shop").integer(0).integer(0).integer(0);
        put.number(seq + 1).number(seq + 1).integer(1000).bytes(encode(row));
        item.key(row.key).number(seq).integer(1).integer(0).integer(0).integer(1).text("");
        item.text("message").bytes("{}").boolean(false).integer(1000);
        keys.key(row.key).keys({&item_key, 1}).number(seq).integer(1000);
        const std::string id = std::to_string(row.key[0]) + "-" + std::to_string(seq);
        const Call calls[] = {
            {&kLockNew, Params().key(row.key)},
            {&kPut, std::move(put)},
            {&kAppend, std::move(item)},
            {&kAppendKeys, std::move(keys)},
            {&kEnqueue, outbox(row.key, seq, id, 0)},
            {&kFeed, std::move(Params().key(row.key).number(seq))},
            {&kOfferLane, std::move(Params().key(row.key).boolean(false).integer(0))}};
        return run(calls);
    }

    Result<void> subscribe(const std::string& name, const SubscriptionFilter& filter) override {
        Params declared;
        declared.bytes(name);
        filter.kinds.empty() ? declared.null_texts() : declared.texts(filter.kinds);
        filter.accounts.empty() ? declared.null_texts() : declared.texts(filter.accounts);
        filter.to ? declared.integer(static_cast<std::int64_t>(*filter.to))
                  : declared.null_integer();
        const Call calls[] = {{&kDeclare, std::move(declared)},
                              {&kBackfill, Params().bytes(name)},
                              {&kCompleted, Params().bytes(name)}};
        return run(calls);
    }

    Result<std::uint64_t> lease_item(const std::string& name, Millis now, Millis until,
                                     std::uint64_t token) override {
        LJK_TRY(connection, Connection::open(url()));
        Params claim;
        claim.bytes(name).integer(now).integer(until).limit(1).number(token);
        LJK_TRY(rows, connection->run(kClaim, std::move(claim)));
        return rows.empty() ? std::uint64_t{0} : rows.number(0, 1);
    }

    Result<void> finish_item(const std::string& name, const std::string& ref,
                             std::uint64_t token) override {
        LJK_TRY(connection, Connection::open(url()));
        const auto lease = [&] {
            return std::move(Params().key(key_of(ref)).bytes(name).number(token));
        };
        LJK_TRY(held, connection->run(kHeld, lease()));
        if (held.empty()) return fail(Code::unsupported, "the lease of this item was lost");
        LJK_CHECK(connection->run(kAdvance, std::move(lease().number(held.number(0, 0)))));
        return {};
    }

    Result<std::uint64_t> send(Millis now, std::uint64_t token) override {
        LJK_TRY(connection, Connection::open(url()));
        const std::vector<std::string> accounts{"shop"};
        Params claim;
        claim.boolean(false).integer(now).texts(accounts).integer(now + 1000).limit(1);
        LJK_TRY(lanes, connection->run(kClaimLane, std::move(claim.number(token))));
        if (lanes.empty()) return std::uint64_t{0};
        ConversationKey key{};
        std::copy_n(lanes.bytes(0, 0).begin(), key.size(), key.begin());
        LJK_TRY(head, connection->run(kHeads, std::move(Params().keys({&key, 1}).boolean(false))));
        if (head.empty()) return std::uint64_t{0};
        const std::uint64_t oseq = head.number(0, 0);
        Params sent = outbox(key, oseq, head.text(0, 1), 1);
        LJK_TRY(recorded, connection->run(kRecord, std::move(sent.number(token))));
        if (recorded.empty()) return fail(Code::unsupported, "the lease was lost");
        LJK_CHECK(
            connection->run(kOfferLane, std::move(Params().key(key).boolean(false).number(token))));
        return oseq;
    }

    Result<void> erase(const std::string& ref) override {
        LJK_TRY(connection, Connection::open(url()));
        for (const Statement& one : kErase)
            LJK_CHECK(connection->run(one, Params().key(key_of(ref))));
        return {};
    }

private:
    Result<void> run(std::span<const Call> calls) {
        LJK_TRY(connection, Connection::open(url()));
        LJK_CHECK(connection->run(calls));
        return {};
    }

    static Params outbox(const ConversationKey& key, std::uint64_t oseq, std::string_view id,
                         int status) {
        Params row;
        row.key(key).number(oseq).bytes(id).integer(1).integer(0).boolean(false).bytes("ann");
        row.bytes("k").bytes("{}").integer(status).integer(1).integer(200).bytes("");
        row.integer(1000).integer(1000).integer(1000);
        return row;
    }

    support::PostgresServer& server_ = support::PostgresServer::shared();
    std::string name_ = server_.make_database();
};

}  // namespace

std::unique_ptr<Version1> make_postgres_version_1() { return std::make_unique<PostgresVersion1>(); }

}  // namespace lampjack::store::testing
