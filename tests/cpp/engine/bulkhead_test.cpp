#include "engine/bulkhead.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lampjack::engine {
namespace {

/// Accounts with more to send than they get places for, served as the sender serves them.
struct Crowd {
    explicit Crowd(std::size_t count, std::size_t in_flight = 16)
        : bulkhead(Places::of(in_flight, count)) {
        for (std::size_t i = 0; i < count; ++i) names.push_back("a" + std::to_string(i));
    }
    /// This one takes all it gets; how many that were.
    std::size_t fill(const std::string& account) {
        const std::size_t before = bulkhead.taken();
        for (;;) {
            const auto group = bulkhead.next({account}, kept);
            if (group.accounts.empty()) return bulkhead.taken() - before;
            for (std::size_t i = 0; i < group.limit; ++i) bulkhead.take(account);
        }
    }
    Bulkhead bulkhead;
    std::vector<std::string> names;
    std::size_t kept = 0;
};

TEST(Bulkhead, gives_one_account_what_it_may_have_and_no_more) {
    Crowd crowd(3);
    EXPECT_EQ(crowd.fill("a0"), 16U);
    EXPECT_EQ(crowd.fill("a0"), 0U);
    EXPECT_EQ(crowd.fill("a1"), 16U) << "one that is full leaves the next as much";
    crowd.bulkhead.give_back("a0");
    EXPECT_EQ(crowd.fill("a0"), 1U);
}

TEST(Bulkhead, leaves_each_account_places_however_many_others_are_full) {
    for (const std::size_t in_flight : {1U, 2U, 4U, 16U, 100U}) {
        Crowd crowd(15, in_flight);
        std::size_t least = in_flight;
        std::size_t before = in_flight;
        for (const auto& name : crowd.names) {
            const std::size_t got = crowd.fill(name);
            EXPECT_LE(got, before) << "the fuller, the less";
            before = got;
            least = std::min(least, got);
        }
        EXPECT_EQ(least, std::max<std::size_t>(in_flight / 4, 1)) << in_flight;
    }
}

TEST(Bulkhead, never_passes_what_descriptors_allow) {
    Crowd crowd(1'000);
    for (const auto& name : crowd.names) crowd.fill(name);
    EXPECT_EQ(crowd.bulkhead.taken(), 512U);
}

TEST(Bulkhead, asks_together_for_those_that_have_alike_room) {
    Crowd crowd(4);
    for (int i = 0; i < 9; ++i) crowd.bulkhead.take("a0");
    crowd.bulkhead.take("a1");
    crowd.fill("a2");
    const auto first = crowd.bulkhead.next(crowd.names, 0);
    EXPECT_EQ(first.accounts, (std::vector<std::string>{"a1", "a3"}));
    EXPECT_EQ(first.limit, 15U);
    const auto then = crowd.bulkhead.next({"a0", "a2"}, 0);
    EXPECT_EQ(then.accounts, std::vector<std::string>{"a0"});
    EXPECT_EQ(then.limit, 7U);
}

TEST(Bulkhead, takes_nothing_new_while_as_many_outcomes_cannot_be_written_down) {
    Crowd crowd(2);
    crowd.kept = 64;
    EXPECT_EQ(crowd.fill("a0"), 0U);
    crowd.kept = 63;
    EXPECT_EQ(crowd.fill("a0"), 4U) << "its own places";
}

TEST(Bulkhead, counts_what_is_given_back_once) {
    Crowd crowd(1);
    crowd.bulkhead.take("a0");
    for (int i = 0; i < 3; ++i) crowd.bulkhead.give_back("a0");
    crowd.bulkhead.give_back("nobody");
    EXPECT_EQ(crowd.bulkhead.taken(), 0U);
    EXPECT_EQ(crowd.bulkhead.room("a0", 0), 16U);
}

}  // namespace
}  // namespace lampjack::engine
