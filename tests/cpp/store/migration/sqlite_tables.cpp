// The tables of a SQLite file, and a version of them that does not exist yet.
#include "store/migration/tables.h"
#include "store/sqlite/sqlite_store.h"
#include "support/temporary_folder.h"

#include <array>
#include <filesystem>
#include <stdexcept>

#include <sqlite3.h>

namespace lampjack::store::testing {
namespace {

constexpr std::array kNext{
    "ALTER TABLE item ADD COLUMN size INTEGER NOT NULL DEFAULT 0;",
    "UPDATE item SET size = length(body);",
    "CREATE INDEX item_size ON item (size);",
    "CREATE TABLE planted (name TEXT NOT NULL PRIMARY KEY) STRICT;",
    "INSERT INTO planted VALUES ('there');",
};

class SqliteTables final : public Tables {
public:
    SqliteTables() {
        for (const char* statement : kNext) next_ += statement;
        steps_.assign(known_.steps.begin(), known_.steps.end());
        steps_.push_back(next_.c_str());
        if (!sqlite::open(path())) throw std::runtime_error("no store");
        ask("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
            std::to_string(kRows) +
            ") INSERT INTO item (conversation, seq, epoch, episode, state, audience, flags, "
            "kind, is_fact, received, body) SELECT x'00', i, 1, 1, 0, 0, '', 'message', 0, 1, "
            "hex(randomblob(100)) FROM n");
        std::filesystem::copy_file(path(), folder_.path("before.db"));
    }

    std::string url() const override { return "sqlite:" + path(); }
    std::int64_t version_of_this_release() const override { return known_.version(); }
    void reset() override {
        for (const char* tail : {"", "-journal", "-wal", "-shm"})
            std::filesystem::remove(path() + tail);
        std::filesystem::copy_file(folder_.path("before.db"), path());
    }
    Result<void> migrate(bool usable_by_this_release) override {
        const auto next = static_cast<std::int64_t>(steps_.size());
        return sqlite::migrate(path(), {steps_, usable_by_this_release ? next - 1 : next});
    }
    Result<void> migrate_without_a_transaction() override {
        LJK_TRY(connection, sqlite::Connection::open(path(), sqlite::journal_in_use()));
        for (const char* statement : kNext) LJK_CHECK(connection->run(statement));
        return connection->run("UPDATE lampjack_meta SET value = value + 1");
    }
    Found look() override {
        const auto is_there = [this](const char* name) {
            return ask(std::string("SELECT count(*) FROM sqlite_schema WHERE name = '") + name +
                       "'") == 1;
        };
        if (ask("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") != 1)
            return {};
        Found found;
        found.version = ask("SELECT value FROM lampjack_meta WHERE name = 'version'");
        found.has_column = ask("SELECT count(*) FROM pragma_table_info('item') "
                               "WHERE name = 'size'") == 1;
        found.has_index = is_there("item_size");
        found.has_table = is_there("planted") && ask("SELECT count(*) FROM planted") == 1;
        found.rows = ask("SELECT count(*) FROM item");
        if (found.has_column) found.filled = ask("SELECT count(*) FROM item WHERE size > 0");
        return found;
    }

private:
    std::string path() const { return folder_.path("store.db"); }
    /// Runs SQL beside the store; the first column of the last row.
    std::int64_t ask(const std::string& sql) const {
        sqlite3* handle = nullptr;
        std::int64_t answer = -1;
        const auto keep = [](void* to, int, char** values, char**) {
            *static_cast<std::int64_t*>(to) = values[0] != nullptr ? std::atoll(values[0]) : -1;
            return 0;
        };
        const bool fine = sqlite3_open(path().c_str(), &handle) == SQLITE_OK &&
                          sqlite3_exec(handle, sql.c_str(), keep, &answer, nullptr) == SQLITE_OK;
        const std::string why = sqlite3_errmsg(handle);
        sqlite3_close(handle);
        if (!fine) throw std::runtime_error(sql + ": " + why);
        return answer;
    }

    lampjack::testing::TemporaryFolder folder_;
    const sqlite::Schema& known_ = sqlite::schema_of_this_release();
    std::string next_;
    std::vector<const char*> steps_;
};

}  // namespace

std::unique_ptr<Tables> make_sqlite_tables() { return std::make_unique<SqliteTables>(); }

}  // namespace lampjack::store::testing
