// Deterministic simulation: many seeds, each a whole life of two processes on one store, with crashes, store faults, a bad
// network, duplicates and reordering. LJK_SIM_SEEDS, LJK_SIM_FIRST and LJK_SIM_STEPS ask
// for more or other seeds and longer lives.

#include "simulation.h"

#include "../support/temporary_folder.h"
#include "store/store.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace lampjack::simulation {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string story(const Options& options, const Outcome& outcome) {
    std::string text = "seed " + std::to_string(options.seed) + ", step " +
                       std::to_string(outcome.step) + ": " + outcome.violation + "\n";
    for (const std::string& line : outcome.tail) text += "    " + line + "\n";
    return text;
}

TEST(Simulation, keeps_every_invariant) {
    const auto first = from_environment("LJK_SIM_FIRST", 1);
    const auto seeds = from_environment("LJK_SIM_SEEDS", 150);
    std::size_t acknowledged = 0, replies = 0, effects = 0, crashes = 0, faults = 0;
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        Options options;
        options.seed = seed;
        options.steps = from_environment("LJK_SIM_STEPS", 400);
        const Outcome outcome = run(options);
        ASSERT_EQ(outcome.violation, "") << story(options, outcome);
        acknowledged += outcome.acknowledged;
        replies += outcome.replies;
        effects += outcome.effects;
        crashes += outcome.crashes;
        faults += outcome.faults;
    }
    std::printf("%llu seeds: %zu acknowledged, %zu replies, %zu effects, %zu crashes, %zu faults\n",
                static_cast<unsigned long long>(seeds), acknowledged, replies, effects, crashes,
                faults);
    EXPECT_GT(acknowledged, seeds * 20) << "a simulation in which nothing happens proves nothing";
    EXPECT_GT(replies, seeds);
    EXPECT_GT(effects, seeds);
    EXPECT_GT(crashes, seeds / 2);
    EXPECT_GT(faults, seeds / 2);
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
}

/// I12: what is stored depends on what happened, not on the store. Without faults: which of two lanes that are due at the same
/// time comes first is each store's own affair, and a fault shifts it.
TEST(Simulation, writes_the_same_log_into_every_store) {
    const auto seeds = from_environment("LJK_SIM_STORE_SEEDS", 20);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        Options options;
        options.seed = seed;
        options.store_faults = false;
        const Outcome memory = run(options);
        ASSERT_EQ(memory.violation, "") << story(options, memory);
        const testing::TemporaryFolder folder(testing::TemporaryFolder::in_memory());
        options.open_store = [&folder]() -> std::shared_ptr<store::Store> {
            auto opened = store::open("sqlite:" + folder.path("simulation.db"));
            EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message);
            return opened ? std::shared_ptr<store::Store>(std::move(*opened)) : nullptr;
        };
        const Outcome file = run(options);
        ASSERT_EQ(file.violation, "") << story(options, file);
        EXPECT_EQ(file.event_log, memory.event_log) << "seed " << seed;
    }
}

/// The control: with a protection off, some seed among the first ones must show it, as the invariant it guards.
struct Control {
    Sabotage sabotage;
    std::string_view invariant;
};
class WithoutProtection : public ::testing::TestWithParam<Control> {};

TEST_P(WithoutProtection, the_invariant_breaks) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        Options options;
        options.seed = seed;
        options.sabotage = GetParam().sabotage;
        if (run(options).violation.starts_with(GetParam().invariant)) return;
    }
    FAIL() << "no seed noticed that this protection is off";
}

INSTANTIATE_TEST_SUITE_P(Simulation, WithoutProtection,
                         ::testing::Values(Control{Sabotage::forgets_keys, "I2"},
                                           Control{Sabotage::loses_items, "I1"},
                                           Control{Sabotage::commits_too_late, "I1"},
                                           Control{Sabotage::leases_twice, "I5"},
                                           Control{Sabotage::reads_stale, "I7"}));

}  // namespace
}  // namespace lampjack::simulation
