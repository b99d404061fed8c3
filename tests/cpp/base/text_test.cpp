#include "base/text.h"

#include <gtest/gtest.h>

namespace lampjack {
namespace {

TEST(Text, has_a_word_only_whole) {
    for (const char* words : {"late", "late echo", "echo late", "echo late hole"})
        EXPECT_TRUE(has_word(words, "late")) << words;
    for (const char* words : {"", "later", "too_late", "late_", "echo", "echo later"})
        EXPECT_FALSE(has_word(words, "late")) << words;
}

TEST(Text, never_has_the_empty_word) {
    for (const char* words : {"", "late", "late echo"}) EXPECT_FALSE(has_word(words, "")) << words;
}

}  // namespace
}  // namespace lampjack
