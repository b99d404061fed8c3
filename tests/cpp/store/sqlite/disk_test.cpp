// A full disk: what was acknowledged stays, the rest is refused as a whole, and it works again by itself.

#include "store/contract/store_contract.h"
#include "store/sqlite/sqlite_store.h"
#include "support/temporary_folder.h"

#include <csignal>

#include <sys/resource.h>

namespace lampjack::store {
namespace {

using sqlite::Journal;
using testing::Edit;
using testing::must;

/// Files of this process may not grow beyond a size while this lives: to SQLite the disk is full.
class FullDisk {
public:
    explicit FullDisk(rlim_t size) {
        before_signal_ = std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit now = before_;
        now.rlim_cur = size;
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, before_signal_);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    rlimit before_{};
    void (*before_signal_)(int) = nullptr;
};

class SqliteDisk : public ::testing::TestWithParam<Journal> {
protected:
    void SetUp() override {
        auto opened = sqlite::open(folder_.path("store.db"), GetParam());
        ASSERT_TRUE(opened);
        store_ = std::move(*opened);
    }
    /// One change; the error of the first call that failed.
    Result<void> change(int number) {
        const std::string ref = testing::ref_of("u" + std::to_string(number));
        LJK_TRY(tx, store_->begin());
        ConversationRow row;
        row.key = key_of(ref);
        LJK_TRY(existed, tx->lock(row.key, row));
        static_cast<void>(existed);
        row.key = key_of(ref);
        row.ref = ref;
        row.account = "shop";
        row.state.epoch = 1;
        ItemRow item;
        item.seq = row.next_seq++;
        item.body = std::string(3000, 'x');
        const std::vector keys{testing::item_key(ref)};
        LJK_CHECK(tx->append(row.key, item, keys));
        LJK_CHECK(tx->put(row));
        return tx->commit();
    }

    lampjack::testing::TemporaryFolder folder_;
    std::unique_ptr<Store> store_;
};
INSTANTIATE_TEST_SUITE_P(Journals, SqliteDisk, ::testing::Values(Journal::rollback, Journal::wal));

TEST_P(SqliteDisk, keeps_what_it_acknowledged_and_goes_on_when_there_is_room_again) {
    int acknowledged = 0;
    {
        const FullDisk full(400'000);
        int failures = 0;
        while (failures < 5 && acknowledged < 1000) {
            const Result<void> changed = change(acknowledged);
            if (changed) {
                ++acknowledged;
                continue;
            }
            ++failures;
            EXPECT_EQ(changed.error().code, Code::store) << changed.error().message;
        }
        ASSERT_EQ(failures, 5) << "the disk never got full: the test proves nothing";
        EXPECT_EQ(must(store_->conversations("", 5000)).size(),
                  static_cast<std::size_t>(acknowledged));
    }
    ASSERT_GT(acknowledged, 5);
    for (int more = 0; more < 10; ++more) {
        const Result<void> changed = change(acknowledged);
        ASSERT_TRUE(changed) << changed.error().message;
        ++acknowledged;
    }
    store_->close();
    const auto again = must(sqlite::open(folder_.path("store.db"), GetParam()));
    ASSERT_TRUE(again);
    for (int i = 0; i < acknowledged; ++i) {
        const auto items =
            must(again->items(key_of(testing::ref_of("u" + std::to_string(i))), 0, 5));
        ASSERT_EQ(items.size(), 1U) << i;
    }
    EXPECT_EQ(must(again->conversations("", 5000)).size(), static_cast<std::size_t>(acknowledged));
}

TEST_P(SqliteDisk, a_failed_change_does_not_take_its_group_along) {
    ASSERT_TRUE(change(0));
    auto tx = must(store_->begin());
    ConversationRow row;
    row.key = key_of("shop:live:small");
    row.ref = "shop:live:small";
    row.account = "shop";
    row.state.epoch = 1;
    must(tx->put(row));
    must(tx->savepoint());
    ItemRow item;
    item.seq = 1;
    must(tx->append(row.key, item, {}));
    const Result<void> twice = tx->append(row.key, item, {});  // a statement that fails
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code, Code::store);
    must(tx->rollback_to_savepoint());
    must(tx->commit());
    tx.reset();
    EXPECT_TRUE(must(store_->items(row.key, 0, 10)).empty());
}

}  // namespace
}  // namespace lampjack::store
