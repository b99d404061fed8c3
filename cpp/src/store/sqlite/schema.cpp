#include "store/sqlite/schema.h"

#include <array>
#include <string>

namespace lampjack::store::sqlite {
namespace {

// Version 1. All but the last group begin with the conversation's 16 bytes. Times are milliseconds; enums are the numbers
// of rows.h and state.h, which are append only.
constexpr const char* kTables = R"sql(
CREATE TABLE conversation (
  key BLOB NOT NULL PRIMARY KEY,
  ref TEXT NOT NULL,
  account TEXT NOT NULL,
  state INTEGER NOT NULL,          -- -1: erased, only the counters are left
  touched INTEGER NOT NULL,
  touched_minute INTEGER NOT NULL, -- most changes leave it as it is, and with it the index
  next_seq INTEGER NOT NULL,
  next_out INTEGER NOT NULL,
  retired_epoch INTEGER NOT NULL,
  timer_at INTEGER,                -- timers_at() of rows.h
  body BLOB NOT NULL               -- row_codec.h
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_touched ON conversation (state, touched_minute);
CREATE INDEX conversation_timer ON conversation (timer_at) WHERE timer_at IS NOT NULL;

CREATE TABLE item (
  conversation BLOB NOT NULL,
  seq INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  episode INTEGER NOT NULL,
  state INTEGER NOT NULL,
  audience INTEGER NOT NULL,
  flags TEXT NOT NULL,
  kind TEXT NOT NULL,
  is_fact INTEGER NOT NULL,
  received INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE item_key (
  conversation BLOB NOT NULL,
  item BLOB NOT NULL,
  seq INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  PRIMARY KEY (conversation, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_key_seen ON item_key (seen);

CREATE TABLE answer (
  conversation BLOB NOT NULL,
  request BLOB NOT NULL,
  given INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (conversation, request)
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_given ON answer (given);

CREATE TABLE outbox (
  conversation BLOB NOT NULL,
  oseq INTEGER NOT NULL,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  action INTEGER NOT NULL,
  to_sink INTEGER NOT NULL,
  agent TEXT NOT NULL,
  command TEXT NOT NULL,
  content TEXT NOT NULL,
  status INTEGER NOT NULL,         -- 0: pending
  attempts INTEGER NOT NULL,
  last_code INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  created INTEGER NOT NULL,
  ready_at INTEGER NOT NULL,
  PRIMARY KEY (conversation, oseq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX outbox_id ON outbox (id);
CREATE INDEX outbox_status ON outbox (status, created);
CREATE INDEX outbox_pending ON outbox (account, conversation, to_sink, oseq) WHERE status = 0;
CREATE INDEX outbox_command ON outbox (conversation, command) WHERE command <> '';

CREATE TABLE lane (                -- one for the pending rows of a conversation, by where they go
  conversation BLOB NOT NULL,
  to_sink INTEGER NOT NULL,
  account TEXT NOT NULL,
  ready_at INTEGER NOT NULL,       -- leased: when the lease runs out
  turn INTEGER NOT NULL,           -- first come, first served among those ready at the same time
  token INTEGER NOT NULL,          -- 0: waiting
  is_empty INTEGER NOT NULL,       -- leased, and its rows were refused meanwhile: kept for the holder's token
  PRIMARY KEY (conversation, to_sink)
) STRICT, WITHOUT ROWID;
CREATE INDEX lane_ready ON lane (to_sink, ready_at, turn) WHERE is_empty = 0;

CREATE TABLE item_lane (           -- one for what a subscription has not handled of a conversation
  conversation BLOB NOT NULL,
  subscription INTEGER NOT NULL,
  next_seq INTEGER NOT NULL,       -- all before it is handled, or in item_aside
  attempts INTEGER NOT NULL,       -- of the item at next_seq
  ready_at INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  token INTEGER NOT NULL,
  PRIMARY KEY (conversation, subscription)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_lane_ready ON item_lane (subscription, ready_at, turn);

CREATE TABLE item_aside (          -- given up, or taken up again after that
  conversation BLOB NOT NULL,
  subscription INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  is_dead INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  died INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (conversation, subscription, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_aside_dead ON item_aside (subscription, died) WHERE is_dead = 1;

CREATE TABLE subscription (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  filter BLOB NOT NULL             -- row_codec.h
) STRICT;
CREATE TABLE account_fact (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;
)sql";

// Version 2, drafted in store/README.md: only what has a default or may be missing, so that the release before goes on
// working beside this one. It grows until the release that brings it.
constexpr const char* kLinks = R"sql(
ALTER TABLE item ADD COLUMN delivery TEXT NOT NULL DEFAULT '';
ALTER TABLE item_key ADD COLUMN hash BLOB;  -- of what a caller's command asks for
ALTER TABLE outbox ADD COLUMN item_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN vendor_answer TEXT NOT NULL DEFAULT '';
ALTER TABLE subscription ADD COLUMN include_bot INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscription ADD COLUMN served_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item_lane ADD COLUMN account TEXT;              -- NULL: the conversation's, not looked up yet
ALTER TABLE item_lane ADD COLUMN holder INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item_lane ADD COLUMN held_token INTEGER NOT NULL DEFAULT 0;  -- not the token: another leased it since
CREATE INDEX item_lane_account ON item_lane (subscription, account, ready_at, turn);
ALTER TABLE lane ADD COLUMN holder INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lane ADD COLUMN held_token INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lane ADD COLUMN leased_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN user BLOB;  -- NULL: the conversation's id is the user's
CREATE INDEX conversation_user ON conversation (user) WHERE user IS NOT NULL;
CREATE TABLE holder (
  id INTEGER PRIMARY KEY,
  until INTEGER NOT NULL,
  body BLOB NOT NULL               -- row_codec.h
) STRICT;
CREATE TABLE item_merge (          -- no row: the release before wrote the item, its body is read
  conversation BLOB NOT NULL,
  seq INTEGER NOT NULL,
  record BLOB NOT NULL,            -- merge_codec.h
  PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER item_merge_goes AFTER DELETE ON item BEGIN
  DELETE FROM item_merge WHERE conversation = old.conversation AND seq = old.seq;
END;
CREATE INDEX conversation_account ON conversation (account, state, touched_minute);
CREATE INDEX outbox_item ON outbox (conversation, item_seq) WHERE item_seq > 0;
CREATE INDEX lane_empty ON lane (ready_at) WHERE is_empty = 1;
CREATE INDEX lane_account ON lane (to_sink, account, ready_at, turn) WHERE is_empty = 0;
CREATE INDEX item_aside_subscription ON item_aside (subscription);
)sql";

/// A step never changes once it is released.
constexpr std::array kSteps{kTables, kLinks};
constexpr Schema kThisRelease{kSteps, 1};

constexpr const char* kMetaTable =
    "CREATE TABLE lampjack_meta (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT;";

struct Version {
    bool is_ours = false;
    bool is_empty = false;  ///< the file has no table at all
    std::int64_t version = 0;
    std::int64_t readable_by = 0;
};

Result<std::int64_t> meta(Connection& connection, std::string_view name) {
    LJK_TRY(found, connection.query("SELECT value FROM lampjack_meta WHERE name = ?"));
    LJK_TRY(row, found.text(name).next());
    return row ? found.integer_at(0) : 0;
}

Result<void> put_meta(Connection& connection, std::string_view name, std::int64_t value) {
    LJK_TRY(put, connection.query("INSERT INTO lampjack_meta (name, value) VALUES (?, ?) "
                                  "ON CONFLICT (name) DO UPDATE SET value = excluded.value"));
    LJK_CHECK(put.text(name).integer(value).run());
    return {};
}

Result<Version> version_of(Connection& connection) {
    Version found;
    LJK_TRY(tables, connection.query("SELECT count(*), total(name = 'lampjack_meta') "
                                     "FROM sqlite_schema WHERE type = 'table'"));
    LJK_TRY(row, tables.next());
    found.is_empty = row && tables.integer_at(0) == 0;
    found.is_ours = row && tables.integer_at(1) == 1;
    if (!found.is_ours) return found;
    LJK_TRY(version, meta(connection, "version"));
    LJK_TRY(readable_by, meta(connection, "readable_by"));
    found.version = version;
    found.readable_by = readable_by;
    return found;
}

Result<void> step_up(Connection& connection, std::int64_t from, const Schema& schema) {
    for (const char* step : schema.steps.subspan(static_cast<std::size_t>(from)))
        LJK_CHECK(connection.run(step));
    LJK_CHECK(put_meta(connection, "version", schema.version()));
    return put_meta(connection, "readable_by", schema.readable_by);
}

Error refuse(std::string why) { return fail(Code::config, "store sqlite: " + std::move(why)); }
Error refuse_foreign() { return refuse("the file belongs to another program: name another path"); }

/// The version found, when a release with this schema may use it or bring it up to date.
Result<std::int64_t> usable_version(Connection& connection, const Schema& schema) {
    LJK_TRY(found, version_of(connection));
    if (found.is_empty) {
        LJK_CHECK(connection.run(kMetaTable));
        LJK_CHECK(step_up(connection, 0, schema));
        return schema.version();
    }
    if (!found.is_ours) return refuse_foreign();
    if (found.readable_by > schema.version() || found.version < 0)
        return refuse("the file has schema " + std::to_string(found.version) +
                      ", this release knows " + std::to_string(schema.version()) +
                      ": install the newer release again, or open a backup made before it");
    return found.version;
}

}  // namespace

const Schema& schema_of_this_release() { return kThisRelease; }

Result<void> check_owner(Connection& connection) {
    LJK_TRY(found, version_of(connection));
    return found.is_ours ? Result<void>() : refuse_foreign();
}

Result<void> check_schema(Connection& connection) {
    LJK_TRY(version, usable_version(connection, kThisRelease));
    if (version >= kThisRelease.version()) return {};
    return refuse("the file has the older schema " + std::to_string(version) +
                  ": make a backup, then run lampjack migrate");
}

Result<void> migrate_schema(Connection& connection, const Schema& schema) {
    LJK_TRY(version, usable_version(connection, schema));
    if (version >= schema.version()) return {};
    return step_up(connection, version, schema);
}

}  // namespace lampjack::store::sqlite
