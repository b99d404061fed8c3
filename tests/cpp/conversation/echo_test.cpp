#include "conversation/echo.h"

#include <gtest/gtest.h>

#include <string>

namespace lampjack::conversation {
namespace {

TEST(TextHash, does_not_count_white_space_that_platforms_change) {
    EXPECT_EQ(text_hash("Good  day,\n Ana "), text_hash("Good day, Ana"));
    EXPECT_EQ(text_hash("\t"), text_hash(""));
    EXPECT_NE(text_hash("Good day"), text_hash("Goodday"));
    EXPECT_NE(text_hash("Good day"), text_hash("good day"));
}

TEST(TextHash, is_stable_over_versions_because_it_may_be_stored) {
    EXPECT_EQ(text_hash(""), 0xcbf29ce484222325U);
    EXPECT_EQ(text_hash("a"), 0xaf63dc4c8601ec8cU);
}

TEST(EchoGuard, explains_one_echo_for_each_text_sent) {
    EchoGuard guard;
    guard.sent(text_hash("Hello"), 0);
    EXPECT_FALSE(guard.takes(text_hash("Hello there"), 10));
    EXPECT_TRUE(guard.takes(text_hash("Hello"), 10));
    EXPECT_FALSE(guard.takes(text_hash("Hello"), 20));
    guard.sent(text_hash("ok"), 0);
    guard.sent(text_hash("ok"), 1);
    EXPECT_TRUE(guard.takes(text_hash("ok"), 2));
    EXPECT_TRUE(guard.takes(text_hash("ok"), 2));
    EXPECT_FALSE(guard.takes(text_hash("ok"), 2));
}

TEST(EchoGuard, forgets_after_its_window) {
    EchoGuard guard(1000);
    guard.sent(1, 0);
    EXPECT_FALSE(guard.takes(1, 1001));
    guard.sent(1, 0);
    EXPECT_TRUE(guard.takes(1, 1000));
}

TEST(EchoGuard, forgets_the_oldest_when_full) {
    EchoGuard guard;
    for (std::uint64_t text = 0; text <= EchoGuard::kCapacity; ++text) guard.sent(text, 0);
    EXPECT_FALSE(guard.takes(0, 1));
    EXPECT_TRUE(guard.takes(1, 1));
    EXPECT_TRUE(guard.takes(EchoGuard::kCapacity, 1));
}

TEST(EchoGuard, has_nothing_to_explain_at_first) {
    EchoGuard guard;
    EXPECT_FALSE(guard.takes(0, 0));
}

}  // namespace
}  // namespace lampjack::conversation
