#include "transport/http_date.h"

#include <gtest/gtest.h>

namespace lampjack::transport {
namespace {

constexpr Millis kNow = 1'767'607'200'000;       // 2026-01-05T10:00:00Z
constexpr Millis kRfcExample = 784'111'777'000;  // RFC 9110's example, 1994-11-06T08:49:37Z

TEST(HttpDate, reads_all_three_forms) {
    EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", kNow), kRfcExample);
    EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", kNow), kRfcExample);
    EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994", kNow), kRfcExample);
    EXPECT_EQ(parse_http_date("Mon, 05 Jan 2026 10:00:00 GMT", kNow), kNow);
    EXPECT_EQ(parse_http_date("Monday, 05-Jan-26 10:00:00 GMT", kNow), kNow);
    EXPECT_EQ(parse_http_date("Mon Jan 15 10:00:00 2026", kNow), kNow + 10 * 86'400'000LL);
    EXPECT_EQ(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT", kNow), 0);
    EXPECT_EQ(parse_http_date("Thu, 29 Feb 2024 00:00:00 GMT", kNow), 1'709'164'800'000);
}

TEST(HttpDate, a_leap_second_is_the_next_one) {
    EXPECT_EQ(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", kNow), 1'483'228'800'000);
}

TEST(HttpDate, two_digit_years_lie_at_most_fifty_years_ahead) {
    EXPECT_EQ(parse_http_date("Sunday, 05-Jan-76 10:00:00 GMT", kNow), 3'345'444'000'000);   // 2076
    EXPECT_EQ(parse_http_date("Wednesday, 05-Jan-77 10:00:00 GMT", kNow), 221'306'400'000);  // 1977
    EXPECT_EQ(parse_http_date("Wednesday, 05-Jan-00 10:00:00 GMT", kNow), 947'066'400'000);  // 2000
}

TEST(HttpDate, refuses_everything_else) {
    for (const char* text : {"",
                             "tomorrow",
                             "0",
                             "Sun, 06 Nov 1994 08:49:37",
                             "Sun, 06 Nov 1994 08:49:37 CET",
                             "Sun, 06 Nov 1994 08:49:37 GMT ",
                             "Sun, 6 Nov 1994 08:49:37 GMT",
                             "Son, 06 Nov 1994 08:49:37 GMT",
                             "Sun, 06 Nov 94 08:49:37 GMT",
                             "Sun, 31 Feb 1994 08:49:37 GMT",
                             "Sun, 00 Nov 1994 08:49:37 GMT",
                             "Wed, 29 Feb 2023 00:00:00 GMT",
                             "Sun, 06 Nov 1994 24:00:00 GMT",
                             "Sun, 06 Nov 1994 08:60:37 GMT",
                             "Sun, 06 Nov 1994 08:49:61 GMT",
                             "Sun, 06 nov 1994 08:49:37 GMT",
                             "Sun, 06-Nov-94 08:49:37 GMT",
                             "Sun Nov 6 08:49:37 1994",
                             "Sun Nov 06 08:49:37 94",
                             "1994-11-06T08:49:37Z",
                             "Sun, +6 Nov 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 08:49:37 GMT,"})
        EXPECT_FALSE(parse_http_date(text, kNow)) << text;
}

}  // namespace
}  // namespace lampjack::transport
