// A process that forks: parent and child both go on with the same store object, and share nothing underneath.

#include "store/contract/store_contract.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/writers.h"
#include "support/temporary_folder.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lampjack::store::testing {
namespace {

class SqliteFork : public ::testing::TestWithParam<sqlite::Journal> {
protected:
    void SetUp() override {
        store_ = must(sqlite::open(path(), GetParam()));
        ASSERT_TRUE(store_);
    }
    std::string path() const { return folder_.path("store.db"); }
    /// How many of this process's descriptors belong to the store's files.
    std::size_t open_files() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
            std::error_code ignored;
            const auto target = std::filesystem::read_symlink(entry.path(), ignored);
            count += target.string().starts_with(path()) ? 1U : 0U;
        }
        return count;
    }

    lampjack::testing::TemporaryFolder folder_;
    std::unique_ptr<Store> store_;
    Acknowledgements said_;
    std::vector<Change> acknowledged_;
};
INSTANTIATE_TEST_SUITE_P(Journals, SqliteFork,
                         ::testing::Values(sqlite::Journal::rollback, sqlite::Journal::wal));

TEST_P(SqliteFork, a_child_inherits_no_open_file) {
    must(commit_change(*store_, {0, 0}));
    ASSERT_GT(open_files(), 0U) << "the count sees nothing: it proves nothing";
    Process child([&] { return static_cast<int>(open_files()); });
    EXPECT_EQ(child.wait(), 0);
    must(commit_change(*store_, {0, 1}));
}

TEST_P(SqliteFork, parent_and_children_write_side_by_side) {
#if defined(__SANITIZE_THREAD__)
    GTEST_SKIP()
        << "the thread sanitizer ends children of several threads that start one of their own";
#elif defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "a child of several threads inherits the address sanitizer's allocator locked";
#endif
    constexpr std::uint32_t kChildren = 6, kEach = 15;
    std::atomic<bool> stop = false;
    std::uint32_t own = 0;
    std::thread parent([&] {
        for (; !stop || own < kEach; ++own) {
            if (!commit_change(*store_, {0, own})) return;
            said_.say({0, own});
        }
    });
    std::vector<Process> children;
    for (std::uint32_t id = 1; id <= kChildren; ++id)
        children.emplace_back([&, id] {
            for (std::uint32_t number = 0; number < kEach; ++number) {
                if (!commit_change(*store_, {id, number})) return 1;
                said_.say({id, number});
            }
            return 0;
        });
    for (Process& child : children) EXPECT_EQ(child.wait(), 0);
    stop = true;
    parent.join();
    said_.collect(acknowledged_, 0);
    EXPECT_EQ(acknowledged_.size(), own + kChildren * kEach);
    store_->close();
    const Damage damage = inspect(path(), acknowledged_);
    EXPECT_TRUE(damage.none()) << damage;
}

TEST_P(SqliteFork, a_transaction_stays_with_the_parent) {
    must(commit_change(*store_, {0, 0}));
    {
        Edit edit(*store_, ref_of("u9"));
        edit.say("message");
        edit.put();
        Process child([&] {
            ConversationRow row;
            const auto locked = edit.tx().lock(key_of("x"), row);
            if (locked || locked.error().code != Code::store) return 1;
            if (edit.tx().commit()) return 2;
            return 0;
        });
        EXPECT_EQ(child.wait(), 0);
        edit.commit();
    }
    EXPECT_EQ(must(store_->items(key_of(ref_of("u9")), 0, 9)).size(), 1U);
    must(commit_change(*store_, {0, 1}));
}

TEST_P(SqliteFork, a_child_made_without_the_handlers_notices_it_itself) {
    must(commit_change(*store_, {0, 0}));
    const long child = ::syscall(SYS_fork);
    if (child == 0) ::_exit(commit_change(*store_, {1, 0}) ? 0 : 1);
    ASSERT_GT(child, 0);
    int status = 0;
    ASSERT_EQ(::waitpid(static_cast<pid_t>(child), &status, 0), child);
    EXPECT_EQ(status, 0);
    must(commit_change(*store_, {0, 1}));
    store_->close();
    const Damage damage = inspect(path(), {{0, 0}, {1, 0}, {0, 1}});
    EXPECT_TRUE(damage.none()) << damage;
}

}  // namespace
}  // namespace lampjack::store::testing
