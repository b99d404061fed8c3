// A store must lose nothing it acknowledged and write nothing twice while servers die and connections break. Each kind of
// fault has a control that shows that the harness sees the damage when the protection is off.
#include "postgres_fixture.h"
#include "support/cutting_proxy.h"
#include "support/from_environment.h"
#include "workload.h"

#include <thread>

namespace lampjack::store::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void expect_whole(const Workload::Verdict& verdict) {
    EXPECT_EQ(verdict.lost, 0);
    EXPECT_EQ(verdict.twice, 0);
    EXPECT_EQ(verdict.gaps, 0);
    EXPECT_EQ(verdict.unsent, 0);
    EXPECT_EQ(verdict.stuck, 0);
    EXPECT_EQ(verdict.not_queued, 0);
}

/// A server of its own, which the test may kill.
class PostgresFaults : public PostgresTest {
protected:
    void SetUp() override {
        if (const auto why = support::PostgresServer::why_not(); !why.empty()) GTEST_SKIP() << why;
        database_ = victim().make_database();
    }
    void TearDown() override {
        if (!database_.empty()) victim().empty_database(database_);
    }
    static support::PostgresServer& victim() {
        static support::PostgresServer server;
        return server;
    }
    /// Opening may be cut as well: then once more.
    static std::unique_ptr<Store> open_at(const std::string& url) {
        for (int tries = 0; tries < 50; ++tries) {
            auto opened = open(url);
            if (opened && (*opened)->subscribe("desk", {})) return std::move(*opened);
            if (!opened && !is_retryable(opened.error().code)) {
                ADD_FAILURE() << opened.error().message;
                return nullptr;
            }
        }
        ADD_FAILURE() << "the store does not open";
        return nullptr;
    }
    /// Waits until the writers got so much further.
    static void let_write(const Workload& workload, int more) {
        const int wanted = workload.acknowledged() + more;
        const auto deadline = steady_clock::now() + std::chrono::minutes(3);
        while (workload.acknowledged() < wanted && steady_clock::now() < deadline)
            std::this_thread::sleep_for(milliseconds(2));
        EXPECT_GE(workload.acknowledged(), wanted) << "the writers stand still";
    }
};

TEST_F(PostgresFaults, nothing_is_lost_or_doubled_when_the_server_is_killed) {
    const auto store = open_at(victim().url(database_));
    Workload workload(*store, {});
    const int kills = support::from_environment("LJK_PG_KILLS", 10);
    workload.run_threads(4, [&] {
        for (int i = 0; i < kills; ++i) {
            let_write(workload, 30);
            victim().kill_postmaster();
            victim().start();
        }
        let_write(workload, 30);
    });
    RecordProperty("acknowledged", workload.acknowledged());
    RecordProperty("repeated", workload.repeated());
    expect_whole(workload.check());
}

TEST_F(PostgresFaults, nothing_is_lost_or_doubled_when_it_stops_at_once_or_restarts) {
    const auto store = open_at(victim().url(database_));
    Workload workload(*store, {});
    const int stops = support::from_environment("LJK_PG_STOPS", 4);
    workload.run_threads(4, [&] {
        for (int i = 0; i < stops; ++i) {
            let_write(workload, 30);
            i % 2 == 0 ? victim().stop_immediately() : victim().stop_fast();
            victim().start();
        }
        let_write(workload, 30);
    });
    expect_whole(workload.check());
}

TEST_F(PostgresFaults, control_a_lost_connection_taken_for_success_loses_messages) {
    const auto store = open_at(victim().url(database_));
    Workload workload(*store, {.repeats_unknown_outcomes = false});
    workload.run_threads(4, [&] {
        for (int i = 0; i < 6; ++i) {
            let_write(workload, 30);
            victim().kill_postmaster();
            victim().start();
        }
    });
    EXPECT_GT(workload.check().lost, 0);
}

constexpr Statement kEndOne{
    "end_one", "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity "
               "WHERE datname = current_database() AND application_name = 'lampjack' "
               "ORDER BY random() LIMIT 1) AS chosen"};

TEST_F(PostgresFaults, nothing_is_lost_or_doubled_when_sessions_end_and_bytes_stop_anywhere) {
    support::CuttingProxy proxy(
        victim().port(),
        {.bytes_between_cuts = 60'000, .word = "COMMIT", .word_chance = 0.02, .seed = 7});
    const auto store = open_at(victim().url_through(proxy.port(), database_));
    ASSERT_TRUE(store);
    Workload workload(*store, {});
    const auto killer = Connection::open(victim().url(database_, "application_name=nemesis"));
    ASSERT_TRUE(killer);
    const int rounds = 5 * support::from_environment("LJK_PG_CUT_SECONDS", 6);
    workload.run_threads(4, [&] {
        for (int i = 0; i < rounds; ++i) {
            std::this_thread::sleep_for(milliseconds(200));
            EXPECT_TRUE((*killer)->run(kEndOne));
        }
        let_write(workload, 100);
    });
    proxy.calm_down();
    EXPECT_GT(proxy.word_cuts(), 0) << "no COMMIT was cut";
    EXPECT_GT(proxy.cuts(), proxy.word_cuts()) << "nothing was cut elsewhere";
    RecordProperty("acknowledged", workload.acknowledged());
    RecordProperty("cuts", proxy.cuts());
    RecordProperty("cuts_in_commit", proxy.word_cuts());
    expect_whole(workload.check());
}

TEST_F(PostgresFaults, control_without_the_table_of_keys_messages_are_doubled) {
    support::CuttingProxy proxy(victim().port(), {.word = "COMMIT", .word_chance = 0.1, .seed = 7});
    const auto store = open_at(victim().url_through(proxy.port(), database_));
    ASSERT_TRUE(store);
    Workload workload(*store, {.asks_for_known_keys = false});
    workload.run_threads(4, [&] { let_write(workload, 300); });
    proxy.calm_down();
    EXPECT_GT(workload.check().twice, 0);
}

}  // namespace
}  // namespace lampjack::store::postgres
