// A disk that fails at one write, sync or truncation of a script of 200 events, once or from there on: nothing that was
// acknowledged is lost, what was refused can be repeated, and all goes on when the disk does. The controls acknowledge
// too much, and hide a failed sync.

#include "disk_script.h"

#include "support/faulty_disk.h"
#include "support/from_environment.h"
#include "support/temporary_folder.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace lampjack::test {
namespace {

using support::FaultyDisk;
using Failure = FaultyDisk::Failure;

/// How many of the places where the disk may fail; all of them in every way when there are fewer.
std::size_t offsets_wanted() {
    return support::from_environment<std::size_t>("LJK_DISK_OFFSETS", 200);
}

struct Fault {
    std::size_t at = 0;
    Failure failure = Failure::io_error;
    bool for_good = false;
};

class DiskFaults : public ::testing::TestWithParam<Journal> {
protected:
    std::string path() const { return folder_->path("store.db"); }
    void start_anew() { folder_ = std::make_unique<Folder>(Folder::in_memory()); }

    /// Runs the script to `after` events past the failure; what was acknowledged.
    std::set<int> run(Fault fault, int after) {
        start_anew();
        Desk desk(path(), GetParam());
        disk_.fail_at(fault.at, fault.failure, fault.for_good);
        std::set<int> acknowledged;
        for (int number = 0, end = kEvents; number < end; ++number) {
            const std::size_t failures = disk_.failures();
            bool done = desk.carry_out(number);
            if (disk_.failures() > failures) {
                EXPECT_EQ(disk_.distrusted_files(), 0U)
                    << "a file is in use although its sync failed";
                end = std::min(end, number + after);
                for (int again = 0; again < 2 && fault.for_good; ++again)
                    done |= desk.carry_out(number);
                disk_.repair();
            }
            if (!done && !acknowledges_anyway_) {
                EXPECT_TRUE(desk.carry_out(number)) << "the disk works again, the store does not";
            }
            acknowledged.insert(number);
        }
        disk_.repair();
        desk.close();
        return acknowledged;
    }

    /// How many operations the whole script takes.
    std::size_t count_operations() {
        EXPECT_EQ(run({}, 0).size(), static_cast<std::size_t>(kEvents));
        const std::size_t count = disk_.operations();
        const Damage damage = inspect(path(), {});
        EXPECT_TRUE(damage.none()) << damage;
        return count;
    }

    using Folder = lampjack::testing::TemporaryFolder;
    FaultyDisk disk_;
    bool acknowledges_anyway_ = false;
    std::unique_ptr<Folder> folder_;
};
std::string name_of(const ::testing::TestParamInfo<Journal>& kind) {
    return kind.param == Journal::wal ? "wal" : "rollback";
}
INSTANTIATE_TEST_SUITE_P(Journals, DiskFaults, ::testing::Values(Journal::rollback, Journal::wal),
                         name_of);

constexpr std::array kFailures{Failure::io_error, Failure::short_write, Failure::full};

TEST_P(DiskFaults, lose_nothing_that_was_acknowledged_wherever_they_strike) {
    const std::size_t all = count_operations(), wanted = offsets_wanted();
    ASSERT_GT(all, std::size_t{kEvents} * 2) << "not every event reached the disk";
    const bool every = wanted >= all;
    const std::size_t ways = kFailures.size() * 2, runs = every ? all * ways : wanted;
    std::size_t syncs = 0;
    for (std::size_t one = 0; one < runs; ++one) {
        Fault fault;
        fault.at = every ? 1 + one / ways : 1 + one * all / runs;
        fault.failure = kFailures[one % kFailures.size()];
        fault.for_good = one / kFailures.size() % 2 == 1;
        const auto acknowledged = run(fault, every ? kEvents : 10);
        ASSERT_GE(disk_.failures(), 1U) << "the disk never failed: it proves nothing";
        syncs += disk_.failed_syncs();
        const Damage damage = inspect(path(), acknowledged);
        ASSERT_TRUE(damage.none()) << damage << " at " << fault.at << " of " << all;
        if (HasFailure()) return;
    }
    EXPECT_GT(syncs, 0U);
    RecordProperty("offsets", static_cast<int>(runs));
}

TEST_P(DiskFaults, control_who_acknowledges_whatever_happened_loses) {
    const std::size_t all = count_operations();
    acknowledges_anyway_ = true;
    std::size_t lost = 0;
    for (std::size_t one = 1; one <= 10; ++one)
        lost += inspect(path(), run({one * all / 11, Failure::io_error, true}, 3)).lost;
    EXPECT_GT(lost, 0U) << "the harness sees no loss: it proves nothing";
}

TEST_P(DiskFaults, control_a_failed_sync_that_nobody_hears_of_loses) {
    const std::size_t all = count_operations();
    disk_.hide_failed_syncs();
    std::size_t damaged = 0;
    for (std::size_t at = all / 2; at < all / 2 + 30; ++at) {
        const auto acknowledged = run({at, Failure::io_error, true}, 1);
        damaged += disk_.failed_syncs() > 0 && !inspect(path(), acknowledged).none();
    }
    EXPECT_GT(damaged, 0U) << "a sync that fails costs nothing: it proves nothing";
}

/// What lies on a page, and something else in its place: as on a disk that is about to die.
class Page {
public:
    Page(const std::string& path, std::streamoff number)
        : file_(path, std::ios::in | std::ios::out | std::ios::binary),
          offset_((number - 1) * kSize),
          bytes_(kSize, '\0') {
        file_.seekg(offset_);
        file_.read(bytes_.data(), kSize);
    }
    void damage() { write(std::string(kSize, '\xEE')); }
    void restore() { write(bytes_); }

private:
    static constexpr std::streamoff kSize = 4096;
    void write(const std::string& bytes) {
        file_.seekp(offset_);
        file_ << bytes << std::flush;
    }
    std::fstream file_;
    std::streamoff offset_;
    std::string bytes_;
};

/// A page in the middle is damaged after 100 events, with or without a failed sync right before. Whether the next event
/// was acknowledged, and whether one was when the page was what it had been.
std::pair<bool, bool> acknowledged_after_damage(FaultyDisk& disk, const std::string& path,
                                                bool sync_fails) {
    Desk desk(path, Journal::rollback);
    int number = 0;
    while (number < 100) EXPECT_TRUE(desk.carry_out(number++));
    for (std::size_t at = 1; sync_fails && disk.failed_syncs() == 0; ++at) {
        disk.fail_at(at, Failure::io_error, false);
        desk.carry_out(number++);
    }
    disk.repair();
    Page page(path, 11);
    page.damage();
    const bool despite = desk.carry_out(number++);
    page.restore();
    return {despite, desk.carry_out(number)};
}

TEST(DiskCheck, a_failed_sync_has_the_file_checked_before_it_is_written_again) {
    FaultyDisk disk;
    const lampjack::testing::TemporaryFolder folder(
        lampjack::testing::TemporaryFolder::in_memory());
    const auto [despite, later] = acknowledged_after_damage(disk, folder.path("a.db"), true);
    EXPECT_FALSE(despite);
    EXPECT_TRUE(later) << "it works again without a restart";
    const auto [control, end] = acknowledged_after_damage(disk, folder.path("b.db"), false);
    EXPECT_TRUE(control) << "somebody else notices the damage: it proves nothing";
    EXPECT_TRUE(end);
}

}  // namespace
}  // namespace lampjack::test
