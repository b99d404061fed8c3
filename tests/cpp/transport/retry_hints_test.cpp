#include "transport/retry_hints.h"

#include <gtest/gtest.h>

namespace lampjack::transport {
namespace {

constexpr Millis kNow = 1'767'607'200'000;  // 2026-01-05T10:00:00Z

TEST(RetryAfter, reads_seconds_and_dates) {
    EXPECT_EQ(retry_after({{"Retry-After", "120"}}, kNow), 120'000);
    EXPECT_EQ(retry_after({{"retry-after", " 0 "}}, kNow), 0);
    EXPECT_EQ(retry_after({{"Retry-After", "Mon, 05 Jan 2026 10:01:30 GMT"}}, kNow), 90'000);
    EXPECT_EQ(retry_after({{"Retry-After", "Monday, 05-Jan-26 10:01:30 GMT"}}, kNow), 90'000);
    EXPECT_EQ(retry_after({{"Retry-After", "Mon Jan  5 10:01:30 2026"}}, kNow), 90'000);
    EXPECT_EQ(retry_after({{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"}}, kNow), 0);
}

TEST(RetryAfter, ignores_garbage) {
    EXPECT_FALSE(retry_after({}, kNow));
    for (const char* text :
         {"", "soon", "-1", "1.5", "1e3", "12s", "0x10", "9999999999999999999999"})
        EXPECT_FALSE(retry_after({{"Retry-After", text}}, kNow)) << text;
}

TEST(RetryAfter, huge_numbers_do_not_overflow) {
    EXPECT_GT(retry_after({{"Retry-After", "999999999999999999"}}, kNow), 0);
}

TEST(RateLimitReset, reads_seconds_and_milliseconds_by_size) {
    EXPECT_EQ(rate_limit_reset({{"x-ratelimit-reset", "1767607230"}}, kNow), 30'000);
    EXPECT_EQ(rate_limit_reset({{"X-RateLimit-Reset", "1767607230500"}}, kNow), 30'500);
    EXPECT_EQ(rate_limit_reset({{"x-ratelimit-reset", "1767607199"}}, kNow), 0);
    EXPECT_EQ(rate_limit_reset({{"x-ratelimit-reset", "100000000000"}}, kNow),
              0);  // 1e11 is milliseconds: 1973
    EXPECT_GT(rate_limit_reset({{"x-ratelimit-reset", "99999999999"}}, kNow),
              0);  // just below, seconds
    EXPECT_FALSE(rate_limit_reset({{"x-ratelimit-reset", "later"}}, kNow));
    EXPECT_FALSE(rate_limit_reset({}, kNow));
}

TEST(RateLimitReset, counts_only_when_the_quota_is_used_up) {
    EXPECT_EQ(rate_limit_reset(
                  {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1767607230"}}, kNow),
              30'000);
    EXPECT_FALSE(rate_limit_reset(
        {{"x-ratelimit-remaining", "7"}, {"x-ratelimit-reset", "1767607230"}}, kNow));
}

}  // namespace
}  // namespace lampjack::transport
