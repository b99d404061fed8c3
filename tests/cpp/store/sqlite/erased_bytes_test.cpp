// What was erased is in no file of the store: not in the database, its write-ahead log or its rollback journal.

#include "other_reader.h"
#include "store/contract/store_contract.h"
#include "store/sqlite/sqlite_store.h"
#include "support/temporary_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

namespace lampjack::store::testing {
namespace {

using sqlite::Journal;
using std::chrono::milliseconds;

const std::string kWords = "the words of a person who asks to be forgotten";
const std::string kAnswer = "what an agent answered that person";

class SqliteErasedBytes : public ::testing::TestWithParam<Journal> {
protected:
    void SetUp() override { store_ = must(sqlite::open(path(), GetParam())); }
    std::string path() const { return folder_.path("store.db"); }
    Store& store() { return *store_; }
    bool is_wal() const { return GetParam() == Journal::wal; }

    /// Some lines of one person, long ones as well, between those of others.
    void talk() {
        for (int i = 0; i < 20; ++i) {
            say("u1", kWords + std::string(i % 5 == 0 ? 20'000 : 10, '.'));
            say("u2", "somebody else");
        }
    }
    void erase() {
        Edit edit(store(), ref_of("u1"));
        must(edit.tx().erase(edit.row().key));
        edit.commit();
    }
    /// The files that hold one of the texts.
    std::string files_with(const std::string& text) const {
        std::string found;
        for (const char* end : {"", "-wal", "-journal"}) {
            std::ifstream file(path() + end, std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(file), {}};
            if (bytes.find(text) != std::string::npos) found += std::string("db") + end + " ";
        }
        return found;
    }

private:
    void say(const std::string& id, const std::string& text) {
        Edit edit(store(), ref_of(id));
        ItemRow item;
        item.seq = edit.row().next_seq++;
        item.kind = "message";
        item.body = R"({"text":")" + text + R"("})";
        must(edit.tx().append(edit.row().key, item, {}));
        OutboxRow row = edit.send();
        row.content = R"({"text":")" + (id == "u1" ? kAnswer : text) + R"("})";
        must(edit.tx().record(edit.row().key, row, 0));
        edit.row().user = R"({"role":"user","first_name":")" + (id == "u1" ? kWords : id) + R"("})";
        edit.finish();
    }

    lampjack::testing::TemporaryFolder folder_;
    std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Journals, SqliteErasedBytes,
                         ::testing::Values(Journal::wal, Journal::rollback), [](const auto& one) {
                             return one.param == Journal::wal ? "wal" : "rollback";
                         });

TEST_P(SqliteErasedBytes, are_in_no_file_once_the_log_is_emptied) {
    talk();
    EXPECT_NE(files_with(kWords), "") << "the control: it was written";
    EXPECT_NE(files_with(kAnswer), "");
    erase();
    if (is_wal()) {
        EXPECT_NE(files_with(kWords).find("db-wal"), std::string::npos)
            << "the control: without emptying, the log has it";
    }
    EXPECT_EQ(must(store().empty_log(milliseconds(0))), LogState::empty);
    EXPECT_EQ(files_with(kWords), "");
    EXPECT_EQ(files_with(kAnswer), "");
    EXPECT_NE(files_with("somebody else"), "") << "the control: the others' lines are there";
    EXPECT_EQ(must(store().items(key_of(ref_of("u2")), 0, 100)).size(), 20U);
}

TEST_P(SqliteErasedBytes, stay_in_the_log_while_somebody_reads_and_the_answer_says_so) {
    talk();
    {
        std::unique_ptr<test::OtherReader>
            reader;  // with a rollback journal, writers would wait for it
        if (is_wal()) reader = std::make_unique<test::OtherReader>(path());
        erase();
        const LogState state = must(store().empty_log(milliseconds(60)));
        EXPECT_EQ(state, is_wal() ? LogState::held : LogState::empty);
        EXPECT_EQ(files_with(kWords).empty(), !is_wal()) << "the control";
        Edit edit(store(), ref_of("u3"));
        edit.finish();  // nobody waits for that reader
    }
    EXPECT_EQ(must(store().empty_log(milliseconds(0))), LogState::empty);
    EXPECT_EQ(files_with(kWords), "");
    EXPECT_EQ(files_with(kAnswer), "");
}

TEST_P(SqliteErasedBytes, a_log_is_emptied_between_transactions_alone) {
    talk();
    erase();
    auto open = std::make_unique<Edit>(store(), ref_of("u4"));
    open->put();
    open.reset();  // rolled back
    EXPECT_EQ(must(store().empty_log(milliseconds(0))), LogState::empty);
    EXPECT_EQ(must(store().empty_log(milliseconds(0))), LogState::empty) << "twice is no error";
    store().close();
    EXPECT_EQ(code_of(store().empty_log(milliseconds(0))), is_wal() ? Code::closed : Code::ok);
}

}  // namespace
}  // namespace lampjack::store::testing
