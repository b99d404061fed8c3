// The connections of one process: how many there are, and what a call does that finds none.
#include "postgres_fixture.h"

#include "store/postgres/pool.h"

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace lampjack::store::postgres {
namespace {

using namespace std::chrono_literals;

class PostgresPool : public PostgresTest {
protected:
    void SetUp() override {
        PostgresTest::SetUp();
        if (IsSkipped()) return;
        sql("DO $$ BEGIN CREATE ROLE plain LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END "
            "$$");
    }
    /// The database takes so many sessions of those who are no superusers.
    void let_in(int sessions) const {
        sql("ALTER DATABASE \"" + database_ + "\" CONNECTION LIMIT " + std::to_string(sessions));
    }
    void TearDown() override {
        if (!database_.empty()) let_in(-1);
        PostgresTest::TearDown();
    }
    std::string url_of_plain() const { return server().url(database_, {}, "plain"); }
    static std::future<Result<Pool::Loan>> take_meanwhile(Pool& pool) {
        return std::async(std::launch::async, [&pool] { return pool.take(); });
    }
};

TEST_F(PostgresPool, a_call_waits_for_one_of_its_process_while_the_server_has_none_left) {
    let_in(2);
    Pool pool(url_of_plain(), 8);
    auto first = pool.take();
    auto second = pool.take();
    ASSERT_TRUE(first && second);
    auto third = take_meanwhile(pool);
    EXPECT_EQ(third.wait_for(600ms), std::future_status::timeout) << "it waits";
    { const Pool::Loan given_back = std::move(*first); }
    const auto found = third.get();
    EXPECT_TRUE(found) << found.error().message;
}

TEST_F(PostgresPool, a_call_waits_for_one_that_another_process_gives_back) {
    let_in(1);
    auto opened = Connection::open(url_of_plain());
    ASSERT_TRUE(opened);
    std::unique_ptr<Connection> others = std::move(*opened);
    Pool pool(url_of_plain(), 8);
    auto waits = take_meanwhile(pool);
    EXPECT_EQ(waits.wait_for(600ms), std::future_status::timeout) << "it waits";
    others.reset();
    const auto found = waits.get();
    EXPECT_TRUE(found) << found.error().message;
}

TEST_F(PostgresPool, one_of_those_who_wait_asks_the_server_for_all_of_them) {
    let_in(1);
    auto opened = Connection::open(url_of_plain());
    ASSERT_TRUE(opened);
    std::unique_ptr<Connection> others = std::move(*opened);
    constexpr int kWaiting = 8;
    Pool pool(url_of_plain(), kWaiting);
    const auto refused = [&] {
        int times = 0;
        const std::string log = server().log(), line = "too many connections for database";
        for (auto at = log.find(line); at != std::string::npos; at = log.find(line, at + 1))
            ++times;
        return times;
    };
    const int before = refused();
    std::vector<std::future<Result<Pool::Loan>>> waits;
    for (int i = 0; i < kWaiting; ++i) waits.push_back(take_meanwhile(pool));
    std::this_thread::sleep_for(1500ms);
    // Each tried once before it knew; then one asks four times a second.
    EXPECT_LE(refused() - before, kWaiting + 8);
    EXPECT_GT(refused() - before, kWaiting) << "the control: somebody asks";
    let_in(kWaiting);
    others.reset();
    for (auto& one : waits) EXPECT_TRUE(one.get());
}

TEST_F(PostgresPool, has_no_more_than_it_may) {
    Pool pool(url_of_plain(), 1);
    auto only = pool.take();
    ASSERT_TRUE(only);
    auto waits = take_meanwhile(pool);
    EXPECT_EQ(waits.wait_for(300ms), std::future_status::timeout);
    EXPECT_EQ(sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'plain' AND datname = '" +
                  database_ + "'"),
              "1");
    { const Pool::Loan given_back = std::move(*only); }
    EXPECT_TRUE(waits.get());
}

TEST_F(PostgresPool, closing_it_ends_the_wait) {
    let_in(1);
    Pool pool(url_of_plain(), 8);
    auto only = pool.take();
    ASSERT_TRUE(only);
    auto waits = take_meanwhile(pool);
    EXPECT_EQ(waits.wait_for(300ms), std::future_status::timeout);
    pool.close();
    EXPECT_EQ(waits.get().error().code, Code::closed);
}

TEST_F(PostgresPool, another_refusal_of_the_server_is_told_at_once) {
    Pool pool(server().url("no_such_database"), 8);
    const auto refused = pool.take();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::config);
}

}  // namespace
}  // namespace lampjack::store::postgres
