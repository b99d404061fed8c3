// Somebody moves the file away, deletes it or puts another one in its place while it is in use, as for a restore: nothing is
// acknowledged that is not in the file of that name.

#include "store/contract/store_contract.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/writers.h"
#include "support/temporary_folder.h"

#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

namespace lampjack::store::testing {
namespace {

using sqlite::Journal;

class SqliteMoved : public ::testing::TestWithParam<Journal> {
protected:
    std::string path() const { return folder_.path("store.db"); }
    std::unique_ptr<Store> open() const { return must(sqlite::open(path(), GetParam())); }

    lampjack::testing::TemporaryFolder folder_;
};
INSTANTIATE_TEST_SUITE_P(Journals, SqliteMoved, ::testing::Values(Journal::rollback, Journal::wal));

TEST_P(SqliteMoved, a_file_that_is_gone_takes_nothing_more) {
    const auto store = open();
    ASSERT_TRUE(commit_change(*store, {1, 0}));
    for (const char* file : {"store.db", "store.db-wal", "store.db-shm", "store.db-journal"})
        std::filesystem::remove(folder_.path(file));
    for (std::uint32_t number = 1; number < 4; ++number) {
        const auto changed = commit_change(*store, {1, number});
        ASSERT_FALSE(changed) << "it was written to a file that nobody will find";
        EXPECT_EQ(changed.error().code, Code::store) << changed.error().message;
    }
}

TEST_P(SqliteMoved, a_change_that_was_begun_before_is_refused) {
    const auto store = open();
    ASSERT_TRUE(commit_change(*store, {1, 0}));
    const auto changed = commit_change(
        *store, {1, 1}, [&] { std::filesystem::rename(path(), folder_.path("away.db")); });
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().code, Code::store) << changed.error().message;
    std::filesystem::rename(folder_.path("away.db"), path());
    EXPECT_TRUE(commit_change(*store, {1, 2})) << "the control: it is back";
}

/// The lock's file may be deleted with the rest: all who come then use the new one.
TEST_P(SqliteMoved, a_lock_that_is_gone_is_replaced_for_all) {
    const auto store = open();
    ASSERT_TRUE(commit_change(*store, {1, 0}));
    std::filesystem::remove(folder_.path("store.db-lock"));
    ASSERT_TRUE(commit_change(*store, {1, 1}));
    ASSERT_TRUE(std::filesystem::exists(folder_.path("store.db-lock")));
    const int file = ::open(folder_.path("store.db-lock").c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_GE(file, 0);
    const auto is_free = [file] {
        struct flock range {};
        range.l_type = F_WRLCK;
        EXPECT_EQ(::fcntl(file, F_OFD_GETLK, &range), 0);
        return range.l_type == F_UNLCK;
    };
    EXPECT_TRUE(is_free()) << "the control";
    ASSERT_TRUE(commit_change(*store, {1, 2}, [&] { EXPECT_FALSE(is_free()); }));
    ::close(file);
}

TEST_P(SqliteMoved, another_file_in_its_place_is_the_store_from_then_on) {
    must(sqlite::open(folder_.path("backup.db"), Journal::rollback))->close();  // whole in one file
    const auto store = open();
    ASSERT_TRUE(commit_change(*store, {1, 0}));
    std::filesystem::rename(folder_.path("backup.db"), path());
    for (const char* file : {"store.db-wal", "store.db-shm", "store.db-journal"})
        std::filesystem::remove(folder_.path(file));
    std::vector<Change> acknowledged;
    for (std::uint32_t number = 1; number < 6; ++number)
        if (commit_change(*store, {1, number})) acknowledged.push_back({1, number});
    store->close();
    EXPECT_GE(acknowledged.size(), 3U) << "it works again by itself";
    const Damage damage = inspect(path(), acknowledged);
    EXPECT_EQ(damage.lost, 0U) << damage;
}

}  // namespace
}  // namespace lampjack::store::testing
