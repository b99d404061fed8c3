#include "transport/retry_policy.h"

#include <gtest/gtest.h>

#include <limits>

namespace lampjack::transport {
namespace {

using enum OutcomeClass;

HttpOutcome answered(std::int32_t status, model::Headers headers = {}) {
    return model::HttpResponse{status, std::move(headers), ""};
}

HttpOutcome failed(FailureKind kind, bool written = false, std::int32_t status = 0,
                   model::Headers headers = {}) {
    return Failure{kind, "", model::HttpResponse{status, std::move(headers), ""}, written};
}

TEST(Classify, judges_each_status) {
    for (const int status : {200, 201, 202, 204, 206, 299})
        EXPECT_EQ(classify(answered(status)), done) << status;
    for (const int status : {300, 301, 302, 303, 304, 307, 308})
        EXPECT_EQ(classify(answered(status)), permanent) << status;
    for (const int status : {400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 412, 413, 414, 415,
                             418, 421, 422, 451, 499})
        EXPECT_EQ(classify(answered(status)), permanent) << status;
    for (const int status : {408, 425, 500, 502, 503, 504, 507, 520, 599})
        EXPECT_EQ(classify(answered(status)), transient) << status;
    for (const int status : {501, 505, 0, 100, 199, 600, 999})
        EXPECT_EQ(classify(answered(status)), permanent) << status;
    EXPECT_EQ(classify(answered(429)), throttled);
    EXPECT_EQ(classify(answered(503, {{"Retry-After", "5"}})), throttled);
    EXPECT_EQ(classify(answered(500, {{"Retry-After", "5"}})), transient);
}

TEST(Classify, judges_each_failure) {
    EXPECT_EQ(classify(failed(FailureKind::refused_by_policy)), OutcomeClass::credentials);
    EXPECT_EQ(classify(failed(FailureKind::tls_verification)), OutcomeClass::credentials);
    EXPECT_EQ(classify(failed(FailureKind::connect)), transient);
    EXPECT_EQ(classify(failed(FailureKind::tls)), transient);
    EXPECT_EQ(classify(failed(FailureKind::timeout_before_sent)), transient);
    EXPECT_EQ(classify(failed(FailureKind::unknown_after_sent, true)), unknown);
    EXPECT_EQ(classify(failed(FailureKind::cancelled, false)), transient);
    EXPECT_EQ(classify(failed(FailureKind::cancelled, true)), unknown);
}

TEST(Classify, an_answer_cut_short_counts_by_its_status) {
    for (const auto kind : {FailureKind::cut_body, FailureKind::too_large}) {
        EXPECT_EQ(classify(failed(kind, true, 200)), done);
        EXPECT_EQ(classify(failed(kind, true, 500)), transient);
        EXPECT_EQ(classify(failed(kind, true, 404)), permanent);
        EXPECT_EQ(classify(failed(kind, true, 503, {{"Retry-After", "5"}})), throttled);
        EXPECT_EQ(classify(failed(kind, true, 0)), unknown);
        // Where the body decides, a body that is not whole decides nothing.
        EXPECT_EQ(classify(failed(kind, true, 200), BodyVerdict::unreadable), unknown);
        EXPECT_EQ(classify(failed(kind, true, 200), BodyVerdict::accepted), unknown);
    }
}

TEST(Classify, where_the_body_decides_a_2xx_alone_proves_nothing) {
    EXPECT_EQ(classify(answered(200), BodyVerdict::accepted), done);
    EXPECT_EQ(classify(answered(200), BodyVerdict::refused), permanent);
    EXPECT_EQ(classify(answered(200), BodyVerdict::unreadable), unknown);
    EXPECT_EQ(classify(answered(500), BodyVerdict::accepted), transient);
    EXPECT_EQ(classify(answered(404), BodyVerdict::unreadable), permanent);
}

constexpr Millis kNow = 1'767'607'200'000;

/// Always the same bits.
class FixedRandom final : public Random {
public:
    explicit FixedRandom(std::uint64_t bits) noexcept : bits_(bits) {}
    std::uint64_t next() override { return bits_; }

private:
    std::uint64_t bits_;
};

std::optional<Millis> wait_after(int made, const model::Headers& headers, Random& random) {
    return next_wait({}, {made, kNow}, headers, kNow, random);
}

TEST(NextWait, is_uniform_from_zero_to_the_doubling_ceiling) {
    const Millis ceilings[] = {1'000,  2'000,   4'000,   8'000,   16'000, 32'000,
                               64'000, 128'000, 256'000, 300'000, 300'000};
    SeededRandom random(7);
    for (int made = 1; made <= 11; ++made) {
        const Millis ceiling = ceilings[made - 1];
        Millis lowest = ceiling, highest = 0, sum = 0;
        for (int i = 0; i < 2'000; ++i) {
            const auto wait = wait_after(made, {}, random);
            ASSERT_TRUE(wait);
            lowest = std::min(lowest, *wait);
            highest = std::max(highest, *wait);
            sum += *wait;
        }
        EXPECT_GE(lowest, 0);
        EXPECT_LE(lowest, ceiling / 20);
        EXPECT_LE(highest, ceiling);
        EXPECT_GE(highest, ceiling - ceiling / 20);
        EXPECT_NEAR(static_cast<double>(sum) / 2'000, static_cast<double>(ceiling) / 2,
                    static_cast<double>(ceiling) / 20);
    }
}

TEST(NextWait, reaches_both_ends) {
    FixedRandom zero(0), top(1'000);
    EXPECT_EQ(wait_after(1, {}, zero), 0);
    EXPECT_EQ(wait_after(1, {}, top), 1'000);
}

TEST(NextWait, gives_up_after_the_last_try) {
    FixedRandom zero(0);
    EXPECT_TRUE(wait_after(11, {}, zero));
    EXPECT_FALSE(wait_after(12, {}, zero));
    EXPECT_FALSE(wait_after(12, {{"Retry-After", "1"}}, zero));
    EXPECT_FALSE(wait_after(std::numeric_limits<int>::max(), {}, zero));
}

TEST(NextWait, gives_up_when_the_next_try_would_start_after_the_total) {
    FixedRandom zero(0);
    const Millis hour = 3'600'000;
    EXPECT_EQ(next_wait({}, {3, kNow - hour}, {}, kNow, zero), 0);
    EXPECT_FALSE(next_wait({}, {3, kNow - hour - 1}, {}, kNow, zero));
    const model::Headers minute{{"Retry-After", "60"}};
    EXPECT_EQ(next_wait({}, {3, kNow - hour + 60'000}, minute, kNow, zero), 60'000);
    EXPECT_FALSE(next_wait({}, {3, kNow - hour + 59'999}, minute, kNow, zero));
}

TEST(NextWait, what_the_server_asks_for_wins) {
    FixedRandom top(1'000);
    EXPECT_EQ(wait_after(1, {{"Retry-After", "120"}}, top), 120'000);
    EXPECT_EQ(wait_after(1, {{"Retry-After", "Mon, 05 Jan 2026 10:02:00 GMT"}}, top), 120'000);
    EXPECT_EQ(wait_after(1, {{"x-ratelimit-reset", "1767607230"}}, top), 30'000);
    EXPECT_EQ(wait_after(1, {{"x-ratelimit-reset", "1767607230000"}, {"Retry-After", "7"}}, top),
              7'000);
}

TEST(NextWait, what_the_server_asks_for_is_at_most_a_quarter_of_an_hour) {
    FixedRandom top(1'000);
    EXPECT_EQ(wait_after(1, {{"Retry-After", "86400"}}, top), 900'000);
    EXPECT_EQ(wait_after(1, {{"Retry-After", "999999999999999999"}}, top), 900'000);
    EXPECT_EQ(wait_after(1, {{"Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"}}, top), 900'000);
    EXPECT_EQ(wait_after(1, {{"x-ratelimit-reset", "1767693600000"}}, top), 900'000);
    EXPECT_EQ(wait_after(1, {{"x-ratelimit-reset", "99999999999"}}, top), 900'000);
}

TEST(NextWait, garbage_and_zero_leave_it_to_the_formula) {
    FixedRandom top(1'000);
    for (const char* text : {"soon", "-5", "", "0", "Sun, 06 Nov 1994 08:49:37 GMT"})
        EXPECT_EQ(wait_after(1, {{"Retry-After", text}}, top), 1'000) << text;
    EXPECT_EQ(wait_after(1, {{"x-ratelimit-reset", "1"}}, top), 1'000);
}

TEST(NextWait, odd_settings_do_no_harm) {
    FixedRandom top(std::numeric_limits<std::uint64_t>::max());
    RetryPolicy huge;
    huge.base = huge.cap = std::numeric_limits<Millis>::max() / 2;
    EXPECT_FALSE(next_wait(huge, {11, kNow}, {}, kNow, top));  // far beyond the total
    RetryPolicy none;
    none.base = 0;
    EXPECT_EQ(next_wait(none, {5, kNow}, {}, kNow, top), 0);
}

TEST(HeadersOf, finds_them_in_whole_and_cut_answers) {
    EXPECT_EQ(headers_of(answered(503, {{"a", "1"}})).size(), 1U);
    EXPECT_EQ(headers_of(failed(FailureKind::cut_body, true, 503, {{"a", "1"}})).size(), 1U);
    EXPECT_TRUE(headers_of(failed(FailureKind::connect)).empty());
}

}  // namespace
}  // namespace lampjack::transport
