// A look for what is due reads the rows that it hands out, however many wait for accounts that are paused or of others.

#include "store/contract/store_contract.h"
#include "store/sqlite/sqlite_store.h"
#include "support/temporary_folder.h"

#include <sqlite3.h>

namespace lampjack::store::testing {
namespace {

/// The rows that SQLite gives to connections opened while it lives.
class RowsRead {
public:
    RowsRead() { sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch)); }
    ~RowsRead() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(watch)); }
    /// Since the last call.
    static std::size_t take() { return std::exchange(count(), 0); }

private:
    static std::size_t& count() {
        static std::size_t rows = 0;
        return rows;
    }
    static int watch(sqlite3* handle, char**, const void*) {
        return sqlite3_trace_v2(handle, SQLITE_TRACE_ROW, note, nullptr);
    }
    static int note(unsigned, void*, void*, void*) {
        ++count();
        return 0;
    }
};

constexpr int kPaused = 300;
constexpr std::size_t kFew = 30;

void send(Store& store, const std::string& ref) {
    Edit edit(store, ref);
    edit.send();
    edit.finish();
}

TEST(SqliteRowsRead, a_look_reads_nothing_of_accounts_that_it_does_not_ask_for) {
    const lampjack::testing::TemporaryFolder folder;
    const RowsRead rows;
    const auto store = must(sqlite::open(folder.path("store.db")));
    for (int i = 0; i < kPaused; ++i) send(*store, ref_of("u" + std::to_string(i), "paused"));
    send(*store, ref_of("u1", "bank"));
    const std::vector<std::string> bank{"bank"}, both{"bank", "paused"};

    RowsRead::take();
    EXPECT_TRUE(must(store->due_heads("other", 5000, 1000)).empty());
    EXPECT_LE(RowsRead::take(), kFew) << "nothing to probe: nothing read";
    EXPECT_EQ(must(store->lease_deliveries(bank, false, 5000, 6000, 1000)).size(), 1U);
    EXPECT_LE(RowsRead::take(), kFew);
    EXPECT_TRUE(must(store->lease_deliveries(bank, false, 5000, 6000, 1000)).empty());
    EXPECT_LE(RowsRead::take(), kFew);
    EXPECT_EQ(must(store->lease_deliveries(both, false, 5000, 6000, 1)).size(), 1U);
    EXPECT_LE(RowsRead::take(), kFew) << "no more than are asked for";

    EXPECT_EQ(must(store->due_heads("paused", 5000, 1000)).size(), kPaused - 1U);
    EXPECT_GE(RowsRead::take(), kPaused - 1U) << "the control: rows that are read are counted";
}

TEST(SqliteRowsRead, a_list_of_subscriptions_without_counts_reads_nothing_of_what_waits) {
    const lampjack::testing::TemporaryFolder folder;
    const RowsRead rows;
    const auto store = must(sqlite::open(folder.path("store.db")));
    for (const char* name : {"desk", "wall"}) must(store->subscribe(name, {}));
    for (int i = 0; i < kPaused; ++i) {
        Edit edit(*store, ref_of("u" + std::to_string(i)));
        edit.say("message");
        edit.finish();
    }
    RowsRead::take();
    EXPECT_EQ(must(store->known_subscriptions()).size(), 2U);
    EXPECT_LE(RowsRead::take(), kFew);
    EXPECT_EQ(must(store->subscriptions(5000)).size(), 2U);
    EXPECT_GE(RowsRead::take(), kPaused + 0U) << "the control: who counts reads what waits";
}

}  // namespace
}  // namespace lampjack::store::testing
