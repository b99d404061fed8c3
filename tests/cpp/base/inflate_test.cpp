#include "base/inflate.h"

#include "../support/compress.h"

#include <gtest/gtest.h>

namespace lampjack {
namespace {

using support::Coding;
using support::compress;

/// Text that does not compress to nearly nothing.
std::string words(std::size_t size) {
    std::string text;
    for (unsigned i = 0; text.size() < size; ++i) text += std::to_string(i * 2654435761U);
    text.resize(size);
    return text;
}

TEST(Inflate, gives_back_what_was_compressed) {
    for (const std::size_t size : {0U, 1U, 4095U, 4096U, 4097U, 100'000U}) {
        const std::string text = words(size);
        for (const Coding coding : {Coding::gzip, Coding::deflate}) {
            const auto back = inflate(compress(text, coding), size);
            ASSERT_TRUE(back.has_value()) << size << ": " << back.error().message;
            EXPECT_EQ(*back, text);
        }
    }
}

TEST(Inflate, reads_several_gzip_members_as_one) {
    const auto back = inflate(compress("one, ") + compress("") + compress("two"), 100);
    ASSERT_TRUE(back.has_value()) << back.error().message;
    EXPECT_EQ(*back, "one, two");
}

TEST(Inflate, keeps_no_more_than_it_may) {
    const std::string text = words(10'000);
    EXPECT_TRUE(inflate(compress(text), 10'000).has_value());
    EXPECT_EQ(inflate(compress(text), 9'999).error().code, Code::too_large);
    EXPECT_EQ(inflate(compress(text), 0).error().code, Code::too_large);
    EXPECT_EQ(inflate(compress(std::string(100 << 20, ' ')), 8 << 20).error().code,
              Code::too_large);
    EXPECT_EQ(inflate(compress(text) + compress(text), 19'999).error().code, Code::too_large);
}

TEST(Inflate, refuses_what_is_cut_anywhere) {
    for (const std::size_t length : {300U, 4096U}) {  // the second just fills the first buffer
        const std::string whole = compress(words(length));
        for (std::size_t size = 0; size < whole.size(); ++size)
            EXPECT_EQ(inflate(whole.substr(0, size), 10'000).error().code, Code::json) << size;
    }
}

TEST(Inflate, gives_nothing_else_when_a_bit_is_wrong) {
    const std::string text = words(300), whole = compress(text);
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        std::string wrong = whole;
        wrong[bit / 8] = static_cast<char>(wrong[bit / 8] ^ (1 << bit % 8));
        const auto back = inflate(wrong, 100'000);
        // Some mean nothing: time, level and system in the header, and those that fill the last byte.
        EXPECT_TRUE(!back.has_value() || *back == text) << bit;
        if (!back.has_value()) ++refused;
    }
    EXPECT_GT(refused, whole.size() * 8 - 100);
}

TEST(Inflate, refuses_what_is_something_else) {
    EXPECT_EQ(inflate("{\"event\":\"messages\"}", 1000).error().code, Code::json);
    EXPECT_EQ(inflate(compress("text", Coding::raw), 1000).error().code, Code::json);
    EXPECT_EQ(inflate(compress("text") + "behind", 1000).error().code, Code::json);
}

}  // namespace
}  // namespace lampjack
