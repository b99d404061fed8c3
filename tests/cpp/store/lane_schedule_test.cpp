#include "store/lane_schedule.h"

#include <gtest/gtest.h>

namespace lampjack::store {
namespace {

const auto kAny = [](const ConversationKey&) { return true; };

TEST(LaneSchedule, leases_each_lane_to_one_holder_until_it_comes_back) {
    LaneSchedule lanes;
    const auto a = key_of("a"), b = key_of("b");
    lanes.offer(a, 10);
    lanes.offer(b, 20);
    EXPECT_TRUE(lanes.lease(9, 100, 5, kAny).empty());
    const auto first = lanes.lease(15, 100, 5, kAny);
    ASSERT_EQ(first.size(), 1u);
    EXPECT_EQ(first[0].key, a);
    lanes.offer(a, 0);
    const auto second = lanes.lease(25, 100, 5, kAny);
    ASSERT_EQ(second.size(), 1u) << "the leased lane is not handed out again";
    EXPECT_EQ(second[0].key, b);
    EXPECT_TRUE(lanes.release(a, first[0].token, 30));
    EXPECT_FALSE(lanes.release(a, first[0].token, 30)) << "a token counts once";
    EXPECT_EQ(lanes.next_at(kAny), 30);
}

TEST(LaneSchedule, takes_a_lane_from_a_holder_whose_lease_ran_out) {
    LaneSchedule lanes;
    const auto a = key_of("a");
    lanes.offer(a, 0);
    const auto slow = lanes.lease(0, 50, 1, kAny);
    ASSERT_EQ(slow.size(), 1u);
    EXPECT_TRUE(lanes.lease(49, 100, 1, kAny).empty());
    const auto next = lanes.lease(50, 100, 1, kAny);
    ASSERT_EQ(next.size(), 1u);
    EXPECT_FALSE(lanes.holds(a, slow[0].token));
    EXPECT_FALSE(lanes.release(a, slow[0].token, std::nullopt));
    EXPECT_TRUE(lanes.release(a, next[0].token, std::nullopt));
    EXPECT_EQ(lanes.next_at(kAny), kNever);
}

TEST(LaneSchedule, passes_over_lanes_that_are_not_wanted) {
    LaneSchedule lanes;
    const auto a = key_of("a"), b = key_of("b");
    lanes.offer(a, 0);
    lanes.offer(b, 0);
    const auto leased = lanes.lease(1, 9, 5, [&](const ConversationKey& key) { return key == b; });
    ASSERT_EQ(leased.size(), 1u);
    EXPECT_EQ(leased[0].key, b);
}

}  // namespace
}  // namespace lampjack::store
