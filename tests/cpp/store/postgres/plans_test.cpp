// Every statement that runs in the course of the day can find its rows by an index. The tables of a test are small, where the
// planner would rather scan: it may not, so a scan that is left has no index that serves it.

#include "postgres_fixture.h"

#include "store/contract/player.h"

#include <map>
#include <set>
#include <sstream>

namespace lampjack::store::testing {
namespace {

using Plans = std::map<std::string, std::string>;  ///< by the text of the statement

support::PostgresServer::Options options() {
    support::PostgresServer::Options all;
    all.settings = {"session_preload_libraries = 'auto_explain'",
                    "auto_explain.log_min_duration = 0",
                    "enable_seqscan = off",
                    "enable_hashjoin = off",
                    "enable_mergejoin = off",
                    "jit = off"};
    return all;
}

/// The plans that auto_explain wrote into the server's log: each begins with its statement, its lines with a tab.
Plans plans_in(const std::string& log) {
    constexpr std::string_view kQuery = "\tQuery Text: ";
    Plans plans;
    std::string* plan = nullptr;
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(kQuery))
            plan = &plans[line.substr(kQuery.size())];
        else if (!line.starts_with("\t"))
            plan = nullptr;
        else if (plan != nullptr)
            *plan += line + "\n";
    }
    return plans;
}

/// The first scan of a whole table that grows with the conversations; empty when there is none.
std::string scan_in(const std::string& plan) {
    static const std::set<std::string> growing{
        "conversation", "item", "known", "answer", "outbox", "lane", "timer", "queue", "dead_item"};
    constexpr std::string_view kScan = "Seq Scan on lampjack_";
    for (auto at = plan.find(kScan); at != std::string::npos; at = plan.find(kScan, at + 1)) {
        const auto begin = at + kScan.size();
        const std::string table = plan.substr(begin, plan.find_first_of(" \n", begin) - begin);
        if (growing.contains(table)) return plan.substr(at, begin + table.size() - at);
    }
    return {};
}

/// The plan of the statement that holds these words.
std::string plan_of(const Plans& plans, std::string_view words) {
    for (const auto& [sql, plan] : plans)
        if (sql.find(words) != std::string::npos) return plan;
    return {};
}

class PostgresPlans : public ::testing::Test {
protected:
    void SetUp() override {
        if (const auto why = support::PostgresServer::why_not(); !why.empty()) GTEST_SKIP() << why;
        server_ = std::make_unique<support::PostgresServer>(options());
        database_ = server_->make_database();
        const auto store = must(open(server_->url(database_)));
        ASSERT_TRUE(store);
        use_all(*store, 600);
        plans_ = plans_in(server_->log());
    }
    std::unique_ptr<support::PostgresServer> server_;
    std::string database_;
    Plans plans_;
};

TEST_F(PostgresPlans, no_statement_reads_a_whole_table) {
    EXPECT_GT(plans_.size(), 40U) << "the store did next to nothing";
    for (const auto& [sql, plan] : plans_) EXPECT_EQ(scan_in(plan), "") << sql << "\n" << plan;
    const std::string whole = "SELECT key FROM lampjack_queue WHERE token = 1";
    server_->run(whole, database_);
    EXPECT_NE(scan_in(plan_of(plans_in(server_->log()), whole)), "")
        << "the control: a scan would be seen";
}

TEST_F(PostgresPlans, hot_lookups_use_the_index_made_for_them) {
    const std::map<std::string, std::string> wanted{
        {"FROM lampjack_lane l WHERE l.sink = $1 AND l.account = a.account",
         "lampjack_lane_account"},
        {"WHERE l.sink = $1 AND l.account = $2", "lampjack_lane_account"},
        {"FROM lampjack_queue WHERE name = $1 AND account = a.account", "lampjack_queue_account"},
        {"SELECT 1 FROM lampjack_outbox o WHERE o.key = l.key", "lampjack_outbox_pending"},
        {"DELETE FROM lampjack_dead_item WHERE name = $1", "lampjack_dead_item_oldest"},
        {"s.served_at FROM lampjack_subscription s ORDER BY", "lampjack_subscription_pkey"},
    };
    for (const auto& [words, index] : wanted) {
        const std::string plan = plan_of(plans_, words);
        EXPECT_NE(plan.find(index), std::string::npos) << words << "\n" << plan;
    }
}

}  // namespace
}  // namespace lampjack::store::testing
