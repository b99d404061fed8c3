#include "engine/body_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace lampjack::test {
namespace {

using engine::BodyBudget;
using engine::BodyOwner;
using engine::BodySettings;

constexpr BodySettings kSmall{.all = 160, .account = 80, .anonymous = 8};
constexpr BodyOwner kShop{"shop"};
constexpr BodyOwner kUnknown{"shop", true};

TEST(BodyBudget, bounds_an_account_and_all_of_them) {
    BodyBudget budget;
    EXPECT_TRUE(budget.take(kSmall, kShop, 80));
    EXPECT_FALSE(budget.take(kSmall, kShop, 1));
    EXPECT_TRUE(budget.take(kSmall, {"bank"}, 80));
    EXPECT_FALSE(budget.take(kSmall, {"line"}, 1)) << "all together";
    EXPECT_EQ(budget.held(), 160U);
    budget.give_back(kShop, 80);
    EXPECT_TRUE(budget.take(kSmall, {"line"}, 1));
    EXPECT_EQ(budget.held(), 81U);
}

TEST(BodyBudget, takes_nothing_of_what_does_not_fit) {
    BodyBudget budget;
    EXPECT_FALSE(budget.take(kSmall, kShop, 81));
    EXPECT_EQ(budget.held(), 0U);
    EXPECT_TRUE(budget.has_room(kSmall, kShop, 80));
    EXPECT_FALSE(budget.has_room(kSmall, kShop, UINT64_MAX)) << "nor does the sum overflow";
}

TEST(BodyBudget, leaves_senders_without_a_token_an_eighth) {
    BodyBudget budget;
    EXPECT_TRUE(budget.take(kSmall, kUnknown, 10));
    EXPECT_FALSE(budget.take(kSmall, kUnknown, 1)) << "of the account";
    EXPECT_TRUE(budget.take(kSmall, {"bank", true}, 10));
    EXPECT_FALSE(budget.take(kSmall, {"line", true}, 1)) << "of all together";
    EXPECT_TRUE(budget.take(kSmall, kShop, 70)) << "the rest is for those with a token";
    EXPECT_FALSE(budget.take(kSmall, kShop, 1));
    budget.give_back(kUnknown, 10);
    EXPECT_TRUE(budget.take(kSmall, kUnknown, 10));
}

TEST(BodyBudget, knows_the_largest_body_that_can_pass) {
    EXPECT_EQ(BodyBudget::most(kSmall, false), 80U);
    EXPECT_EQ(BodyBudget::most(kSmall, true), 8U);
    EXPECT_EQ(BodyBudget::most({.all = 16, .account = 80, .anonymous = 8}, true), 2U);
    EXPECT_EQ(BodyBudget::most({.all = 16, .account = 80}, false), 16U);
    EXPECT_EQ(BodyBudget::most(BodySettings{}, true), 1U << 20);
    EXPECT_EQ(BodyBudget::most(BodySettings{}, false), 16U << 20);
}

TEST(BodyBudget, is_never_exceeded_by_several_threads) {
    BodyBudget budget;
    std::atomic<bool> exceeded{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&, anonymous = i % 2 == 0] {
            const BodyOwner owner{"shop", anonymous};
            for (int round = 0; round < 2'000; ++round) {
                if (!budget.take(kSmall, owner, 9)) continue;
                if (budget.held() > 80) exceeded = true;
                budget.give_back(owner, 9);
            }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_FALSE(exceeded);
    EXPECT_EQ(budget.held(), 0U);
}

}  // namespace
}  // namespace lampjack::test
