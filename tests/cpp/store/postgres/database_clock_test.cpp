#include "store/postgres/database_clock.h"

#include <gtest/gtest.h>

#include <limits>

namespace lampjack::store::postgres {
namespace {

constexpr Millis kHour = 3'600'000;
DatabaseClock::Reading now;  // of this machine, as the test wants it

DatabaseClock::Reading read() { return now; }

TEST(DatabaseClock, leaves_times_alone_where_the_clocks_agree) {
    now = {1'000'000, 5'000};
    DatabaseClock clock(read);
    clock.measured(now.wall + 120, now);  // the time an answer took
    EXPECT_EQ(clock.to_database(42), 42);
    EXPECT_EQ(clock.to_caller(42), 42);
}

TEST(DatabaseClock, adds_what_the_machine_is_behind) {
    now = {1'000'000, 5'000};
    DatabaseClock clock(read);
    clock.measured(now.wall + kHour, now);
    EXPECT_EQ(clock.to_database(1'000'000), 1'000'000 + kHour);
    EXPECT_EQ(clock.to_caller(clock.to_database(77)), 77);
    now = {now.wall + 50, now.steady + 50};
    clock.measured(now.wall + kHour + 200, now);
    EXPECT_EQ(clock.to_database(0), kHour) << "times move only with a clock that moved";
}

TEST(DatabaseClock, notices_at_once_that_somebody_set_the_wall_clock) {
    now = {1'000'000, 5'000};
    DatabaseClock clock(read);
    clock.measured(now.wall, now);
    const Millis database = now.wall + 2'000;
    now = {now.wall + 2'000 + kHour, now.steady + 2'000};
    EXPECT_EQ(clock.to_database(now.wall), database) << "before any measurement";
    clock.measured(database, now);
    EXPECT_EQ(clock.to_database(now.wall), database);
    now = {now.wall - 2 * kHour, now.steady};
    EXPECT_EQ(clock.to_database(now.wall), database);
}

TEST(DatabaseClock, learns_nothing_from_an_answer_that_took_long) {
    now = {1'000'000, 5'000};
    DatabaseClock clock(read);
    const DatabaseClock::Reading asked = now;
    now = {now.wall + 9'000, now.steady + 9'000};
    clock.measured(asked.wall + 100, asked);
    EXPECT_EQ(clock.to_database(42), 42);
    clock.measured(asked.wall + kHour, asked);
    EXPECT_NEAR(static_cast<double>(clock.to_database(0)), kHour, 10'000);
}

TEST(DatabaseClock, keeps_never_as_it_is) {
    now = {1'000'000, 5'000};
    DatabaseClock clock(read);
    clock.measured(now.wall + kHour, now);
    constexpr Millis never = std::numeric_limits<Millis>::max();
    EXPECT_EQ(clock.to_database(never), never);
    EXPECT_EQ(clock.to_database(never - 1), never);
    EXPECT_EQ(clock.to_caller(never), never);
}

}  // namespace
}  // namespace lampjack::store::postgres
