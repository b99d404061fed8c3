#include "json/writer.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace lampjack::json {
namespace {

TEST(Writer, separates_members_and_escapes_only_what_must_be) {
    std::string text;
    Writer out(text);
    out.begin_object()
        .key("a")
        .string("q\"b\\c\n\x01é")
        .key("n")
        .integer(-5)
        .key("l")
        .begin_array();
    out.boolean(true)
        .null()
        .raw("{\"x\":1}")
        .end_array()
        .any_key("k\"")
        .begin_object()
        .end_object()
        .end_object();
    EXPECT_EQ(
        text,
        "{\"a\":\"q\\\"b\\\\c\\n\\u0001é\",\"n\":-5,\"l\":[true,null,{\"x\":1}],\"k\\\"\":{}}");
}

/// Eight bytes are looked at together: what must be escaped may stand anywhere among them.
TEST(Writer, escapes_each_byte_at_each_place) {
    for (int code = 0; code < 256; ++code) {
        const char c = static_cast<char>(code);
        std::string escaped(1, c);
        if (code < 0x20) {
            const std::string_view named = "\b\t\n\f\r", letters = "btnfr";
            const auto at = named.find(c);
            char text[8];
            std::snprintf(text, sizeof text, "\\u%04x", static_cast<unsigned>(code));
            escaped = at == named.npos ? text : std::string("\\") + letters[at];
        } else if (c == '"' || c == '\\') {
            escaped = std::string("\\") + c;
        }
        for (std::size_t size = 1; size < 20; ++size) {
            for (std::size_t at = 0; at < size; ++at) {
                // Neighbours on the edge of what is escaped: a borrow of one must not hide or invent another.
                for (const char filler : {'x', '\x20', '\x21', '\x23', '\x7f', '\xff'}) {
                    std::string text(size, filler), out;
                    text[at] = c;
                    append_string(text, out);
                    const std::string told = '"' + std::string(at, filler) + escaped +
                                             std::string(size - at - 1, filler) + '"';
                    ASSERT_EQ(out, told) << code << " at " << at << " of " << size;
                }
            }
        }
    }
}

TEST(Writer, compacts_blanks_outside_strings_only) {
    std::string text;
    append_compact("{ \"a b\" : [ 1 ,\n\t\"x \\\" y\" ] }", text);
    EXPECT_EQ(text, "{\"a b\":[1,\"x \\\" y\"]}");
}

}  // namespace
}  // namespace lampjack::json
