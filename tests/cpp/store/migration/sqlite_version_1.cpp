// Release 13949c8 on a SQLite file.
#include "store/migration/version_1.h"
#include "store/row_codec.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_store.h"
#include "support/temporary_folder.h"

#include <stdexcept>

namespace lampjack::store::testing {
namespace {

using sqlite::Connection;
using sqlite::Statement;

class SqliteVersion1 final : public Version1 {
public:
    SqliteVersion1() {
        const sqlite::Schema first{sqlite::schema_of_this_release().steps.first(1), 1};
        if (!sqlite::migrate(path(), first)) throw std::runtime_error("no store");
    }
    std::string url() const override { return "sqlite:" + path(); }

    std::pair<std::int64_t, std::int64_t> versions() override {
        auto connection = Connection::open(path(), sqlite::journal_in_use());
        const auto value = [&](const char* sql) {
            auto found = (*connection)->query(sql);
            return found->next() ? found->integer_at(0) : -1;
        };
        return {value("SELECT value FROM lampjack_meta WHERE name = 'version'"),
                value("SELECT value FROM lampjack_meta WHERE name = 'readable_by'")};
    }

    Result<void> change(const std::string& ref, std::uint64_t seq,
                        const model::ItemKey& item_key) override {
        return work([&](Connection& db) -> Result<void> {
            ConversationRow row;
            row.key = key_of(ref);
            const std::string body = encode(row);
            LJK_TRY(put,
                    db.query("INSERT INTO conversation (key, ref, account, touched, next_seq, "
                             "next_out, retired_epoch, body, state, touched_minute, timer_at) "
                             "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE "
                             "SET ref = excluded.ref, account = excluded.account, "
                             "touched = excluded.touched, next_seq = excluded.next_seq, "
                             "next_out = excluded.next_out, "
                             "retired_epoch = excluded.retired_epoch, body = excluded.body, "
                             "state = excluded.state, touched_minute = excluded.touched_minute, "
                             "timer_at = excluded.timer_at"));
            put.blob(row.key).text(ref).text("shop").integer(1000).number(seq + 1).number(seq + 1);
            LJK_CHECK(put.integer(0).blob(body).integer(0).integer(0).null().run());
            LJK_TRY(item, db.query("INSERT INTO item (conversation, seq, epoch, episode, state, "
                                   "audience, flags, kind, is_fact, received, body) "
                                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
            item.blob(row.key).number(seq).integer(1).integer(0).integer(0).integer(1).text("");
            LJK_CHECK(item.text("message").integer(0).integer(1000).text("{}").run());
            LJK_TRY(name, db.query("INSERT INTO item_key (conversation, item, seq, seen) "
                                   "VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"));
            LJK_CHECK(name.blob(row.key).blob(item_key).number(seq).integer(1000).run());
            LJK_CHECK(enqueue(db, row.key, seq));
            LJK_TRY(fed, db.query("INSERT INTO item_lane (conversation, subscription, next_seq, "
                                  "attempts, ready_at, turn, token) SELECT ?, id, ?, 0, 0, 1, 0 "
                                  "FROM subscription WHERE true ON CONFLICT DO NOTHING"));
            LJK_CHECK(fed.blob(row.key).number(seq).run());
            return {};
        });
    }

    Result<void> subscribe(const std::string& name, const SubscriptionFilter& filter) override {
        return work([&](Connection& db) -> Result<void> {
            const std::string bytes = encode(filter);
            LJK_TRY(put, db.query("INSERT INTO subscription (name, filter) VALUES (?, ?) "
                                  "ON CONFLICT DO NOTHING"));
            LJK_CHECK(put.text(name).blob(bytes).run());
            LJK_TRY(all, db.query("INSERT INTO item_lane (conversation, subscription, next_seq, "
                                  "attempts, ready_at, turn, token) SELECT conversation, "
                                  "(SELECT id FROM subscription WHERE name = ?), min(seq), 0, 0, "
                                  "min(received) - 9000000000000000, 0 FROM item "
                                  "GROUP BY conversation"));
            LJK_CHECK(all.text(name).run());
            return {};
        });
    }

    Result<std::uint64_t> lease_item(const std::string& name, Millis now, Millis until,
                                     std::uint64_t token) override {
        std::uint64_t seq = 0;
        LJK_CHECK(work([&](Connection& db) -> Result<void> {
            LJK_TRY(known, db.query("SELECT id, filter FROM subscription WHERE name = ?"));
            LJK_TRY(is_there, known.text(name).next());
            if (!is_there) return fail(Code::not_found, "no such subscription");
            const std::int64_t id = known.integer_at(0);
            LJK_TRY(found, db.query("SELECT conversation, next_seq, attempts FROM item_lane "
                                    "WHERE subscription = ? AND ready_at <= ? "
                                    "ORDER BY ready_at, turn LIMIT ?"));
            LJK_TRY(due, found.integer(id).integer(now).integer(1).next());
            if (!due) return {};
            seq = found.number_at(1);
            const std::string key = found.string_at(0);
            LJK_TRY(change, db.query("UPDATE item_lane SET next_seq = ?, attempts = ?, "
                                     "ready_at = ?, token = ?, turn = ? "
                                     "WHERE conversation = ? AND subscription = ?"));
            change.number(seq).integer(1).integer(until).number(token).integer(9).blob(key);
            LJK_CHECK(change.integer(id).run());
            return {};
        }));
        return seq;
    }

    Result<void> finish_item(const std::string& name, const std::string& ref,
                             std::uint64_t token) override {
        const ConversationKey key = key_of(ref);
        return work([&](Connection& db) -> Result<void> {
            LJK_TRY(found, db.query("SELECT next_seq, subscription FROM item_lane "
                                    "WHERE conversation = ? AND token = ? AND subscription = "
                                    "(SELECT id FROM subscription WHERE name = ?)"));
            LJK_TRY(held, found.blob(key).number(token).text(name).next());
            if (!held) return fail(Code::unsupported, "the lease of this item was lost");
            const std::uint64_t next = found.number_at(0) + 1;
            const std::int64_t id = found.integer_at(1);
            found.rewind();
            LJK_TRY(change, db.query("UPDATE item_lane SET next_seq = ?, attempts = ?, "
                                     "ready_at = ?, token = ?, turn = ? "
                                     "WHERE conversation = ? AND subscription = ?"));
            change.number(next).integer(0).integer(0).integer(0).integer(9).blob(key);
            LJK_CHECK(change.integer(id).run());
            return {};
        });
    }

    Result<std::uint64_t> send(Millis now, std::uint64_t token) override {
        std::uint64_t oseq = 0;
        LJK_CHECK(work([&](Connection& db) -> Result<void> {
            LJK_TRY(found, db.query("SELECT conversation, account FROM lane WHERE is_empty = 0 "
                                    "AND to_sink = ? AND ready_at <= ? ORDER BY ready_at, turn"));
            LJK_TRY(due, found.boolean(false).integer(now).next());
            if (!due) return {};
            const std::string key = found.string_at(0);
            found.rewind();
            LJK_TRY(take, db.query("UPDATE lane SET token = ?, ready_at = ?, turn = ? "
                                   "WHERE conversation = ? AND to_sink = ?"));
            LJK_CHECK(take.number(token).integer(now + 1000).integer(9).blob(key).integer(0).run());
            LJK_TRY(head, db.query("SELECT oseq, id FROM outbox WHERE account = ? "
                                   "AND conversation = ? AND to_sink = ? AND status = 0 "
                                   "ORDER BY oseq LIMIT 1"));
            LJK_TRY(is_there, head.text("shop").blob(key).integer(0).next());
            if (!is_there) return {};
            oseq = head.number_at(0);
            const std::string id = head.string_at(1);
            LJK_TRY(update,
                    db.query("UPDATE outbox SET (oseq, id, epoch, action, to_sink, agent, command, "
                             "content, status, attempts, last_code, last_error, created, "
                             "ready_at) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                             "WHERE conversation = ? AND oseq = ?"));
            bind(update, oseq, id, 1);
            LJK_CHECK(update.blob(key).number(oseq).run());
            LJK_TRY(give_back, db.query("UPDATE lane SET token = 0, ready_at = 0 WHERE "
                                        "conversation = ? AND to_sink = ? AND token = ?"));
            LJK_CHECK(give_back.blob(key).integer(0).number(token).run());
            return {};
        }));
        return oseq;
    }

    Result<void> erase(const std::string& ref) override {
        const ConversationKey key = key_of(ref);
        return work([&](Connection& db) -> Result<void> {
            for (const char* sql : {"DELETE FROM item WHERE conversation = ?",
                                    "DELETE FROM item_key WHERE conversation = ?",
                                    "DELETE FROM answer WHERE conversation = ?",
                                    "DELETE FROM outbox WHERE conversation = ?",
                                    "DELETE FROM lane WHERE conversation = ?",
                                    "DELETE FROM item_lane WHERE conversation = ?",
                                    "DELETE FROM item_aside WHERE conversation = ?"}) {
                LJK_TRY(gone, db.query(sql));
                LJK_CHECK(gone.blob(key).run());
            }
            LJK_TRY(bury, db.query("UPDATE conversation SET ref = '', account = '', state = ?, "
                                   "body = x'', touched = 0, touched_minute = 0, "
                                   "timer_at = NULL, retired_epoch = ? WHERE key = ?"));
            LJK_CHECK(bury.integer(-1).integer(1).blob(key).run());
            return {};
        });
    }

private:
    std::string path() const { return folder_.path("store.db"); }

    Result<void> work(const std::function<Result<void>(Connection&)>& work) {
        LJK_TRY(connection, Connection::open(path(), sqlite::journal_in_use()));
        LJK_CHECK(connection->run("BEGIN IMMEDIATE"));
        LJK_CHECK(work(*connection));
        return connection->run("COMMIT");
    }

    static void bind(Statement& statement, std::uint64_t oseq, std::string_view id, int status) {
        statement.number(oseq).text(id).integer(1).integer(0).boolean(false).text("ann").text("k");
        statement.text("{}").integer(status).integer(1).integer(200).text("").integer(1000);
        statement.integer(1000);
    }

    static Result<void> enqueue(Connection& db, const ConversationKey& key, std::uint64_t oseq) {
        LJK_TRY(insert,
                db.query("INSERT INTO outbox (conversation, account, oseq, id, epoch, action, "
                         "to_sink, agent, command, content, status, attempts, last_code, "
                         "last_error, created, ready_at) "
                         "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
        const std::string id = std::to_string(key[0]) + "-" + std::to_string(oseq);
        insert.blob(key).text("shop");
        bind(insert, oseq, id, 0);
        LJK_CHECK(insert.run());
        LJK_TRY(offer,
                db.query("INSERT INTO lane (conversation, to_sink, account, ready_at, turn, token, "
                         "is_empty) VALUES (?, ?, ?, ?, ?, 0, 0) ON CONFLICT DO UPDATE SET "
                         "ready_at = iif(token = 0, excluded.ready_at, ready_at), "
                         "turn = iif(token = 0, excluded.turn, turn), is_empty = 0 "
                         "WHERE is_empty = 1 OR (token = 0 AND ready_at <> excluded.ready_at)"));
        LJK_CHECK(offer.blob(key).boolean(false).text("shop").integer(1000).integer(1).run());
        return {};
    }

    lampjack::testing::TemporaryFolder folder_;
};

}  // namespace

std::unique_ptr<Version1> make_sqlite_version_1() { return std::make_unique<SqliteVersion1>(); }

}  // namespace lampjack::store::testing
