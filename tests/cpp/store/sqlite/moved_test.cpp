// Somebody moves the file away, deletes it or puts another one in its place while it is in use, as for a restore: nothing is
// acknowledged that is not in the file of that name.

#include "store/contract/store_contract.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/writers.h"
#include "support/temporary_folder.h"

#include <filesystem>

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
