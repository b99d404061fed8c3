// Which files a SQLite store opens, and what it says about the others.

#include "store/sqlite/file_check.h"
#include "store/sqlite/sqlite_store.h"
#include "support/temporary_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lampjack::store {
namespace {

using sqlite::Journal;
using sqlite::journal_for;

class SqliteOpening : public ::testing::Test {
protected:
    std::string path(const std::string& name = "store.db") const { return folder_.path(name); }
    std::string url() const { return "sqlite:" + path(); }

    /// Why it is refused: one line of Code::config.
    std::string refusal(const std::string& where) {
        const auto opened = open(where);
        if (opened) return "it was opened";
        EXPECT_EQ(opened.error().code, Code::config) << opened.error().message;
        EXPECT_EQ(opened.error().message.find('\n'), std::string::npos);
        return opened.error().message;
    }
    void run(const std::string& sql) {
        sqlite3* handle = nullptr;
        ASSERT_EQ(sqlite3_open(path().c_str(), &handle), SQLITE_OK);
        char* error = nullptr;
        EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK)
            << (error != nullptr ? error : "");
        sqlite3_free(error);
        sqlite3_close(handle);
    }
    std::string answer(const std::string& sql) {
        sqlite3* handle = nullptr;
        EXPECT_EQ(sqlite3_open(path().c_str(), &handle), SQLITE_OK);
        std::string text;
        const auto keep = [](void* to, int, char** values, char**) {
            *static_cast<std::string*>(to) = values[0] != nullptr ? values[0] : "";
            return 0;
        };
        EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), keep, &text, nullptr), SQLITE_OK);
        sqlite3_close(handle);
        return text;
    }
    void write(const std::string& bytes) { std::ofstream(path(), std::ios::binary) << bytes; }

private:
    testing::TemporaryFolder folder_;
};

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(SqliteJournal, is_the_write_ahead_log_only_where_that_is_sound) {
    for (const int bad :
         {3'037'000, 3'040'001, 3'044'005, 3'045'000, 3'050'006, 3'051'000, 3'051'002, 3'052'000})
        EXPECT_EQ(journal_for(bad), Journal::rollback) << bad;
    for (const int good :
         {3'044'006, 3'044'009, 3'050'007, 3'051'003, 3'051'004, 3'053'000, 3'053'002, 4'000'000})
        EXPECT_EQ(journal_for(good), Journal::wal) << good;
}

TEST_F(SqliteOpening, makes_a_file_that_only_its_owner_reads) {
    ::umask(0);
    ASSERT_TRUE(open(url()));
    struct stat found {};
    for (const char* name : {"store.db", "store.db-lock"}) {
        ASSERT_EQ(::stat(path(name).c_str(), &found), 0) << name;
        EXPECT_EQ(found.st_mode & 0777U, 0600U) << name;
    }
}

TEST_F(SqliteOpening, refuses_links_that_lead_nowhere_or_in_a_circle) {
    std::filesystem::create_symlink(path("none.db"), path("dangling.db"));
    std::filesystem::create_symlink(path("self.db"), path("self.db"));
    std::filesystem::create_symlink(path("b.db"), path("a.db"));
    std::filesystem::create_symlink(path("a.db"), path("b.db"));
    for (const char* name : {"dangling.db", "self.db", "a.db"}) {
        EXPECT_TRUE(says(refusal("sqlite:" + path(name)), "symbolic link")) << name;
        EXPECT_EQ(migrate("sqlite:" + path(name), true).error().code, Code::config) << name;
    }
    EXPECT_FALSE(std::filesystem::exists(path("none.db"))) << "nobody meant that place";
    ASSERT_TRUE(open(url()));
    std::filesystem::create_symlink(path(), path("good.db"));
    EXPECT_TRUE(open("sqlite:" + path("good.db"))) << "the control";
}

TEST_F(SqliteOpening, warns_of_a_file_that_others_may_read_or_write) {
    const auto store = open(url());
    ASSERT_TRUE(store);
    EXPECT_EQ((*store)->warning(), "");
    for (const auto& [mode, may] : {std::pair{0644U, "read it"}, std::pair{0640U, "read it"},
                                    std::pair{0666U, "write it"}, std::pair{0620U, "write it"}}) {
        ASSERT_EQ(::chmod(path().c_str(), mode), 0);
        EXPECT_TRUE(says((*store)->warning(), may)) << mode;
        EXPECT_TRUE(says((*store)->warning(), "chmod 600")) << mode;
        EXPECT_FALSE(says((*store)->warning(), path())) << "the log needs no path";
    }
    ASSERT_EQ(::chmod(path().c_str(), 0600), 0);
    EXPECT_EQ((*store)->warning(), "");
}

TEST_F(SqliteOpening, uses_the_journal_this_library_may_be_trusted_with) {
    const auto store = open(url());
    ASSERT_TRUE(store);
    const bool wal = sqlite::journal_in_use() == Journal::wal;
    EXPECT_EQ(answer("PRAGMA journal_mode"), wal ? "wal" : "delete")
        << "the rollback journals differ "
           "by connection only";
}

TEST_F(SqliteOpening, goes_back_from_a_write_ahead_log) {
    { ASSERT_TRUE(sqlite::open(path(), Journal::wal)); }
    EXPECT_EQ(answer("PRAGMA journal_mode"), "wal");
    { ASSERT_TRUE(sqlite::open(path(), Journal::rollback)); }
    EXPECT_EQ(answer("PRAGMA journal_mode"), "delete");
}

TEST_F(SqliteOpening, opens_an_empty_file_and_the_same_file_twice) {
    write("");
    const auto first = open(url());
    ASSERT_TRUE(first);
    ASSERT_TRUE((*first)->put_meta("a", "1"));
    const auto second = open(url());
    ASSERT_TRUE(second);
    EXPECT_EQ(*(*second)->meta("a"), "1");
}

TEST_F(SqliteOpening, refuses_a_missing_path_and_a_missing_folder) {
    EXPECT_TRUE(says(refusal("sqlite:"), "write sqlite:PATH"));
    EXPECT_TRUE(says(refusal("sqlite:" + path("none/store.db")), "create it"));
    EXPECT_TRUE(says(refusal("sqlite:" + std::filesystem::path(path()).parent_path().string()),
                     "not a file"));
}

TEST_F(SqliteOpening, names_itself_among_the_known_stores) {
    EXPECT_TRUE(says(refusal("mysql:x"), "sqlite:PATH"));
    EXPECT_TRUE(says(refusal(""), "sqlite:PATH"));
}

TEST_F(SqliteOpening, refuses_what_is_no_database) {
    write(std::string(8192, 'x'));
    EXPECT_TRUE(says(refusal(url()), "not a database"));
}

TEST_F(SqliteOpening, refuses_a_damaged_file) {
    {
        const auto store = open(url());
        ASSERT_TRUE(store);
    }
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100);  // the first page's tree: the header stays
    file << std::string(3000, '\xEE');
    file.close();
    EXPECT_TRUE(says(refusal(url()), "backup"));
}

TEST_F(SqliteOpening, refuses_a_read_only_file) {
    ASSERT_TRUE(open(url()));
    ASSERT_EQ(::chmod(path().c_str(), 0400), 0);
    EXPECT_TRUE(says(refusal(url()), "chmod 600"));
}

TEST_F(SqliteOpening, refuses_a_file_of_somebody_else) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root may give a file away";
    ASSERT_TRUE(open(url()));
    ASSERT_EQ(::chown(path().c_str(), 65534, 65534), 0);
    EXPECT_TRUE(says(refusal(url()), "another user"));
}

TEST(SqliteFileSystem, knows_network_file_systems_by_their_type) {
    EXPECT_EQ(sqlite::network_file_system(0x6969), "nfs");
    EXPECT_EQ(sqlite::network_file_system(0xFF534D42), "cifs");
    EXPECT_EQ(sqlite::network_file_system(0xEF53), "") << "ext4";
    EXPECT_EQ(sqlite::network_file_system(0x01021994), "") << "tmpfs";
}

TEST_F(SqliteOpening, refuses_the_file_of_another_program) {
    run("CREATE TABLE cats (name TEXT)");
    EXPECT_TRUE(says(refusal(url()), "another program"));
    EXPECT_EQ(answer("SELECT count(*) FROM sqlite_schema"), "1") << "and leaves it as it was";
}

TEST_F(SqliteOpening, refuses_a_newer_schema_and_says_what_to_do) {
    ASSERT_TRUE(open(url()));
    run("UPDATE lampjack_meta SET value = 3");
    EXPECT_TRUE(says(refusal(url()), "newer release"));
    EXPECT_EQ(migrate(url()).error().code, Code::config);
    EXPECT_EQ(answer("SELECT value FROM lampjack_meta WHERE name = 'version'"), "3");
}

TEST_F(SqliteOpening, opens_a_newer_schema_that_says_it_may) {
    ASSERT_TRUE(open(url()));
    run("UPDATE lampjack_meta SET value = 3 WHERE name = 'version'");
    EXPECT_TRUE(open(url()));
}

TEST_F(SqliteOpening, leaves_an_older_schema_to_migrate) {
    run("CREATE TABLE lampjack_meta (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) "
        "STRICT;"
        "INSERT INTO lampjack_meta VALUES ('version', 0), ('readable_by', 0)");
    EXPECT_TRUE(says(refusal(url()), "lampjack migrate"));
    EXPECT_EQ(answer("SELECT count(*) FROM sqlite_schema WHERE type = 'table'"), "1");
    ASSERT_TRUE(migrate(url()));
    EXPECT_EQ(answer("SELECT value FROM lampjack_meta WHERE name = 'version'"), "2");
    const auto store = open(url());
    ASSERT_TRUE(store);
    EXPECT_TRUE((*store)->put_meta("a", "b"));
    EXPECT_TRUE(migrate(url())) << "again does no harm";
}

TEST_F(SqliteOpening, a_migration_makes_no_store_unless_it_is_asked_to) {
    const auto refused = migrate(url());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::config);
    EXPECT_TRUE(says(refused.error().message, "--create"));
    EXPECT_FALSE(std::filesystem::exists(path()));
    EXPECT_TRUE(migrate(url(), true));
    EXPECT_TRUE(migrate(url()));
    EXPECT_TRUE(open(url()));
}

TEST_F(SqliteOpening, says_when_another_program_holds_the_file) {
    ASSERT_TRUE(open(url()));
    const auto store = open(url());
    ASSERT_TRUE(store);
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
    const auto busy = (*store)->put_meta("a", "b");
    ASSERT_FALSE(busy);
    EXPECT_EQ(busy.error().code, Code::store);
    sqlite3_close(other);
    EXPECT_TRUE((*store)->put_meta("a", "b"));
}

}  // namespace
}  // namespace lampjack::store
