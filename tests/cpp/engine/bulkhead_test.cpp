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

TEST(Bulkhead, gives_each_account_all_it_may_have_while_descriptors_suffice) {
    Crowd crowd(32);
    for (const auto& name : crowd.names) {
        EXPECT_EQ(crowd.fill(name), 16U);
        EXPECT_EQ(crowd.fill(name), 0U);
    }
    crowd.bulkhead.give_back("a0");
    EXPECT_EQ(crowd.fill("a0"), 1U);
}

TEST(Bulkhead, leaves_each_account_places_however_many_others_are_full) {
    for (const std::size_t accounts : {33U, 72U, 128U, 200U, 400U}) {
        Crowd crowd(accounts);
        std::size_t least = 16;
        std::size_t before = 16;
        for (const auto& name : crowd.names) {
            const std::size_t got = crowd.fill(name);
            EXPECT_LE(got, before) << "the fuller, the less";
            before = got;
            least = std::min(least, got);
        }
        EXPECT_GE(least, accounts <= 64 ? 4U : std::max<std::size_t>(256 / accounts, 1))
            << accounts;
    }
}

TEST(Bulkhead, leaves_a_dozen_that_hang_their_places_and_the_others_all) {
    Crowd crowd(72);
    for (int i = 0; i < 12; ++i) EXPECT_EQ(crowd.fill("a" + std::to_string(i)), 16U);
    for (int i = 12; i < 16; ++i) EXPECT_EQ(crowd.fill("a" + std::to_string(i)), 16U);
}

TEST(Bulkhead, never_passes_what_descriptors_allow) {
    Crowd crowd(1'000);
    for (const auto& name : crowd.names) crowd.fill(name);
    EXPECT_EQ(crowd.bulkhead.taken(), 512U);
}

TEST(Bulkhead, lets_one_account_have_more_when_that_is_asked_for) {
    Crowd crowd(2, 1'000);
    EXPECT_EQ(crowd.fill("a0"), 1'000U);
    EXPECT_EQ(crowd.fill("a1"), 1'000U);
}

TEST(Bulkhead, asks_together_for_those_that_have_alike_room) {
    Crowd crowd(4);
    for (int i = 0; i < 9; ++i) crowd.bulkhead.take("a0");
    crowd.bulkhead.take("a1");
    crowd.fill("a2");
    const auto first = crowd.bulkhead.next(crowd.names, 0);
    EXPECT_EQ(first.accounts, (std::vector<std::string>{"a1", "a3"}));
    EXPECT_EQ(first.limit, 15U) << "of the one with less room";
    const auto then = crowd.bulkhead.next({"a0", "a2"}, 0);
    EXPECT_EQ(then.accounts, std::vector<std::string>{"a0"});
    EXPECT_EQ(then.limit, 7U);
}

TEST(Bulkhead, takes_nothing_new_while_as_many_outcomes_cannot_be_written_down) {
    Crowd crowd(2);
    crowd.kept = 64;
    EXPECT_EQ(crowd.fill("a0"), 0U);
    crowd.kept = 63;
    EXPECT_EQ(crowd.fill("a0"), 16U);
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
