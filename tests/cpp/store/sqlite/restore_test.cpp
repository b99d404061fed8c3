// A restored store goes on where the backup was made, and what stands at its path is never overwritten.

#include "store/backup.h"

#include "store/contract/store_contract.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/writers.h"
#include "support/temporary_folder.h"

#include <filesystem>
#include <fstream>

namespace lampjack::store::testing {
namespace {

class SqliteRestore : public ::testing::Test {
protected:
    void SetUp() override {
        const auto store = must(open(url()));
        for (std::uint32_t number = 0; number < 5; ++number) {
            ASSERT_TRUE(commit_change(*store, {0, number}));
            before_.push_back({0, number});
        }
        must(backup(url(), copy()));
    }
    std::string path() const { return folder_.path("store.db"); }
    std::string url() const { return "sqlite:" + path(); }
    std::string copy() const { return folder_.path("copy.db"); }
    void destroy() const {
        for (const char* end : {"", "-wal", "-shm", "-journal", "-lock"})
            std::filesystem::remove(path() + end);
    }
    std::string refusal(const std::string& from) const {
        const auto restored = restore(from, url());
        return restored
                   ? "none"
                   : std::string(name_of(restored.error().code)) + ": " + restored.error().message;
    }

    lampjack::testing::TemporaryFolder folder_;
    std::vector<Change> before_;
};

TEST_F(SqliteRestore, brings_all_of_the_backup_back_and_the_store_goes_on) {
    destroy();
    must(restore(copy(), url()));
    EXPECT_TRUE(inspect(path(), before_).none());
    const auto store = must(open(url()));
    ASSERT_TRUE(commit_change(*store, {0, 5})) << "in its order: the numbers go on";
    before_.push_back({0, 5});
    EXPECT_TRUE(inspect(path(), before_).none());
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path("")))
        files += entry.path().filename().string().starts_with("copy.db") ? 1U : 0U;
    EXPECT_EQ(files, 1U) << "the backup stays, and nothing beside it";
}

TEST_F(SqliteRestore, overwrites_no_store_in_use_or_not) {
    const auto in_use = must(open(url()));
    EXPECT_EQ(refusal(copy()).find("config: restore: there is a file"), 0U) << refusal(copy());
    EXPECT_TRUE(commit_change(*in_use, {0, 5})) << "and the one that uses it goes on";
    in_use->close();
    EXPECT_EQ(refusal(copy()).find("config: restore: there is a file"), 0U) << refusal(copy());
}

TEST_F(SqliteRestore, names_the_file_that_is_wrong_and_its_path) {
    EXPECT_NE(refusal(copy()).find(path()), std::string::npos) << refusal(copy());
    destroy();
    const std::string wrong = folder_.path("none.db");
    EXPECT_EQ(refusal(wrong),
              "config: restore: the backup: there is no file at that path: " + wrong);
}

TEST_F(SqliteRestore, does_not_mix_with_the_journal_of_an_earlier_store) {
    destroy();
    for (const char* end : {"-wal", "-shm", "-journal"}) {
        std::ofstream(path() + end) << "left behind";
        EXPECT_NE(refusal(copy()).find(end), std::string::npos) << refusal(copy());
        EXPECT_FALSE(std::filesystem::exists(path()));
        std::filesystem::remove(path() + end);
    }
    EXPECT_EQ(refusal(copy()), "none") << "the control";
}

TEST_F(SqliteRestore, takes_no_copy_of_a_store_in_use_for_a_backup) {
    destroy();
    std::ofstream(copy() + "-wal") << "what was committed last";
    EXPECT_NE(refusal(copy()).find("make one with lampjack backup"), std::string::npos);
    std::filesystem::remove(copy() + "-wal");
    EXPECT_EQ(refusal(copy()), "none") << "the control";
}

TEST_F(SqliteRestore, refuses_what_is_no_backup_and_leaves_nothing) {
    destroy();
    const std::string other = folder_.path("other");
    std::ofstream(other) << "a shopping list";
    for (const std::string& from : {other, folder_.path("none")}) {
        EXPECT_NE(refusal(from), "none") << from;
        EXPECT_FALSE(std::filesystem::exists(path()));
    }
    std::filesystem::resize_file(copy(), std::filesystem::file_size(copy()) / 2);
    EXPECT_NE(refusal(copy()), "none") << "half of a backup";
    EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST(Restore, says_what_other_stores_need) {
    EXPECT_EQ(code_of(restore("copy.db", "memory:")), Code::config);
    const auto database = restore("copy.db", "postgresql://db");
    ASSERT_FALSE(database);
    EXPECT_NE(database.error().message.find("pg_restore"), std::string::npos);
}

}  // namespace
}  // namespace lampjack::store::testing
