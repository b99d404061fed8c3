#include "base/text_hash.h"

#include <gtest/gtest.h>

namespace lampjack {
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

}  // namespace
}  // namespace lampjack
