// A process that was stopped while it held the store's lock: others get an error in time, and the store works again as
// soon as it goes on or is killed. The control waits plainly, and stands still.

#include "store/contract/store_contract.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/writers.h"
#include "support/temporary_folder.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include <fcntl.h>

namespace lampjack::store::testing {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShort{100};

std::size_t entries(const char* folder) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        static_cast<void>(entry);
        ++count;
    }
    return count;
}

/// Waits for the lock as the system offers it: without an end.
int wait_plainly(const std::string& path) {
    const int file = ::open((path + "-lock").c_str(), O_RDWR | O_CLOEXEC);
    struct flock all {};
    all.l_type = F_WRLCK;
    return ::fcntl(file, F_OFD_SETLKW, &all);
}

class SqliteStopped : public ::testing::TestWithParam<sqlite::Journal> {
protected:
    std::string path() const { return folder_.path("store.db"); }
    std::unique_ptr<Store> open(milliseconds patience) const {
        return must(sqlite::open(path(), GetParam(), patience));
    }
    /// A process inside a transaction, stopped there.
    Process stopped_writer() const {
        Process writer([&] {
            const auto store = sqlite::open(path(), GetParam());
            if (!store) return 1;
            return commit_change(**store, {9, 9}, Process::pause_here) ? 0 : 2;
        });
        EXPECT_TRUE(writer.wait_until_paused());
        return writer;
    }
    Code refusal(Store& store) const {
        const Result<void> changed = commit_change(store, {0, 0});
        return changed ? Code::ok : changed.error().code;
    }

private:
    lampjack::testing::TemporaryFolder folder_;
};
INSTANTIATE_TEST_SUITE_P(Journals, SqliteStopped,
                         ::testing::Values(sqlite::Journal::rollback, sqlite::Journal::wal));

TEST_P(SqliteStopped, others_are_refused_in_time_and_go_on_with_it) {
    const auto store = open(kShort);
    Process holder = stopped_writer();
    EXPECT_EQ(refusal(*store), Code::store);
    const std::size_t threads = entries("/proc/self/task"), files = entries("/proc/self/fd");
    for (int i = 0; i < 5; ++i) EXPECT_EQ(refusal(*store), Code::store);
    EXPECT_LE(entries("/proc/self/task"), threads + 1) << "who waits in vain leaves one behind";
    EXPECT_LE(entries("/proc/self/fd"), files + 1);
    EXPECT_FALSE(holder.has_ended());
    holder.go_on();
    EXPECT_EQ(holder.wait(), 0);
    must(commit_change(*store, {0, 1}));
    store->close();
    const Damage damage = inspect(path(), {{9, 9}, {0, 1}});
    EXPECT_TRUE(damage.none()) << damage;
}

TEST_P(SqliteStopped, a_kill_of_the_holder_frees_the_others) {
    const auto store = open(kShort);
    Process holder = stopped_writer();
    EXPECT_EQ(refusal(*store), Code::store);
    holder.kill();
    must(commit_change(*store, {0, 1}));
    store->close();
    const Damage damage = inspect(path(), {{0, 1}});
    EXPECT_TRUE(damage.none()) << damage;
}

TEST_P(SqliteStopped, a_turn_that_comes_too_late_is_passed_on) {
    const auto store = open(kShort);
    Process holder = stopped_writer();
    EXPECT_EQ(refusal(*store), Code::store);  // its place in the queue is still there
    holder.go_on();
    EXPECT_EQ(holder.wait(), 0);
    Process other([&] { return commit_change(*open(sqlite::Session::kPatience), {1, 0}) ? 0 : 1; });
    EXPECT_EQ(other.wait(), 0) << "although the first one does nothing";
    must(commit_change(*store, {0, 1}));
}

TEST_P(SqliteStopped, close_does_not_wait_for_it) {
    const auto store = open(sqlite::Session::kPatience);
    Process holder = stopped_writer();
    const std::size_t threads = entries("/proc/self/task");
    std::atomic<Code> seen = Code::ok;
    std::thread waiting([&] { seen = refusal(*store); });
    // Usually it waits by then, and has another thread stand in the queue for it; who comes later is refused as well.
    const auto enough = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    while (entries("/proc/self/task") < threads + 2 && std::chrono::steady_clock::now() < enough)
        std::this_thread::yield();
    store->close();
    waiting.join();
    EXPECT_EQ(seen, Code::closed);
    EXPECT_FALSE(holder.has_ended());
    EXPECT_EQ(refusal(*store), Code::closed);
    holder.go_on();
    EXPECT_EQ(holder.wait(), 0);
}

TEST_P(SqliteStopped, a_fork_while_somebody_waits_leaves_nothing_locked) {
    const auto store = open(kShort);
    Process holder = stopped_writer();
    EXPECT_EQ(refusal(*store), Code::store);
    Process child([&] {  // goes on when the holder does
        Code seen = Code::store;
        while (seen == Code::store) seen = refusal(*store);
        return seen == Code::ok ? 0 : 1;
    });
    EXPECT_EQ(refusal(*store), Code::store);
    holder.go_on();
    EXPECT_EQ(holder.wait(), 0);
    EXPECT_EQ(child.wait(), 0);
    must(commit_change(*store, {0, 1}));
}

TEST_P(SqliteStopped, control_who_waits_plainly_stands_still) {
    const auto store = open(kShort);
    Process holder = stopped_writer();
    Process plain([&] { return wait_plainly(path()); });
    for (int i = 0; i < 5; ++i) EXPECT_EQ(refusal(*store), Code::store);
    EXPECT_FALSE(plain.has_ended()) << "nothing stood in the way: the tests prove nothing";
    holder.go_on();
    EXPECT_EQ(plain.wait(), 0);
}

}  // namespace
}  // namespace lampjack::store::testing
