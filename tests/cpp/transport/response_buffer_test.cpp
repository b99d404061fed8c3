#include "transport/response_buffer.h"

#include <gtest/gtest.h>

#include <string>

namespace lampjack::transport {
namespace {

TEST(ResponseBuffer, collects_headers_and_body) {
    ResponseBuffer buffer({100, 100});
    EXPECT_TRUE(buffer.add_header_line("HTTP/1.1 200 OK\r\n"));
    EXPECT_TRUE(buffer.add_header_line("X-A:  b c \r\n"));
    EXPECT_TRUE(buffer.add_header_line("X-Time: 10:00\r\n"));
    EXPECT_TRUE(buffer.add_header_line("not a header\r\n"));
    EXPECT_TRUE(buffer.add_header_line("\r\n"));
    EXPECT_TRUE(buffer.add_body("ab"));
    EXPECT_TRUE(buffer.add_body(std::string_view("c\0d", 3)));
    const auto response = buffer.take(200);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.headers, (model::Headers{{"X-A", "b c"}, {"X-Time", "10:00"}}));
    EXPECT_EQ(response.body, std::string("abc\0d", 5));
}

TEST(ResponseBuffer, headers_of_interim_answers_are_forgotten) {
    ResponseBuffer buffer({100, 100});
    buffer.add_header_line("HTTP/1.1 103 Early Hints\r\n");
    buffer.add_header_line("Link: x\r\n");
    buffer.add_header_line("HTTP/1.1 200 OK\r\n");
    buffer.add_header_line("X-A: b\r\n");
    EXPECT_EQ(buffer.take(200).headers, (model::Headers{{"X-A", "b"}}));
}

TEST(ResponseBuffer, stops_at_its_limits_and_starts_afresh) {
    ResponseBuffer buffer({4, 10});
    EXPECT_TRUE(buffer.add_body("abcd"));
    EXPECT_FALSE(buffer.is_too_large());
    EXPECT_FALSE(buffer.add_body("e"));
    EXPECT_TRUE(buffer.is_too_large());
    EXPECT_FALSE(buffer.add_body(""));
    EXPECT_EQ(buffer.take(200).body, "abcd");
    EXPECT_FALSE(buffer.is_too_large());

    EXPECT_TRUE(buffer.add_header_line("A: 345678\n"));
    EXPECT_FALSE(buffer.add_header_line("\n"));
    EXPECT_TRUE(buffer.is_too_large());
    buffer.take(0);
    EXPECT_TRUE(buffer.add_header_line("A: 345678\n"));
}

}  // namespace
}  // namespace lampjack::transport
