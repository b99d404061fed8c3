// A backup holds what was committed when it began, and nothing by halves.

#include "store/backup.h"

#include "store/contract/store_contract.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/writers.h"
#include "support/temporary_folder.h"

#include <sys/stat.h>

namespace lampjack::store::testing {
namespace {

TEST(SqliteBackup, holds_all_that_was_committed_while_others_go_on_writing) {
    const lampjack::testing::TemporaryFolder folder;
    const std::string path = folder.path("store.db"), copy = folder.path("copy.db");
    const Acknowledgements said;
    std::vector<Change> before;
    Process writer([&] {
        const auto store = open("sqlite:" + path);
        if (!store) return 1;
        for (std::uint32_t number = 0;; ++number) {
            if (!commit_change(**store, {0, number})) return 2;
            said.say({0, number});
        }
    });
    said.collect(before, 30);
    must(backup("sqlite:" + path, copy));
    writer.kill();
    const Damage damage = inspect(copy, before);
    EXPECT_TRUE(damage.none()) << damage;
    struct stat found {};
    ASSERT_EQ(::stat(copy.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

TEST(SqliteBackup, leaves_the_store_to_those_who_write) {
    const lampjack::testing::TemporaryFolder folder;
    const std::string path = folder.path("store.db");
    const auto store = sqlite::open(path, sqlite::Journal::rollback, std::chrono::seconds(10));
    ASSERT_TRUE(store);
    must(backup("sqlite:" + path, folder.path("copy.db")));
    EXPECT_TRUE(commit_change(**store, {0, 0}));
}

TEST(SqliteBackup, replaces_nothing_and_says_what_other_stores_need) {
    const lampjack::testing::TemporaryFolder folder;
    const std::string path = folder.path("store.db");
    must(open("sqlite:" + path));
    EXPECT_EQ(code_of(backup("sqlite:" + path, path)), Code::config);
    EXPECT_EQ(code_of(backup("sqlite:" + folder.path("none.db"), folder.path("copy"))),
              Code::config);
    EXPECT_EQ(code_of(backup("memory:", folder.path("copy"))), Code::config);
    EXPECT_EQ(code_of(backup("postgresql://db", folder.path("copy"))), Code::config);
    const auto unknown = backup("postgres:db", folder.path("copy"));
    ASSERT_FALSE(unknown);
    EXPECT_NE(unknown.error().message.find("sqlite:PATH"), std::string::npos)
        << "the kinds of stores that open() knows: " << unknown.error().message;
}

}  // namespace
}  // namespace lampjack::store::testing
