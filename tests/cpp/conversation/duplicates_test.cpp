#include "conversation/duplicates.h"

#include <gtest/gtest.h>

namespace lampjack::conversation {
namespace {

EventKey key(unsigned number) {
    EventKey bytes{};
    for (std::size_t index = 0; index < 4; ++index) {
        bytes[index] = static_cast<unsigned char>(number >> (8 * index));
    }
    return bytes;
}

TEST(DuplicateWindow, only_done_suppresses) {
    DuplicateWindow window(8, 1000);
    EXPECT_EQ(window.see(key(1), 0), Mark::fresh);
    EXPECT_EQ(window.see(key(1), 1), Mark::seen);
    window.done(key(1), 2);
    EXPECT_EQ(window.see(key(1), 3), Mark::done);
    EXPECT_EQ(window.see(key(2), 3), Mark::fresh);
}

TEST(DuplicateWindow, an_item_whose_work_failed_may_come_back) {
    DuplicateWindow window(8, 1000);
    window.see(key(1), 0);
    window.failed(key(1));
    EXPECT_EQ(window.see(key(1), 1), Mark::fresh);
    window.done(key(1), 1);
    window.failed(key(1));
    EXPECT_EQ(window.look(key(1), 1), Mark::done);
}

TEST(DuplicateWindow, forgets_after_its_time) {
    DuplicateWindow window(8, 1000);
    window.see(key(1), 0);
    window.done(key(1), 0);
    EXPECT_EQ(window.look(key(1), 999), Mark::done);
    EXPECT_EQ(window.look(key(1), 1000), Mark::fresh);
    EXPECT_EQ(window.see(key(1), 1000), Mark::fresh);
    EXPECT_EQ(window.see(key(1), 1001), Mark::seen);
    EXPECT_EQ(window.size(), 1U);
}

TEST(DuplicateWindow, never_holds_more_than_its_capacity_and_drops_the_oldest) {
    DuplicateWindow window(100, 1'000'000);
    for (unsigned number = 0; number < 10'000; ++number) {
        window.see(key(number), static_cast<Millis>(number));
        window.done(key(number), static_cast<Millis>(number));
        ASSERT_LE(window.size(), 100U);
    }
    EXPECT_EQ(window.look(key(9'900), 10'000), Mark::done);
    EXPECT_EQ(window.look(key(9'899), 10'000), Mark::fresh);
}

TEST(DuplicateWindow, a_key_that_failed_and_came_back_is_as_young_as_its_return) {
    DuplicateWindow window(2, 1'000'000);
    window.see(key(1), 0);
    window.failed(key(1));
    window.see(key(2), 1);
    window.see(key(1), 2);
    window.see(key(3), 3);
    EXPECT_EQ(window.look(key(2), 3), Mark::fresh);
    EXPECT_EQ(window.look(key(1), 3), Mark::seen);
    EXPECT_EQ(window.look(key(3), 3), Mark::seen);
}

TEST(DuplicateWindow, remembers_what_was_done_without_having_been_seen) {
    DuplicateWindow window(2, 1000);
    window.done(key(1), 0);
    EXPECT_EQ(window.see(key(1), 1), Mark::done);
}

}  // namespace
}  // namespace lampjack::conversation
