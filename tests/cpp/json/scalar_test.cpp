// Unescaping, of which every step takes several bytes at once: each escape at each place of two blocks, with anything
// behind it.

#include "json/scalar.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace lampjack::json {
namespace {

/// In memory that ends where reading must end, with these bytes behind the content.
std::optional<std::string> unescaped(std::string_view content, char behind) {
    const std::size_t size = content.size();
    const auto memory = std::make_unique<char[]>(size + kUnescapeSlack);
    std::memcpy(memory.get(), content.data(), size);
    std::memset(memory.get() + size, behind, kUnescapeSlack);
    Arena arena;
    arena.push_back('!');
    if (!unescape_to({memory.get(), size}, arena)) return std::nullopt;
    EXPECT_EQ(arena.front(), '!') << "what stood there before";
    return std::string(arena.begin() + 1, arena.end());
}

struct Case {
    const char* escape;
    const char* meaning;
};
constexpr Case kEscapes[] = {
    {R"(\")", "\""},         {R"(\\)", "\\"},
    {R"(\/)", "/"},          {R"(\n)", "\n"},
    {R"(\u0041)", "A"},      {R"(\u00e9)", "\u00e9"},
    {R"(\u20ac)", "\u20ac"}, {R"(\ud83d\ude00)", "\U0001F600"},
    {R"(\\\")", "\\\""},     {R"(\"\\)", "\"\\"},
    {R"(\"\")", "\"\""},
};

TEST(Scalar, unescapes_at_every_place) {
    for (const Case& one : kEscapes) {
        for (std::size_t before = 0; before <= 130; ++before) {
            for (std::size_t after = 0; after <= 34; ++after) {
                const std::string head(before, 'a'), tail(after, 'z');
                for (const char behind : {'"', '\\', ' '})
                    EXPECT_EQ(unescaped(head + one.escape + tail, behind),
                              head + one.meaning + tail)
                        << one.escape << " behind " << before << ", before " << after;
            }
        }
    }
}

TEST(Scalar, unescapes_many_in_a_row) {
    std::string content, expected;
    for (int i = 0; i < 200; ++i) {
        const Case& one = kEscapes[static_cast<std::size_t>(i * 7) % std::size(kEscapes)];
        content.append(one.escape).append(static_cast<std::size_t>(i % 19), 'x');
        expected.append(one.meaning).append(static_cast<std::size_t>(i % 19), 'x');
        EXPECT_EQ(unescaped(content, '\\'), expected);
    }
}

TEST(Scalar, refuses_an_escape_that_is_none_or_not_whole) {
    for (const char* wrong : {R"(\)", R"(\x)", R"(\u)", R"(\u12)", R"(\u123g)", R"(\ud800)",
                              R"(\udc00)", R"(\ud800\n)", R"(\ud800\u0041)", R"(\ud800\ud800)"}) {
        for (std::size_t before = 0; before <= 130; ++before)
            for (const char behind : {'"', '\\', '0', 'n'})
                EXPECT_EQ(unescaped(std::string(before, 'a') + wrong, behind), std::nullopt)
                    << wrong << " behind " << before << ", then " << behind;
    }
}

TEST(Scalar, tells_numbers_and_whether_they_are_whole) {
    for (const char* whole : {"0", "-0", "7", "-12", "18446744073709551617"}) {
        bool integral = false;
        EXPECT_TRUE(is_number(whole, integral)) << whole;
        EXPECT_TRUE(integral) << whole;
    }
    for (const char* broken : {"0.5", "-1e5", "1E+5", "1.0e-7", "0e0"}) {
        bool integral = true;
        EXPECT_TRUE(is_number(broken, integral)) << broken;
        EXPECT_FALSE(integral) << broken;
    }
    bool ignored = false;
    for (const char* none :
         {"", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x1", "1_0", "1 "})
        EXPECT_FALSE(is_number(none, ignored)) << none;
}

}  // namespace
}  // namespace lampjack::json
