// From one version of the tables to the next: killed at any moment it leaves the old ones or the new ones, a release before
// it goes on where the tables allow it, and is refused where they do not.

#include "store/migration/tables.h"
#include "store/sqlite/writers.h"
#include "store/store.h"
#include "support/from_environment.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>

namespace lampjack::store::testing {
namespace {

using std::chrono::steady_clock;

/// More for a long run.
int kills() { return support::from_environment("LJK_MIGRATION_KILLS", 20); }

/// What the items of all conversations say that writers change.
std::vector<std::string> texts_of_items(const std::string& url) {
    std::vector<std::string> texts;
    const auto store = open(url);
    EXPECT_TRUE(store) << store.error().message;
    for (std::uint32_t number = 0; store && number < 5; ++number) {
        const auto items = (*store)->items(key_of(Change{0, number}.ref()), 0, 1'000'000);
        EXPECT_TRUE(items) << items.error().message;
        for (std::size_t i = 0; items && i < items->size(); ++i) texts.push_back((*items)[i].body);
    }
    return texts;
}

class Migration : public ::testing::TestWithParam<TablesKind> {
protected:
    void SetUp() override {
        if (const auto why = GetParam().why_not(); !why.empty()) GTEST_SKIP() << why;
        tables_ = GetParam().make();
        tables_->reset();
    }
    std::int64_t version() const { return tables_->version_of_this_release(); }
    bool is_old(const Found& found) const { return found == old_tables(version()); }
    bool is_new(const Found& found) const { return found == new_tables(version()); }

    using Work = std::function<Result<void>()>;
    static Process start(const Work& work) {
        return Process([&] { return work() ? 0 : 1; });
    }
    /// Lets the work run to its end; how long that took.
    steady_clock::duration whole(const Work& work) {
        const auto begin = steady_clock::now();
        EXPECT_EQ(start(work).wait(), 0);
        const auto took = steady_clock::now() - begin;
        tables_->reset();
        return took;
    }
    /// Kills it somewhere on its way, or just after its end.
    Found killed(const Work& work, steady_clock::duration whole) {
        tables_->reset();
        Process process = start(work);
        const auto share = std::uniform_real_distribution<double>(0, 1.2)(random_);
        std::this_thread::sleep_for(std::chrono::duration_cast<steady_clock::duration>(
            std::chrono::duration<double>(whole) * share));
        process.kill();
        return tables_->look();
    }

    std::unique_ptr<Tables> tables_;
    std::mt19937 random_{26};
};
INSTANTIATE_TEST_SUITE_P(Stores, Migration, ::testing::ValuesIn(tables_kinds()),
                         [](const auto& one) { return one.param.name; });

TEST_P(Migration, killed_at_any_moment_leaves_the_old_tables_or_the_new_ones) {
    const Work work = [this] { return tables_->migrate(false); };
    const auto time = whole(work);
    int old_ones = 0, new_ones = 0;
    for (int kill = 0; kill < kills(); ++kill) {
        const Found found = killed(work, time);
        ASSERT_TRUE(is_old(found) || is_new(found)) << "kill " << kill << ": " << found;
        ++(is_old(found) ? old_ones : new_ones);
        if (is_new(found)) continue;
        ASSERT_TRUE(open(tables_->url())) << "the release before works as if nothing had been";
        ASSERT_TRUE(tables_->migrate(false)) << "and a second try finishes it";
        ASSERT_TRUE(is_new(tables_->look()));
    }
    std::printf("%s: %d kills left the old tables, %d the new ones\n", GetParam().name.c_str(),
                old_ones, new_ones);
}

TEST_P(Migration, control_without_a_transaction_leaves_something_between) {
    const Work work = [this] { return tables_->migrate_without_a_transaction(); };
    const auto time = whole(work);
    bool seen = false;
    for (int kill = 0; kill < 200 && !seen; ++kill) {
        const Found found = killed(work, time);
        seen = !is_old(found) && !is_new(found);
    }
    EXPECT_TRUE(seen) << "the harness sees nothing between: it proves nothing";
}

TEST_P(Migration, is_never_undone_by_the_release_before) {
    ASSERT_TRUE(tables_->migrate(false));
    for (const Error& error :
         {open(tables_->url()).error(), lampjack::store::migrate(tables_->url()).error()}) {
        EXPECT_EQ(error.code, Code::config);
        EXPECT_NE(error.message.find("install"), std::string::npos) << error.message;
    }
    EXPECT_TRUE(is_new(tables_->look()));
}

/// While a new release is rolled out, the one before writes: before, during and after the migration.
TEST_P(Migration, loses_nothing_of_what_the_release_before_writes_meanwhile) {
    Acknowledgements said;
    Process writer([&] {
        const auto store = open(tables_->url());
        if (!store) return 1;
        for (std::uint32_t number = 0;; ++number) {
            if (!commit_change(**store, {0, number})) return 2;
            said.say({0, number});
        }
    });
    std::vector<Change> acknowledged;
    said.collect(acknowledged, 10);
    const auto migrated = tables_->migrate(true);
    EXPECT_TRUE(migrated) << migrated.error().message;
    said.collect(acknowledged, acknowledged.size() + 10);
    writer.kill();
    said.collect(acknowledged, 0);
    const auto stored = texts_of_items(tables_->url());
    for (const Change& change : acknowledged)
        EXPECT_EQ(std::count(stored.begin(), stored.end(), change.name()), 1) << change.name();
    EXPECT_EQ(tables_->look().version, version() + 1);
}

}  // namespace
}  // namespace lampjack::store::testing
