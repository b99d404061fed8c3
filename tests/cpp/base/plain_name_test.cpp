#include "base/plain_name.h"

#include <gtest/gtest.h>

#include <string>

namespace lampjack {
namespace {

TEST(PlainName, is_told_and_anything_else_is_not) {
    for (const char* key : {"text", "_a-1", "Abc"}) EXPECT_EQ(plain_name(key), key);
    for (const char* key : {"", "4711", "a b", "gr\u00FC\u00DF", "a@b"})
        EXPECT_EQ(plain_name(key), "?") << key;
    EXPECT_EQ(plain_name(std::string(40, 'a')), std::string(40, 'a'));
    EXPECT_EQ(plain_name(std::string(41, 'a')), "?");
}

}  // namespace
}  // namespace lampjack
