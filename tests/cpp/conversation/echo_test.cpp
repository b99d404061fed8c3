#include "conversation/echo.h"

#include "base/text_hash.h"

#include <gtest/gtest.h>

#include <string>

namespace lampjack::conversation {
namespace {

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
