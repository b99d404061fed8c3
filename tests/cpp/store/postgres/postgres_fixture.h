#pragma once
// What the tests with a real PostgreSQL share: the server, a fresh database for each test, a session beside the store's.

#include "store/postgres/connection.h"
#include "store/store.h"
#include "support/postgres_server.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace lampjack::store::postgres {

/// Skips where no server is installed; every test has an empty database of its own.
class PostgresTest : public testing::Test {
protected:
    void SetUp() override {
        if (const auto why = support::PostgresServer::why_not(); !why.empty()) GTEST_SKIP() << why;
        database_ = server().make_database();
    }
    void TearDown() override {
        if (!database_.empty()) server().empty_database(database_);
    }
    static support::PostgresServer& server() { return support::PostgresServer::shared(); }
    std::string url(const std::string& query = {}) const { return server().url(database_, query); }
    std::string sql(const std::string& statement) const {
        return server().run(statement, database_);
    }
    std::unique_ptr<Store> open_store(const std::string& query = {}) const {
        auto opened = open(url(query));
        if (!opened) throw std::runtime_error(opened.error().message);
        return std::move(*opened);
    }
    std::unique_ptr<Connection> connect(const std::string& query = {}) const {
        auto opened = Connection::open(url(query));
        if (!opened) throw std::runtime_error(opened.error().message);
        return std::move(*opened);
    }

    std::string database_;
};

}  // namespace lampjack::store::postgres
