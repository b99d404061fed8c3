#include "json/writer.h"

#include <gtest/gtest.h>

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

TEST(Writer, compacts_blanks_outside_strings_only) {
    std::string text;
    append_compact("{ \"a b\" : [ 1 ,\n\t\"x \\\" y\" ] }", text);
    EXPECT_EQ(text, "{\"a b\":[1,\"x \\\" y\"]}");
}

}  // namespace
}  // namespace lampjack::json
