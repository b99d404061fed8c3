#include "base/utf8.h"

#include <gtest/gtest.h>

#include <array>

namespace lampjack {
namespace {

TEST(ReadableUtf8, keeps_what_is_valid_and_marks_what_is_not) {
    EXPECT_EQ(readable_utf8("grüß \xF0\x9F\x98\x80 你", 300), "grüß \xF0\x9F\x98\x80 你");
    EXPECT_EQ(readable_utf8("a\xFF"
                            "b\xC3",
                            300),
              "a\xEF\xBF\xBD"
              "b\xEF\xBF\xBD");
    EXPECT_EQ(readable_utf8("\xED\xA0\x80", 300), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD")
        << "a surrogate";
    EXPECT_EQ(readable_utf8("\xC0\xAF", 300), "\xEF\xBF\xBD\xEF\xBF\xBD") << "longer than needed";
    EXPECT_EQ(readable_utf8("\xF4\x90\x80\x80", 3), "\xEF\xBF\xBD") << "above the last character";
}

TEST(ReadableUtf8, is_one_line_without_nul) {
    EXPECT_EQ(readable_utf8(std::string_view("a\0b\r\nc\x7F", 7), 300), "a b  c ");
}

TEST(ReadableUtf8, commands_no_terminal) {
    EXPECT_EQ(readable_utf8("a\x1B[2Jb\x07", 300), "a [2Jb ");
    EXPECT_EQ(readable_utf8("a\xC2\x9B"
                            "2J\xC2\x85"
                            "b\u00A0",
                            300),
              "a 2J b\u00A0")
        << "C1";
}

TEST(ReadableUtf8, needs_no_memory_where_the_caller_has_some) {
    std::array<char, 8> out;
    out.fill('.');
    EXPECT_EQ(readable_utf8("ab\x1B\xFFgr\xC3\xBC\xC3\x9F", out.data(), 7), 7U);
    EXPECT_EQ(std::string_view(out.data(), out.size()), "ab \xEF\xBF\xBDg.");
    EXPECT_EQ(readable_utf8("gr\xC3\xBC", out.data(), 3), 2U) << "half a character is none";
    EXPECT_EQ(readable_utf8("", out.data(), 0), 0U);
}

TEST(ReadableUtf8, ends_between_characters) {
    EXPECT_EQ(readable_utf8("abcé", 5), "abcé");
    EXPECT_EQ(readable_utf8("abcé", 4), "abc");
    EXPECT_EQ(readable_utf8(std::string(400, 'x'), 300).size(), 300U);
    EXPECT_LE(readable_utf8(std::string(400, '\xFF'), 300).size(), 300U);
    EXPECT_EQ(readable_utf8("", 300), "");
}

TEST(Utf8, is_told_from_other_bytes) {
    for (const char* text : {"", "a", "gr\u00FC\u00DF", "\U0001F600", "\uD7FF\uE000"})
        EXPECT_TRUE(is_utf8(text)) << text;
    for (const char* bytes : {"\xFF", "a\xC3", "\xED\xA0\x80", "\xC0\xAF", "\xF4\x90\x80\x80"})
        EXPECT_FALSE(is_utf8(bytes));
}

TEST(Blank, shows_nothing) {
    for (const char* text : {"", " ", " \t\r\n ", "\u00A0", "\u2003\u3000", "\u200B\uFEFF", "\x7F",
                             "\u2060", "\u00AD\u200C\u200D\u200E", "\u180E\u2800\u3164"})
        EXPECT_TRUE(is_blank(text));
    for (const char* text : {"a", "  .", "\u00A0\u00E9", "\U0001F600", "0", "\u200F\u05D0"})
        EXPECT_FALSE(is_blank(text)) << text;
}

}  // namespace
}  // namespace lampjack
