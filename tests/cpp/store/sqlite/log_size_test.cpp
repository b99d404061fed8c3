// A write-ahead log that somebody keeps from being emptied grows until the disk is full: the store says so at 64 MiB. (Where
// the system's SQLite has the WAL-reset bug no store uses that journal; here the test asks for it.)

#include "other_reader.h"
#include "store/sqlite/sqlite_store.h"
#include "support/temporary_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace lampjack::store {
namespace {

using sqlite::Journal;

constexpr std::uintmax_t kMiB = 1 << 20;

class SqliteLogSize : public ::testing::Test {
protected:
    std::unique_ptr<Store> open(Journal journal) const {
        auto opened = sqlite::open(path(), journal);
        EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
        return std::move(*opened);
    }
    std::string path() const { return folder_.path("store.db"); }
    std::uintmax_t log_bytes() const { return std::filesystem::file_size(path() + "-wal"); }

private:
    testing::TemporaryFolder folder_;
};

TEST_F(SqliteLogSize, is_warned_of_while_a_reader_keeps_it_from_being_emptied) {
    const auto store = open(Journal::wal);
    const std::string value(4 * kMiB, 'x');
    const auto write = [&](int from, int to) {
        for (int i = from; i < to; ++i)
            ASSERT_TRUE(store->put_meta("a" + std::to_string(i), value));
    };
    write(0, 1);
    EXPECT_EQ(store->warning(), "");
    {
        const test::OtherReader reader(path());
        write(1, 18);
        EXPECT_GT(log_bytes(), 64 * kMiB);
        const std::string warning = store->warning();
        EXPECT_NE(warning.find("write-ahead log has 6"), std::string::npos) << warning;
        EXPECT_EQ(warning.find('\n'), std::string::npos);
    }
    write(18, 20);
    EXPECT_LE(log_bytes(), 64 * kMiB) << "the control: without a reader it is emptied and cut";
    EXPECT_EQ(store->warning(), "");
}

TEST_F(SqliteLogSize, is_a_matter_of_the_write_ahead_log_alone) {
    for (const Journal journal : {Journal::wal, Journal::rollback}) {
        const auto store = open(journal);
        ASSERT_TRUE(store->put_meta("a", "1"));
        std::ofstream(path() + "-wal", std::ios::app).flush();
        std::filesystem::resize_file(path() + "-wal", 64 * kMiB);
        EXPECT_EQ(store->warning(), "");
        std::filesystem::resize_file(path() + "-wal", 64 * kMiB + 1);
        EXPECT_EQ(store->warning().empty(), journal == Journal::rollback);
        store->close();
    }
}

}  // namespace
}  // namespace lampjack::store
