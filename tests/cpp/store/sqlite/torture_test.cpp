// Several processes on one file, killed at random moments, and a host that opens the file beside us: nothing that was
// acknowledged is lost, nothing is there twice. The controls leave the protection out and must lose.

#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/writers.h"
#include "support/from_environment.h"
#include "support/temporary_folder.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <random>
#include <thread>

#include <sqlite3.h>

namespace lampjack::store::testing {
namespace {

constexpr int kProcesses = 4;

int kills() { return support::from_environment("LJK_TORTURE_KILLS", 50); }

class SqliteTorture : public ::testing::Test {
protected:
    using Writer = std::function<int(std::uint32_t id)>;

    std::string path() const { return folder_.path("store.db"); }

    /// Runs the writers, kills one after the other and starts a new one in its place.
    void torture(const Writer& writer, int rounds) {
        std::mt19937 random(static_cast<std::uint32_t>(rounds));
        std::deque<Process> running;
        std::uint32_t next = 0;
        const auto start = [&] {
            const std::uint32_t id = next++;
            running.emplace_back([&, id] { return writer(id); });
        };
        for (int i = 0; i < kProcesses; ++i) start();
        for (int round = 0; round < rounds; ++round) {
            said.collect(acknowledged, acknowledged.size() + 1 + random() % 20);
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 5000));
            running.pop_front();
            start();
        }
        running.clear();
        said.collect(acknowledged, 0);
    }

    /// Runs all writers to their end.
    void run(const Writer& writer) {
        std::vector<Process> running;
        for (std::uint32_t id = 0; id < kProcesses; ++id)
            running.emplace_back([&, id] { return writer(id); });
        for (Process& process : running) EXPECT_EQ(process.wait(), 0);
        said.collect(acknowledged, 0);
    }

    Acknowledgements said;
    std::vector<Change> acknowledged;

private:
    lampjack::testing::TemporaryFolder folder_;
};

TEST_F(SqliteTorture, killed_writers_lose_nothing) {
    torture(
        [&](std::uint32_t id) {
            const auto store = open("sqlite:" + path());
            if (!store) return 1;
            for (std::uint32_t number = 0;; ++number) {
                if (!commit_change(**store, {id, number})) return 2;
                said.say({id, number});
            }
        },
        kills());
    ASSERT_GE(acknowledged.size(), static_cast<std::size_t>(kills()));
    const Damage damage = inspect(path(), acknowledged);
    EXPECT_TRUE(damage.none()) << damage;
    RecordProperty("acknowledged", static_cast<int>(acknowledged.size()));
    RecordProperty("kills", kills());
}

TEST_F(SqliteTorture, control_a_writer_that_acknowledges_before_its_commit_loses) {
    torture(
        [&](std::uint32_t id) {
            const auto store = open("sqlite:" + path());
            if (!store) return 1;
            for (std::uint32_t number = 0;; ++number) {
                said.say({id, number});
                if (!commit_change(**store, {id, number})) return 2;
            }
        },
        50);
    const Damage damage = inspect(path(), acknowledged);
    RecordProperty("lost", static_cast<int>(damage.lost));
    EXPECT_GT(damage.lost, 0U) << "the harness sees no loss: it proves nothing";
    EXPECT_EQ(damage.integrity, "ok");
}

constexpr std::uint32_t kChanges = 60;

/// As Python's sqlite3 module does: the same library, a handle of its own.
void read_with_sqlite(const std::string& path) {
    sqlite3* handle = nullptr;
    if (sqlite3_open(path.c_str(), &handle) == SQLITE_OK) {
        sqlite3_busy_timeout(handle, 20'000);
        sqlite3_exec(handle, "SELECT count(*) FROM item", nullptr, nullptr, nullptr);
    }
    sqlite3_close(handle);
}

/// As a copy of the file does. Its close() makes the system drop every lock this process has on the file.
void read_as_a_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    file.get();
}

TEST_F(SqliteTorture, a_host_that_reads_the_file_in_the_same_process_costs_nothing) {
    for (int round = 0; round < 2 * support::from_environment("LJK_HOST_ROUNDS", 1); ++round) {
        const auto host = round % 2 == 0 ? read_with_sqlite : read_as_a_file;
        acknowledged.clear();
        const std::string file = path() + std::to_string(round);
        run([&](std::uint32_t id) {
            const auto store = open("sqlite:" + file);
            if (!store) return 1;
            for (std::uint32_t number = 0; number < kChanges; ++number) {
                // Right before the commit, where a dropped lock does most harm.
                if (!commit_change(**store, {id, number}, [&] { host(file); })) return 2;
                said.say({id, number});
            }
            return 0;
        });
        EXPECT_EQ(acknowledged.size(), kProcesses * kChanges);
        const Damage damage = inspect(file, acknowledged);
        EXPECT_TRUE(damage.none()) << damage;
    }
}

/// Lets a process wait until another one says go.
class Signal {
public:
    void give() const { said_.say({}); }
    void wait() const {
        std::vector<Change> heard;
        said_.collect(heard, 1);
    }

private:
    Acknowledgements said_;
};

// The same steps twice: a transaction is open, the host closes the file, another process commits, the first one commits.

TEST_F(SqliteTorture, another_process_waits_although_the_host_closed_the_file) {
    const Signal go;
    Process other([&] {
        go.wait();
        const auto store = open("sqlite:" + path());
        return store && commit_change(**store, {2, 0}) ? 0 : 1;
    });
    {
        const auto store = open("sqlite:" + path());
        ASSERT_TRUE(store);
        ASSERT_TRUE(commit_change(**store, {1, 0}, [&] {
            read_as_a_file(path());
            go.give();
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
        }));
        EXPECT_EQ(other.wait(), 0);
    }
    const Damage damage = inspect(path(), {{1, 0}, {2, 0}});
    EXPECT_TRUE(damage.none()) << damage;
}

int run_plainly(sqlite3* handle, const char* sql) {
    return sqlite3_exec(handle, sql, nullptr, nullptr, nullptr);
}

sqlite3* open_plainly(const std::string& path) {
    sqlite3* handle = nullptr;
    sqlite3_open(path.c_str(), &handle);
    sqlite3_busy_timeout(handle, 20'000);
    run_plainly(handle, "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=EXTRA;");
    return handle;
}

TEST_F(SqliteTorture, control_plain_sqlite_loses_when_the_host_closed_the_file) {
    const Signal go;
    Process other([&] {
        go.wait();
        sqlite3* handle = open_plainly(path());
        const int done = run_plainly(handle, "BEGIN IMMEDIATE; INSERT INTO line VALUES ('b'); "
                                             "COMMIT");
        sqlite3_close(handle);
        return done;
    });
    sqlite3* handle = open_plainly(path());
    run_plainly(handle, "CREATE TABLE line (text TEXT)");
    ASSERT_EQ(run_plainly(handle, "BEGIN IMMEDIATE; INSERT INTO line VALUES ('a')"), SQLITE_OK);
    read_as_a_file(path());
    go.give();
    EXPECT_EQ(other.wait(), SQLITE_OK) << "it was told that its row is stored";
    const bool committed = run_plainly(handle, "COMMIT") == SQLITE_OK;
    sqlite3_close(handle);
    std::size_t stored = 0;
    const auto count = [](void* to, int, char** values, char**) {
        *static_cast<std::size_t*>(to) = std::strtoull(values[0], nullptr, 10);
        return 0;
    };
    handle = open_plainly(path());
    const int read = sqlite3_exec(handle, "SELECT count(*) FROM line", count, &stored, nullptr);
    sqlite3_close(handle);
    EXPECT_TRUE(read != SQLITE_OK || stored < (committed ? 2U : 1U))
        << "nothing was lost: the test above proves nothing";
}

}  // namespace
}  // namespace lampjack::store::testing
