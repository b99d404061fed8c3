// The tables of a PostgreSQL database, and a version of them that does not exist yet.
#include "store/migration/tables.h"
#include "store/postgres/schema.h"
#include "store/store.h"
#include "support/postgres_server.h"

#include <array>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace lampjack::store::testing {
namespace {

constexpr std::array kNext{
    "ALTER TABLE lampjack_item ADD COLUMN size bigint NOT NULL DEFAULT 0",
    "UPDATE lampjack_item SET size = length(body)",
    "CREATE INDEX lampjack_item_size ON lampjack_item (size)",
    "CREATE TABLE lampjack_planted (name text PRIMARY KEY)",
    "INSERT INTO lampjack_planted VALUES ('there')",
};

class PostgresTables final : public Tables {
public:
    PostgresTables() {
        steps_.assign(known_.steps.begin(), known_.steps.end());
        steps_.emplace_back(kNext);
        if (!open(server_.url(before_))) throw std::runtime_error("no store");
        server_.run(
            "INSERT INTO lampjack_item SELECT decode('00', 'hex'), i, 1, 1, 0, 0, '', 'message', "
            "convert_to(repeat('x', 200), 'UTF8'), false, 1 FROM generate_series(1, " +
                std::to_string(kRows) + ") AS i",
            before_);
    }
    ~PostgresTables() override {
        if (!database_.empty()) server_.drop_database(database_);
        server_.empty_database(before_);
    }

    std::string url() const override { return server_.url(database_); }
    std::int64_t version_of_this_release() const override { return known_.version(); }
    void reset() override {
        if (!database_.empty()) server_.drop_database(database_);
        database_ = before_ + "_copy";
        server_.run("CREATE DATABASE " + database_ + " TEMPLATE " + before_);
    }
    Result<void> migrate(bool usable_by_this_release) override {
        LJK_TRY(connection, postgres::Connection::open(url()));
        const auto next = static_cast<std::int64_t>(steps_.size());
        return postgres::migrate_schema(*connection,
                                        {steps_, usable_by_this_release ? next - 1 : next});
    }
    Result<void> migrate_without_a_transaction() override {
        LJK_TRY(connection, postgres::Connection::open(url()));
        LJK_CHECK(connection->run_script(kNext));
        constexpr std::array kVersion{"UPDATE lampjack_schema SET version = version + 1"};
        return connection->run_script(kVersion);
    }
    Found look() override {
        wait_until_alone();
        const auto is_there = [this](const char* name) {
            return ask(std::string("SELECT count(*) FROM pg_class WHERE relname = '") + name +
                       "'") == 1;
        };
        Found found;
        found.version = ask("SELECT version FROM lampjack_schema");
        found.has_column = ask("SELECT count(*) FROM pg_attribute WHERE attname = 'size' AND "
                               "attrelid = 'lampjack_item'::regclass") == 1;
        found.has_index = is_there("lampjack_item_size");
        found.has_table =
            is_there("lampjack_planted") && ask("SELECT count(*) FROM lampjack_planted") == 1;
        found.rows = ask("SELECT count(*) FROM lampjack_item");
        if (found.has_column)
            found.filled = ask("SELECT count(*) FROM lampjack_item WHERE size > 0");
        return found;
    }

private:
    std::int64_t ask(const std::string& sql) const {
        return std::atoll(server_.run(sql, database_).c_str());
    }
    /// The server goes on with what a killed client asked for until it sees that nobody waits for the answer.
    void wait_until_alone() const {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
        while (ask("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                   "pid <> pg_backend_pid() AND backend_type = 'client backend'") != 0) {
            if (std::chrono::steady_clock::now() > deadline)
                throw std::runtime_error("a killed client's session does not end");
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

    support::PostgresServer& server_ = support::PostgresServer::shared();
    std::string before_ = server_.make_database();
    std::string database_;
    const postgres::Schema& known_ = postgres::schema_of_this_release();
    std::vector<postgres::Schema::Step> steps_;
};

}  // namespace

std::unique_ptr<Tables> make_postgres_tables() { return std::make_unique<PostgresTables>(); }

}  // namespace lampjack::store::testing
