#pragma once
// Another program that began to read the file and does not end: what it may read must stay in the write-ahead log.

#include <gtest/gtest.h>

#include <string>

#include <sqlite3.h>

namespace lampjack::test {

class OtherReader {
public:
    explicit OtherReader(const std::string& path) {
        EXPECT_EQ(sqlite3_open(path.c_str(), &handle_), SQLITE_OK);
        EXPECT_EQ(
            sqlite3_exec(handle_, "BEGIN; SELECT count(*) FROM item", nullptr, nullptr, nullptr),
            SQLITE_OK);
    }
    ~OtherReader() { sqlite3_close(handle_); }
    OtherReader(const OtherReader&) = delete;
    OtherReader& operator=(const OtherReader&) = delete;

private:
    sqlite3* handle_ = nullptr;
};

}  // namespace lampjack::test
