#include "store/postgres/schema.h"
#include "store/postgres/statements.h"

#include <algorithm>
#include <array>

namespace lampjack::store::postgres {
namespace {

/// Version 1. A step never changes once it is released: the next version is a list of its own.
constexpr std::array kVersion1{
    "CREATE TABLE lampjack_schema (version bigint NOT NULL, usable_from bigint NOT NULL)",
    "CREATE TABLE lampjack_meta (name bytea PRIMARY KEY, value bytea NOT NULL)",

    // The one row that is locked for every change of a conversation. Not alive: only counters are left, or nothing is
    // there yet.
    "CREATE TABLE lampjack_conversation ("
    " key bytea PRIMARY KEY, alive boolean NOT NULL DEFAULT false, ref bytea NOT NULL DEFAULT '',"
    " account text COLLATE \"C\" NOT NULL DEFAULT '', state smallint NOT NULL DEFAULT 0,"
    " epoch bigint NOT NULL DEFAULT 0, retired_epoch bigint NOT NULL DEFAULT 0,"
    " next_seq bigint NOT NULL DEFAULT 1, next_out bigint NOT NULL DEFAULT 1,"
    " touched bigint NOT NULL DEFAULT 0, touched_minute bigint NOT NULL DEFAULT 0,"
    " body bytea NOT NULL DEFAULT '') WITH (fillfactor = 70)",
    // By the minute: most changes of a row then touch no index.
    "CREATE INDEX lampjack_conversation_newest ON lampjack_conversation (touched_minute)"
    " WHERE alive",

    "CREATE TABLE lampjack_item ("
    " key bytea, seq bigint, epoch bigint NOT NULL, episode bigint NOT NULL,"
    " state smallint NOT NULL, recipient smallint NOT NULL, flags text NOT NULL,"
    " kind text COLLATE \"C\" NOT NULL, body bytea NOT NULL, is_fact boolean NOT NULL,"
    " received bigint NOT NULL, PRIMARY KEY (key, seq))",
    "CREATE TABLE lampjack_known (key bytea, item bytea, seq bigint NOT NULL,"
    " seen bigint NOT NULL, PRIMARY KEY (key, item))",
    "CREATE INDEX lampjack_known_oldest ON lampjack_known (seen)",
    "CREATE TABLE lampjack_answer (key bytea, request bytea, body bytea NOT NULL,"
    " given bigint NOT NULL, PRIMARY KEY (key, request))",
    "CREATE INDEX lampjack_answer_oldest ON lampjack_answer (given)",

    "CREATE TABLE lampjack_outbox ("
    " key bytea, oseq bigint, id bytea NOT NULL, epoch bigint NOT NULL, action smallint NOT NULL,"
    " to_sink boolean NOT NULL, agent bytea NOT NULL, command_key bytea NOT NULL,"
    " content bytea NOT NULL, status smallint NOT NULL, attempts bigint NOT NULL,"
    " last_code bigint NOT NULL, last_error bytea NOT NULL, created bigint NOT NULL,"
    " ready bigint NOT NULL, ready_at bigint NOT NULL, PRIMARY KEY (key, oseq))"
    " WITH (fillfactor = 80)",
    "CREATE INDEX lampjack_outbox_id ON lampjack_outbox (id)",
    "CREATE INDEX lampjack_outbox_command ON lampjack_outbox (key, command_key)"
    " WHERE command_key <> ''",
    "CREATE INDEX lampjack_outbox_pending ON lampjack_outbox (key, to_sink, oseq)"
    " WHERE status = 0",
    "CREATE INDEX lampjack_outbox_status ON lampjack_outbox (status, created)",

    // One row for each conversation with something to send. Small and hot: vacuumed early.
    "CREATE TABLE lampjack_lane ("
    " key bytea, sink boolean, account text COLLATE \"C\" NOT NULL, ready_at bigint NOT NULL,"
    " turn bigint NOT NULL, token bigint NOT NULL DEFAULT 0, PRIMARY KEY (key, sink))"
    " WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01)",
    "CREATE INDEX lampjack_lane_ready ON lampjack_lane (sink, ready_at, turn)",

    "CREATE TABLE lampjack_timer (key bytea PRIMARY KEY, due_at bigint NOT NULL)"
    " WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01)",
    "CREATE INDEX lampjack_timer_due ON lampjack_timer (due_at)",

    // Not complete: older items are still being queued, and nothing is handed out before that is done.
    "CREATE TABLE lampjack_subscription ("
    " name bytea PRIMARY KEY, complete boolean NOT NULL, kinds text[], accounts text[],"
    " recipient smallint)",
    // What waits for whom: `again` are dead items to be handed out once more (seq * 65536 + attempts made), then
    // everything wanted from `seq` on, of which the first was tried `attempt` times.
    "CREATE TABLE lampjack_queue ("
    " key bytea, name bytea, seq bigint, again bigint[] NOT NULL DEFAULT '{}',"
    " attempt bigint NOT NULL DEFAULT 0, ready_at bigint NOT NULL, turn bigint NOT NULL,"
    " token bigint NOT NULL DEFAULT 0, PRIMARY KEY (key, name))"
    " WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01)",
    "CREATE INDEX lampjack_queue_ready ON lampjack_queue (name, ready_at, turn)",
    "CREATE TABLE lampjack_dead_item (key bytea, name bytea, seq bigint, attempt bigint NOT NULL,"
    " reason bytea NOT NULL, died bigint NOT NULL, PRIMARY KEY (key, name, seq))",

    "INSERT INTO lampjack_schema VALUES (1, 1)",
};

/// Version 2, drafted in store/README.md: only what has a default or may be missing, so that the release before goes on
/// working beside this one. It grows until the release that brings it.
constexpr std::array kVersion2{
    // First, as in every change of a conversation: nobody is in the middle of one when the other tables are locked.
    "LOCK TABLE lampjack_conversation IN ACCESS EXCLUSIVE MODE",
    // No record: the release before wrote the item, its body is read.
    "ALTER TABLE lampjack_item ADD COLUMN delivery bytea NOT NULL DEFAULT '',"
    " ADD COLUMN merge_record bytea",
    "ALTER TABLE lampjack_known ADD COLUMN hash bytea",
    "ALTER TABLE lampjack_outbox ADD COLUMN item_seq bigint NOT NULL DEFAULT 0,"
    " ADD COLUMN vendor_answer bytea NOT NULL DEFAULT ''",
    "ALTER TABLE lampjack_subscription ADD COLUMN include_bot boolean NOT NULL DEFAULT false,"
    " ADD COLUMN served_at bigint NOT NULL DEFAULT 0",
    // Account NULL: the conversation's, not looked up yet. Held token other than the token: another leased it since.
    "ALTER TABLE lampjack_queue ADD COLUMN account text COLLATE \"C\","
    " ADD COLUMN holder bigint NOT NULL DEFAULT 0, ADD COLUMN held_token bigint NOT NULL DEFAULT 0",
    "CREATE INDEX lampjack_queue_account ON lampjack_queue (name, account, ready_at, turn)",
    "ALTER TABLE lampjack_lane ADD COLUMN holder bigint NOT NULL DEFAULT 0,"
    " ADD COLUMN held_token bigint NOT NULL DEFAULT 0,"
    " ADD COLUMN leased_at bigint NOT NULL DEFAULT 0",
    // NULL: the conversation's id is the user's.
    "ALTER TABLE lampjack_conversation ADD COLUMN user_key bytea",
    "CREATE INDEX lampjack_conversation_user ON lampjack_conversation (user_key)"
    " WHERE user_key IS NOT NULL",
    "CREATE TABLE lampjack_holder (id bigint PRIMARY KEY, until_at bigint NOT NULL,"
    " body bytea NOT NULL)",
    "CREATE INDEX lampjack_dead_item_oldest ON lampjack_dead_item (name, died)",
    "CREATE INDEX lampjack_outbox_item ON lampjack_outbox (key, item_seq) WHERE item_seq > 0",
    "CREATE INDEX lampjack_lane_account ON lampjack_lane (sink, account, ready_at, turn)",
    "CREATE INDEX lampjack_conversation_account ON lampjack_conversation (account, touched_minute)"
    " WHERE alive",
};

constexpr std::array<Schema::Step, 2> kSteps{kVersion1, kVersion2};
constexpr Schema kThisRelease{kSteps, 1};

/// Before the lock, because a statement's limits are those it began under.
constexpr Statement kPatience{"lampjack_patience",
                              "SELECT set_config('statement_timeout', '0', true), "
                              "set_config('lock_timeout', '40s', true)"};
/// Held to the end of the transaction: of several processes one migrates, the others then find it done.
constexpr Statement kAlone{"lampjack_alone", "SELECT pg_advisory_xact_lock(7811877170861)"};
constexpr Statement kIsThere{"lampjack_is_there",
                             "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relname = "
                             "'lampjack_schema' AND pg_table_is_visible(oid))"};
constexpr Statement kVersion{"lampjack_version",
                             "SELECT version, usable_from FROM lampjack_schema"};
constexpr Statement kSetVersion{"lampjack_set_version",
                                "UPDATE lampjack_schema SET version = $1, usable_from = $2"};

struct Version {
    std::int64_t number = -1;  ///< -1: no tables
    std::int64_t usable_from =
        0;  ///< the oldest release, by its version, that can work with these tables
};

Result<Version> version_of(Connection& connection) {
    LJK_TRY(there, connection.run(kIsThere));
    if (!there.boolean(0, 0)) return Version{};
    LJK_TRY(rows, connection.run(kVersion));
    if (rows.empty())
        return fail(Code::config, "the table lampjack_schema of this database is empty: restore "
                                  "it from a backup, or choose another database");
    return Version{rows.integer(0, 0), rows.integer(0, 1)};
}

Result<void> refuse_newer(const Version& found, const Schema& schema) {
    if (found.usable_from <= schema.version()) return {};
    return fail(Code::config, "the tables of this database are of version " +
                                  std::to_string(found.number) +
                                  ", which this release does not know: install the release that "
                                  "made them, or a newer one");
}

Result<void> step_up(Connection& connection, std::int64_t from, const Schema& schema) {
    const auto first = static_cast<std::size_t>(std::max<std::int64_t>(from, 0));
    for (const Schema::Step& step : schema.steps.subspan(first))
        LJK_CHECK(connection.run_script(step));
    LJK_CHECK(connection.run(kSetVersion,
                             Params{}.integer(schema.version()).integer(schema.usable_from)));
    return {};
}

}  // namespace

const Schema& schema_of_this_release() { return kThisRelease; }

Result<void> migrate_schema(Connection& connection, const Schema& schema) {
    LJK_CHECK(connection.run(kBegin));
    LJK_CHECK(connection.run(kPatience));
    LJK_CHECK(connection.run(kAlone));
    LJK_TRY(found, version_of(connection));
    LJK_CHECK(refuse_newer(found, schema));
    if (found.number < schema.version()) LJK_CHECK(step_up(connection, found.number, schema));
    LJK_CHECK(connection.run(kCommit));
    return {};
}

Result<void> must_have_tables(Connection& connection) {
    LJK_TRY(found, version_of(connection));
    if (found.number >= 0) return {};
    return fail(Code::config,
                "this database has no tables of Lampjack yet: the first hub makes them, and so "
                "does `lampjack migrate --create`");
}

Result<void> check_schema(Connection& connection) {
    LJK_TRY(found, version_of(connection));
    if (found.number < 0) return migrate_schema(connection);
    if (found.number < kThisRelease.version())
        return fail(Code::config,
                    "the tables of this database are of version " + std::to_string(found.number) +
                        ", this release needs version " + std::to_string(kThisRelease.version()) +
                        ": run `lampjack migrate`");
    return refuse_newer(found, kThisRelease);
}

}  // namespace lampjack::store::postgres
