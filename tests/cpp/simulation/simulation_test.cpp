// Deterministic simulation: many seeds, each a whole life of two processes on one store, with crashes, store faults, a bad
// network, duplicates and reordering. LJK_SIM_SEEDS, LJK_SIM_FIRST and LJK_SIM_STEPS ask
// for more or other seeds and longer lives, LJK_SIM_TAIL for more lines of what happened.

#include "simulation.h"

#include "../support/from_environment.h"
#include "../support/postgres_server.h"
#include "../support/temporary_folder.h"
#include "store/store.h"

#include <gtest/gtest.h>

#include <functional>

namespace lampjack::simulation {
namespace {

std::string story(const Options& options, const Outcome& outcome) {
    std::string text = "seed " + std::to_string(options.seed) + ", step " +
                       std::to_string(outcome.step) + ": " + outcome.violation + "\n";
    for (const std::string& line : outcome.tail) text += "    " + line + "\n";
    return text;
}

std::function<std::shared_ptr<store::Store>()> opener(std::string url) {
    return [url = std::move(url)]() -> std::shared_ptr<store::Store> {
        auto opened = store::open(url);
        EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message);
        return opened ? std::shared_ptr<store::Store>(std::move(*opened)) : nullptr;
    };
}

TEST(Simulation, keeps_every_invariant) {
    const auto first = support::from_environment<std::uint64_t>("LJK_SIM_FIRST", 1);
    const auto seeds = support::from_environment<std::uint64_t>("LJK_SIM_SEEDS", 150);
    std::size_t acknowledged = 0, replies = 0, effects = 0, crashes = 0, faults = 0, partitions = 0,
                operations = 0, erased = 0, refusals = 0, stops = 0, muted = 0;
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        Options options;
        options.seed = seed;
        options.steps = support::from_environment<std::uint64_t>("LJK_SIM_STEPS", 400);
        options.tail = support::from_environment<std::uint64_t>("LJK_SIM_TAIL", 60);
        const Outcome outcome = run(options);
        ASSERT_EQ(outcome.violation, "") << story(options, outcome);
        acknowledged += outcome.acknowledged;
        replies += outcome.replies;
        effects += outcome.effects;
        crashes += outcome.crashes;
        faults += outcome.faults;
        partitions += outcome.partitions;
        operations += outcome.operations;
        erased += outcome.erased;
        refusals += outcome.refusals;
        stops += outcome.stops;
        muted += outcome.muted;
    }
    std::printf("%llu seeds: %zu acknowledged, %zu replies, %zu effects, %zu crashes, %zu faults, "
                "%zu partitions, %zu deliveries settled, %zu erased, %zu bots muted\n",
                static_cast<unsigned long long>(seeds), acknowledged, replies, effects, crashes,
                faults, partitions, operations, erased, muted);
    EXPECT_GT(acknowledged, seeds * 20) << "a simulation in which nothing happens proves nothing";
    EXPECT_GT(replies, seeds);
    EXPECT_GT(effects, seeds);
    EXPECT_GT(crashes, seeds / 2);
    EXPECT_GT(faults, seeds / 2);
    EXPECT_GT(partitions, seeds / 2);
    EXPECT_GT(operations, seeds / 2);
    EXPECT_GT(erased, seeds / 2);
    EXPECT_GT(refusals, seeds / 2);
    EXPECT_GT(stops, seeds / 2);
    EXPECT_GT(muted, seeds / 2) << "bots that are never muted prove nothing";
}

TEST(Simulation, runs_the_same_again_from_the_same_seed) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        Options options;
        options.seed = seed;
        EXPECT_EQ(run(options).trace, run(options).trace) << seed;
    }
    Options other;
    other.seed = 11;
    Options another;
    another.seed = 12;
    EXPECT_NE(run(other).trace, run(another).trace);
    EXPECT_NE(run(other).event_log, run(another).event_log);
}

/// I12: what is stored depends on what happened, not on the store. Without faults: which of two lanes that are due at the same
/// time comes first is each store's own affair, and a fault shifts it.
void expect_the_log_of_memory(std::uint64_t seeds, const std::function<std::string()>& make_url) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        Options options;
        options.seed = seed;
        options.store_faults = false;
        const Outcome memory = run(options);
        ASSERT_EQ(memory.violation, "") << story(options, memory);
        options.open_store = opener(make_url());
        const Outcome other = run(options);
        ASSERT_EQ(other.violation, "") << story(options, other);
        EXPECT_EQ(other.event_log, memory.event_log) << "seed " << seed;
    }
}

TEST(Simulation, writes_into_sqlite_what_it_writes_into_memory) {
    const testing::TemporaryFolder folder(testing::TemporaryFolder::in_memory());
    int number = 0;
    expect_the_log_of_memory(
        support::from_environment<std::uint64_t>("LJK_SIM_STORE_SEEDS", 20),
        [&] { return "sqlite:" + folder.path(std::to_string(++number) + ".db"); });
}

TEST(SimulationPostgres, writes_into_it_what_it_writes_into_memory) {
    if (const auto why = support::PostgresServer::why_not(); !why.empty()) GTEST_SKIP() << why;
    auto& server = support::PostgresServer::shared();
    expect_the_log_of_memory(support::from_environment<std::uint64_t>("LJK_SIM_STORE_SEEDS", 3),
                             [&] { return server.url(server.make_database()); });
}

/// The control: with a protection off, some seed among the first ones must show it, as the invariant it guards.
struct Control {
    Sabotage sabotage;
    std::string_view invariant;
};
class WithoutProtection : public ::testing::TestWithParam<Control> {};

TEST_P(WithoutProtection, the_invariant_breaks) {
    const testing::TemporaryFolder folder(testing::TemporaryFolder::in_memory());
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        Options options;
        options.seed = seed;
        options.sabotage = GetParam().sabotage;
        if (options.sabotage == Sabotage::leaves_gaps)  // in memory an item's place is its number
            options.open_store = opener("sqlite:" + folder.path(std::to_string(seed) + ".db"));
        if (run(options).violation.starts_with(GetParam().invariant)) return;
    }
    FAIL() << "no seed noticed that this protection is off";
}

INSTANTIATE_TEST_SUITE_P(
    Simulation, WithoutProtection,
    ::testing::Values(
        Control{Sabotage::forgets_keys, "I2"}, Control{Sabotage::loses_items, "I1"},
        Control{Sabotage::commits_too_late, "I1"}, Control{Sabotage::leases_twice, "I5"},
        Control{Sabotage::reclaims_calls, "I5"}, Control{Sabotage::reads_stale, "I7"},
        Control{Sabotage::leaves_gaps, "I3"}, Control{Sabotage::loses_rows, "I4"},
        Control{Sabotage::lowers_epochs, "I6"}, Control{Sabotage::frees_silently, "I8"},
        Control{Sabotage::forgets_wakeups, "I9"}, Control{Sabotage::mixes_accounts, "I10"},
        Control{Sabotage::tells_refs, "I11"}, Control{Sabotage::hides_words, "I12"},
        Control{Sabotage::gives_up_refused, "I13"}, Control{Sabotage::loses_calls, "I14"},
        Control{Sabotage::gives_up_calls, "I14"}));

}  // namespace
}  // namespace lampjack::simulation
