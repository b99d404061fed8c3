// The power goes at one write, sync or truncation of a script of 200 events, and of what no sync followed the disk keeps
// nothing, all, any of the writes or any of their sectors: what was acknowledged is there when it is back, the rest can be
// repeated, and the file is whole. The control has a disk that does not sync.

#include "disk_script.h"

#include "support/faulty_disk.h"
#include "support/from_environment.h"
#include "support/temporary_folder.h"

#include <algorithm>
#include <array>

namespace lampjack::test {
namespace {

using support::FaultyDisk;
using Remains = FaultyDisk::Remains;

constexpr std::array kRemains{Remains::nothing, Remains::everything, Remains::some, Remains::torn};

/// How often the power goes; at each operation in each way when there are fewer.
std::size_t cuts_wanted() { return support::from_environment<std::size_t>("LJK_POWER_CUTS", 200); }

class PowerLoss : public ::testing::TestWithParam<Journal> {
protected:
    std::string path() const { return folder_->path("store.db"); }

    /// Runs the script until the power goes; the events acknowledged by then.
    std::set<int> run(std::size_t at, Remains remains) {
        folder_ = std::make_unique<Folder>(Folder::in_memory());
        std::set<int> acknowledged;
        {
            Desk desk(path(), GetParam());
            disk_.cut_power_at(at, remains, static_cast<std::uint32_t>(at));
            for (int number = 0; number < kEvents && !disk_.is_off(); ++number)
                if (desk.carry_out(number)) acknowledged.insert(number);
            operations_ = disk_.operations();
            desk.close();
        }
        disk_.repair();
        return acknowledged;
    }
    /// The platform and the agents repeat the next one, which nobody acknowledged, and some before.
    void go_on(std::set<int>& acknowledged) {
        Desk desk(path(), GetParam(), 8);
        const int next = static_cast<int>(acknowledged.size());
        for (int number = std::max(0, next - 3); number < std::min(next + 3, kEvents); ++number) {
            EXPECT_TRUE(desk.carry_out(number)) << number;
            acknowledged.insert(number);
        }
        desk.close();
    }
    std::size_t count_operations() {
        EXPECT_EQ(run(1'000'000, Remains::nothing).size(), static_cast<std::size_t>(kEvents));
        return operations_;
    }

    using Folder = lampjack::testing::TemporaryFolder;
    FaultyDisk disk_;
    std::size_t operations_ = 0;
    std::unique_ptr<Folder> folder_;
};
std::string name_of(const ::testing::TestParamInfo<Journal>& kind) {
    return kind.param == Journal::wal ? "wal" : "rollback";
}
INSTANTIATE_TEST_SUITE_P(Journals, PowerLoss, ::testing::Values(Journal::rollback, Journal::wal),
                         name_of);

TEST_P(PowerLoss, costs_nothing_that_was_acknowledged_whatever_the_disk_keeps) {
    const std::size_t all = count_operations(), ways = kRemains.size();
    ASSERT_GT(all, std::size_t{kEvents}) << "not every event reached the disk";
    const bool every = cuts_wanted() >= all * ways;
    const std::size_t runs = every ? all * ways : cuts_wanted();
    for (std::size_t one = 0; one < runs; ++one) {
        const std::size_t at = every ? 1 + one / ways : 1 + one * all / runs;
        auto acknowledged = run(at, kRemains[one % ways]);
        ASSERT_LT(acknowledged.size(), static_cast<std::size_t>(kEvents)) << "the power was on";
        const Damage damage = inspect(path(), acknowledged);
        ASSERT_TRUE(damage.none())
            << damage << " at " << at << " of " << all << ", way " << one % ways;
        go_on(acknowledged);
        const Damage later = inspect(path(), acknowledged);
        ASSERT_TRUE(later.none()) << later << " after " << at << " of " << all;
        if (HasFailure()) return;
    }
    RecordProperty("cuts", static_cast<int>(runs));
}

TEST_P(PowerLoss, control_on_a_disk_that_does_not_sync_something_is_lost) {
    const std::size_t all = count_operations();
    disk_.ignore_syncs();
    std::size_t damaged = 0;
    for (std::size_t one = 1; one <= 8; ++one) {
        const auto acknowledged = run(one * all / 10, kRemains[one % 2 == 0 ? 0 : 2]);
        damaged += inspect(path(), acknowledged).none() ? 0U : 1U;
    }
    EXPECT_GT(damaged, 0U) << "the harness sees no loss: it proves nothing";
}

}  // namespace
}  // namespace lampjack::test
