// How far each subscription has come with one conversation.

#include "store/contract/store_contract.h"

namespace lampjack::store::testing {
namespace {

class Standings : public StoreContract {
protected:
    Standing standing(std::string_view name = "desk", Millis now = 1000) {
        for (Standing& one : must(store().standings(key_of(kRef), now)))
            if (one.subscription == name) return std::move(one);
        ADD_FAILURE() << "no subscription " << name;
        return {};
    }
    const std::string kRef = ref_of("u1");
};
LJK_ON_EVERY_STORE(Standings);

TEST_P(Standings, name_every_subscription_with_its_filter) {
    EXPECT_TRUE(must(store().standings(key_of(kRef), 1000)).empty());
    must(store().subscribe("desk", {{"message"}, {}, To::desk, true}));
    must(store().subscribe("bot", {}));
    EXPECT_EQ(must(store().standings(key_of(kRef), 1000)).size(), 2U);
    EXPECT_EQ(standing().filter, (SubscriptionFilter{{"message"}, {}, To::desk, true}));
    EXPECT_EQ(standing().next, 0U);
    EXPECT_FALSE(standing().is_leased);
    EXPECT_TRUE(standing().aside.empty());
}

TEST_P(Standings, tell_what_waits_what_is_leased_and_what_is_over) {
    must(store().subscribe("desk", {}));
    say(kRef);
    say(kRef);
    EXPECT_EQ(standing().next, 1U);
    EXPECT_EQ(standing().attempts, 0U);
    EXPECT_FALSE(standing().is_leased);
    const auto leased = lease_items(1000);
    EXPECT_TRUE(standing().is_leased);
    EXPECT_EQ(standing().attempts, 1U);
    EXPECT_GT(standing().ready_at, 1000);
    finish(leased.at(0));
    EXPECT_EQ(standing().next, 2U);
    EXPECT_EQ(standing().attempts, 0U);
    finish(lease_items(1000).at(0));
    EXPECT_EQ(standing().next, 0U);
}

TEST_P(Standings, tell_of_dead_items_and_of_those_taken_up_again) {
    must(store().subscribe("desk", {}));
    say(kRef);
    say(kRef);
    must(store().finish_item("desk", lease_items(1000).at(0), ItemOutcome::dead, 1000, "KeyError"));
    auto now = standing();
    ASSERT_EQ(now.aside.size(), 1U);
    EXPECT_EQ(now.aside[0].seq, 1U);
    EXPECT_TRUE(now.aside[0].is_dead);
    EXPECT_EQ(now.aside[0].attempts, 1U);
    EXPECT_EQ(now.aside[0].reason, "KeyError");
    EXPECT_EQ(now.next, 2U);
    must(store().settle_dead_item("desk", kRef, 1, true));
    now = standing();
    ASSERT_EQ(now.aside.size(), 1U);
    EXPECT_EQ(now.aside[0].seq, 1U);
    EXPECT_FALSE(now.aside[0].is_dead);
    EXPECT_EQ(now.aside[0].attempts, 0U);
}

}  // namespace
}  // namespace lampjack::store::testing
