#include "json/cursor.h"

#include "support/paths.h"
#include "json/index.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace lampjack::json {
namespace {

/// Walks a whole document as raw JSON; the problem it met.
Problem check(std::string_view document, std::string* span = nullptr) {
    Text text;
    text.assign(document);
    Index index;
    if (!index.build(text.body(), text.body_size())) return Problem::syntax;
    Cursor cursor(text, index);
    Str place;
    if (cursor.raw(place) && span != nullptr) *span = std::string(text.view(place));
    if (cursor.ok()) cursor.end();
    return cursor.problem();
}

std::string nested(int levels) {
    return std::string(static_cast<std::size_t>(levels), '[') +
           std::string(static_cast<std::size_t>(levels), ']');
}

TEST(Cursor, accepts_documents_of_every_kind) {
    for (const char* good :
         {"{}", "[]", "0", "-0.5e+10", "\"\"", "true", "false", "null",
          " [ 1 , \"a\" , { \"b\" : [ ] } ] ", R"({"a":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"})",
          "{\"a\":{},\"b\":[[],[{}]],\"c\":1}"})
        EXPECT_EQ(check(good), Problem::none) << good;
}

TEST(Cursor, refuses_what_is_not_json) {
    for (const char* bad : {"",
                            " ",
                            "{",
                            "}",
                            "[1,]",
                            "[,1]",
                            "{\"a\"}",
                            "{\"a\":}",
                            "{\"a\":1,}",
                            "{a:1}",
                            "[1 2]",
                            "nul",
                            "tru",
                            "01",
                            "1.",
                            ".5",
                            "+1",
                            "1e",
                            "--1",
                            "\"a",
                            "[1]]",
                            "{}x",
                            "{} {}",
                            "'a'",
                            "[\"a\" \"b\"]",
                            "{\"a\":1 \"b\":2}",
                            "[1\"a\"]",
                            "[truefalse]",
                            "\"\\x\"",
                            "\"\\u12\"",
                            "\"\\ud800\"",
                            "\"\\udc00x\"",
                            "\"\\ud800\\u0041\"",
                            "[\"\\ud800\"]",
                            "{\"\\udc00\":1}",
                            "1e999x",
                            "-",
                            "[1,,2]",
                            "{\"a\":1,,\"b\":2}",
                            "\x01",
                            "\"a\nb\""})
        EXPECT_NE(check(bad), Problem::none) << bad;
}

TEST(Cursor, counts_sixty_four_levels_and_no_more) {
    EXPECT_EQ(check(nested(64)), Problem::none);
    EXPECT_EQ(check(nested(65)), Problem::depth);
    std::string objects;
    for (int i = 0; i < 65; ++i) objects += "{\"a\":";
    EXPECT_EQ(check(objects + "1" + std::string(65, '}')), Problem::depth);
}

TEST(Cursor, keeps_the_bytes_of_a_raw_value) {
    std::string span;
    EXPECT_EQ(check("  { \"a\" : [ 1e999 , 9007199254740993 ] }  ", &span), Problem::none);
    EXPECT_EQ(span, "{ \"a\" : [ 1e999 , 9007199254740993 ] }");
}

TEST(Cursor, unescapes_strings_and_tells_the_rest_apart) {
    Text text;
    text.assign(
        R"({"a\u0062":"x\n\u0000\ud83d\ude00","n":18446744073709551617,"f":1.5,"b":true,"e":""})");
    Index index;
    ASSERT_TRUE(index.build(text.body(), text.body_size()));
    Cursor cursor(text, index);
    Str a, n, e;
    bool number = false, flag = false, fraction_refused = false;
    const bool read = cursor.object([&](const Key& key) {
        if (key == "ab") return cursor.string(a);
        if (key == "n") return cursor.string_or_integer(n, number);
        if (key == "b") return cursor.boolean(flag);
        if (key == "e") return cursor.string(e);
        bool ignored = false;
        fraction_refused =
            !cursor.string_or_integer(n, ignored) && cursor.problem() == Problem::mismatch;
        cursor.forgive_mismatch();
        return cursor.skip();
    });
    ASSERT_TRUE(read && cursor.end());
    EXPECT_EQ(text.view(a), std::string_view("x\n\0\xF0\x9F\x98\x80", 7));
    EXPECT_EQ(text.view(n), "18446744073709551617");
    EXPECT_TRUE(number && flag && fraction_refused);
    EXPECT_TRUE(e.present());
    EXPECT_EQ(e.size, 0u);
}

TEST(Cursor, rewinds_to_a_mark_with_escapes_before_and_behind_it) {
    Text text;
    text.assign(R"([{"a":"\n","b":"\t"},"\r"])");
    Index index;
    ASSERT_TRUE(index.build(text.body(), text.body_size()));
    Cursor cursor(text, index);
    std::string seen;
    cursor.array([&] {
        if (cursor.peek() != '{') {
            Str last;
            EXPECT_TRUE(cursor.string(last));
            seen += text.view(last);
            return true;
        }
        const auto mark = cursor.mark();
        EXPECT_TRUE(cursor.skip());
        cursor.rewind(mark);
        return cursor.object([&](const Key&) {
            Str value;
            EXPECT_TRUE(cursor.string(value));
            seen += text.view(value);
            return true;
        });
    });
    EXPECT_TRUE(cursor.ok() && cursor.end());
    EXPECT_EQ(seen, "\n\t\r");
}

TEST(Cursor, agrees_with_the_conformance_suite) {
    namespace fs = std::filesystem;
    const fs::path folder = test::corpora() / "JSONTestSuite" / "test_parsing";
    if (!fs::exists(folder)) GTEST_SKIP() << "the JSONTestSuite corpus is not beside the project";
    int must_accept = 0, must_refuse = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        std::ostringstream content;
        content << file.rdbuf();
        const std::string name = entry.path().filename().string();
        const Problem problem = check(content.str());
        if (name.starts_with("y_")) {
            EXPECT_EQ(problem, Problem::none) << name;
            ++must_accept;
        } else if (name.starts_with("n_")) {
            EXPECT_NE(problem, Problem::none) << name;
            ++must_refuse;
        }
    }
    EXPECT_EQ(must_accept, 95);
    EXPECT_EQ(must_refuse, 188);
}

}  // namespace
}  // namespace lampjack::json
