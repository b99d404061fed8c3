#include "transport/retry_budget.h"

#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace lampjack::transport {
namespace {

std::size_t within(const std::vector<Millis>& times, Millis from, Millis to) {
    return static_cast<std::size_t>(std::count_if(
        times.begin(), times.end(), [&](Millis at) { return at > from && at <= to; }));
}

TEST(RetryBudget, gives_ten_to_a_destination_that_gets_nothing_new) {
    RetryBudget budget;
    int given = 0;
    for (int i = 0; i < 100; ++i) given += budget.take(1'000 + i) ? 1 : 0;
    EXPECT_EQ(given, 10);
    const Millis again = budget.next_at(1'100);
    EXPECT_GT(again, 1'100);
    EXPECT_LE(again, 11'600);
    EXPECT_TRUE(budget.take(again));
}

TEST(RetryBudget, gives_back_what_was_not_used) {
    RetryBudget budget({.window = 10'000, .percent = 20, .plus = 1});
    ASSERT_TRUE(budget.take(0));
    ASSERT_FALSE(budget.take(1));
    budget.give_back();
    EXPECT_TRUE(budget.take(2));
}

TEST(RetryBudget, survives_a_clock_that_is_set_back) {
    RetryBudget budget({.window = 10'000, .percent = 20, .plus = 1});
    ASSERT_TRUE(budget.take(10'000'000));
    EXPECT_TRUE(budget.take(6'400'000)) << "not: nothing for an hour";
}

/// Any traffic: whenever a retry goes, the window that ends with it holds at most 20 % of its first tries, plus 10.
TEST(RetryBudget, keeps_its_promise_under_any_traffic) {
    std::size_t refused = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        SeededRandom random(seed);
        RetryBudget budget;
        std::vector<Millis> fresh, retries;
        Millis now = 0;
        for (int i = 0; i < 2'000; ++i) {
            now += static_cast<Millis>(random.next() % (seed % 7 == 0 ? 400 : 25));
            if (random.next() % 100 < 50) {
                budget.fresh(now);
                fresh.push_back(now);
            } else if (budget.take(now)) {
                retries.push_back(now);
                const std::size_t allowed = within(fresh, now - 10'000, now) * 20 / 100 + 10;
                ASSERT_LE(within(retries, now - 10'000, now), allowed) << "seed " << seed;
            } else {
                ++refused;
                ASSERT_GT(budget.next_at(now), now);
                ASSERT_LE(budget.next_at(now), now + 10'500);
            }
        }
        EXPECT_GT(retries.size(), 10U) << "it is a budget, not a ban";
    }
    EXPECT_GT(refused, 1'000U) << "the control: the traffic asked for more";
}

}  // namespace
}  // namespace lampjack::transport
