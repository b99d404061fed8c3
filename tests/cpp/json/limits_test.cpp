#include "json/limits.h"

#include "json/cursor.h"
#include "json/index.h"

#include <gtest/gtest.h>

#include <string>

namespace lampjack::json {
namespace {

Problem check(const std::string& document, const Limits& limits = {}) {
    Text text;
    text.assign(document);
    Index index;
    const auto built = index.build(text.body(), text.body_size(), limits);
    if (!built)
        return built.error().code == Code::too_large ? Problem::too_many_values : Problem::syntax;
    const Cursor cursor(text, index, limits);
    return cursor.problem();
}

std::string times(std::size_t count, std::string_view what) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += what;
    return out;
}

/// An object of so many members, each with that value.
std::string object_of(int members, const std::string& value = "1", const std::string& name = "k") {
    std::string out = "{";
    for (int i = 0; i < members; ++i)
        out += (i == 0 ? "\"" : ",\"") + name + std::to_string(i) + "\":" + value;
    return out + "}";
}

std::string array_of(std::size_t elements, const std::string& element) {
    return "[" + element + times(elements - 1, "," + element) + "]";
}

TEST(Limits, allow_an_object_256_members) {
    EXPECT_EQ(check(object_of(256)), Problem::none);
    EXPECT_EQ(check(object_of(257)), Problem::too_many_members);
    EXPECT_EQ(check(object_of(100'000)), Problem::too_many_members);
    EXPECT_EQ(check("{" + times(256, "\"\":0,") + "\"\":0}"), Problem::too_many_members)
        << "a name counts as often as it stands there";
}

TEST(Limits, hold_wherever_an_object_stands) {
    const auto each = [](const std::string& before, const std::string& behind) {
        EXPECT_EQ(check(before + object_of(256) + behind), Problem::none) << before;
        EXPECT_EQ(check(before + object_of(257) + behind), Problem::too_many_members) << before;
    };
    each("[", "]");
    each(" {\"a\" : ", " }\n");
    each("{\"a\":{},\"b\":[1,{\"c\":", "}],\"d\":\"\"}");
    each(times(63, "["), times(63, "]"));
    each(times(63, "{\"a\":"), times(63, "}"));
    each("[" + times(1000, object_of(3) + ","), ",{}]");
}

TEST(Limits, count_members_and_not_what_is_in_them) {
    for (const char* value :
         {"\"\\n\"", "\"text\"", "{\"a\":[1,2,{}]}", "[[],{},\"\\\"\"]", "null"}) {
        EXPECT_EQ(check(object_of(256, value)), Problem::none) << value;
        EXPECT_EQ(check(object_of(257, value)), Problem::too_many_members) << value;
        EXPECT_EQ(check(object_of(256, value, "\\u0061")), Problem::none) << value;
        EXPECT_EQ(check(object_of(257, value, "\\u0061")), Problem::too_many_members) << value;
    }
    EXPECT_EQ(check(array_of(10'000, object_of(4))), Problem::none) << "elements are no members";
    EXPECT_EQ(check("{\"a\":" + array_of(10'000, "{}") + "}"), Problem::none);
    EXPECT_EQ(check(object_of(256, object_of(256))), Problem::none);
    EXPECT_EQ(check(object_of(200, object_of(257))), Problem::too_many_members);
}

TEST(Limits, allow_a_document_500000_values) {
    EXPECT_EQ(check(array_of(499'999, "1")), Problem::none);
    EXPECT_EQ(check(array_of(500'000, "1")), Problem::too_many_values);
    const std::string item = R"({"a":"x","b":[true,null]})";  // five values
    EXPECT_EQ(check("[" + times(99'999, item + ",") + "1,2,3,4]"), Problem::none);
    EXPECT_EQ(check("[" + times(99'999, item + ",") + "1,2,3,4,5]"), Problem::too_many_values);
}

TEST(Limits, count_a_string_once_however_it_is_written) {
    EXPECT_EQ(check(array_of(499'999, R"("\n")")), Problem::none);
    EXPECT_EQ(check(array_of(500'000, R"("\n")")), Problem::too_many_values);
}

TEST(Limits, leave_a_refused_document_without_values) {
    for (const std::string& document : {object_of(257), array_of(500'000, "1")}) {
        Text text;
        text.assign(document);
        Index index;
        const Limits wider{.values = Limits::kAny};
        ASSERT_TRUE(index.build(text.body(), text.body_size(), wider));
        const Cursor cursor(text, index);
        EXPECT_FALSE(cursor.ok());
        EXPECT_EQ(cursor.peek(), '\0');
    }
}

/// What an index of its own holds after it was asked for this document.
std::size_t bytes_for(const std::string& document, const Limits& limits) {
    Text text;
    text.assign(document);
    Index index;
    static_cast<void>(index.build(text.body(), text.body_size(), limits));
    return index.bytes();
}

TEST(Limits, refuse_too_many_values_before_memory_is_reserved_for_them) {
    const Limits any{.values = Limits::kAny};
    for (const char* element : {"1", "[]", "{}", "\"\\n\"", "{\"k\":[]}"}) {
        const std::string document = array_of(1'000'000, element);
        const std::size_t places = document.size() + document.size() / 4;
        EXPECT_LT(bytes_for(document, {}), places * 4 + (64U << 10)) << element;
        EXPECT_GT(bytes_for(document, any), places * 4 + 1'000'000 * sizeof(Token)) << element;
    }
}

TEST(Limits, reserve_a_token_for_each_value_and_none_for_punctuation) {
    const std::string document = array_of(120'000, R"({"a":{},"b":{},"c":{}})");  // 480,001 values
    const std::size_t places = (document.size() + document.size() / 4) * 4;
    EXPECT_LT(bytes_for(document, {}), places + 480'100 * 5 / 4 * sizeof(Token));
    EXPECT_EQ(check(document), Problem::none);
}

TEST(Limits, count_values_alike_before_and_after_the_scan) {
    // Structural characters enough to be counted, in every neighbourhood; an overrun shows under the address sanitizer.
    for (const std::string& document :
         {array_of(400, R"("\n")"), array_of(400, R"({"\n":"\n"})"), array_of(400, R"([{"a":[]}])"),
          array_of(400, R"("a")") + ":", "[" + times(400, R"("a":)") + "1]", times(400, "\"a\":"),
          "{" + times(400, R"("a":"b":)") + "1}", times(400, ":"),
          array_of(400, "1") + times(400, "]"),
          R"({"\u0061":)" + array_of(400, R"("\u0061")") + "}"}) {
        for (std::uint32_t limit = 1; limit < 1300; limit += 7) {
            Text text;
            text.assign(document);
            Index index;
            const Limits limits{.levels = 500, .members = Limits::kAny, .values = limit};
            const auto built = index.build(text.body(), text.body_size(), limits);
            const Problem before = built ? Problem::none : Problem::too_many_values;
            Index wide;
            const Limits any{.levels = 500, .members = Limits::kAny, .values = Limits::kAny};
            ASSERT_TRUE(wide.build(text.body(), text.body_size(), any));
            const Cursor after(text, wide, limits);
            if (built) {
                EXPECT_EQ(Cursor(text, index, limits).problem(), after.problem()) << limit;
            }
            if (after.ok()) {
                EXPECT_EQ(before, Problem::none) << limit;
            }
        }
    }
}

TEST(Limits, may_be_wider) {
    EXPECT_EQ(check(object_of(264), {.members = 264}), Problem::none);
    EXPECT_EQ(check(object_of(265), {.members = 264}), Problem::too_many_members);
    const Limits none{.members = Limits::kAny, .values = Limits::kAny};
    EXPECT_EQ(check(object_of(10'000), none), Problem::none);
    EXPECT_EQ(check(array_of(500'000, "1"), none), Problem::none);
}

TEST(Limits, may_be_closer) {
    EXPECT_EQ(check(object_of(3), {.members = 3}), Problem::none);
    EXPECT_EQ(check(object_of(4), {.members = 3}), Problem::too_many_members);
    EXPECT_EQ(check(object_of(4)), Problem::none) << "the control";
    for (const char* before : {"[1,", "[\"\\n\",", "[{},[{\"a\":1}],"}) {
        const std::string around(before);
        EXPECT_EQ(check(around + object_of(3) + "]", {.members = 3}), Problem::none);
        EXPECT_EQ(check(around + object_of(4, R"("\n")") + "]", {.members = 3}),
                  Problem::too_many_members);
    }
    EXPECT_EQ(check(array_of(9, "1"), {.values = 10}), Problem::none);
    EXPECT_EQ(check(array_of(10, "1"), {.values = 10}), Problem::too_many_values);
    EXPECT_EQ(check("\"\\n\"", {.members = 1, .values = 1}), Problem::none);
    EXPECT_EQ(check("[[1]]", {.levels = 2}), Problem::none);
    EXPECT_EQ(check("[[[1]]]", {.levels = 2}), Problem::depth);
}

TEST(Limits, are_told_as_what_is_too_large) {
    for (const Problem problem : {Problem::too_many_members, Problem::too_many_values})
        EXPECT_EQ(code_of(problem), Code::too_large);
    EXPECT_NE(describe(Problem::too_many_members).find("256"), std::string::npos);
    EXPECT_NE(describe(Problem::too_many_values).find("500,000"), std::string::npos);
    const Limits closer{.levels = 5, .members = 6, .values = 7};
    EXPECT_NE(describe(Problem::depth, closer).find(" 5 levels"), std::string::npos);
    EXPECT_NE(describe(Problem::too_many_members, closer).find(" 6 members"), std::string::npos);
    EXPECT_NE(describe(Problem::too_many_values, closer).find(" 7 values"), std::string::npos);
    EXPECT_EQ(code_of(Problem::depth), Code::json);
    EXPECT_EQ(code_of(Problem::mismatch), Code::payload);
}

}  // namespace
}  // namespace lampjack::json
