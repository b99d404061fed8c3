// Leases that end when their holder is silent, and leases given back by a holder that ends in order.

#include "store/contract/store_contract.h"

namespace lampjack::store::testing {
namespace {

constexpr Millis kLong = 300'000;  // a lease's own time, which nobody should have to wait for
constexpr Millis kCall = 30'000;

class Holders : public StoreContract {
protected:
    void SetUp() override {
        StoreContract::SetUp();
        if (IsSkipped()) return;
        must(store().subscribe("desk", {}));
    }
    void beat(std::uint64_t id, Millis until) {
        must(store().beat({id, "host:" + std::to_string(id), {"shop"}, {{"desk", {}}}, 3, until}));
    }
    std::vector<LeasedItem> items(std::uint64_t holder, Millis now,
                                  std::string_view name = "desk") {
        return must(store().lease_items(name, now, now + kLong, 10, {holder, {}}));
    }
    std::vector<LeasedDelivery> deliveries(std::uint64_t holder, Millis now, bool sinks = false) {
        const std::vector<std::string> accounts{"shop"};
        return must(store().lease_deliveries(accounts, sinks, now, now + kLong, 10, holder));
    }
    const std::string kRef = ref_of("u1");
};
LJK_ON_EVERY_STORE(Holders);

TEST_P(Holders, a_holder_is_there_as_it_wrote_of_itself) {
    SubscriptionFilter filter{{"message"}, {}, To::desk, true};
    must(store().beat({7, "host:12", {"shop", "bank"}, {{"desk", filter}, {"log", {}}}, 5, 2000}));
    must(store().beat({7, "host:12", {"shop", "bank"}, {{"desk", filter}, {"log", {}}}, 5, 3000}));
    const auto all = must(store().holders());
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].id, 7U);
    EXPECT_EQ(all[0].label, "host:12");
    EXPECT_EQ(all[0].accounts, (std::vector<std::string>{"shop", "bank"}));
    ASSERT_EQ(all[0].subscriptions.size(), 2U);
    EXPECT_EQ(all[0].subscriptions[0].name, "desk");
    EXPECT_EQ(all[0].subscriptions[0].filter, filter);
    EXPECT_EQ(all[0].runs, 5U);
    EXPECT_EQ(all[0].until, 3000);
    must(store().leave(7));
    EXPECT_TRUE(must(store().holders()).empty());
    must(store().leave(7));  // again does no harm
}

TEST_P(Holders, what_a_dead_one_leased_is_due_at_once) {
    say(kRef);
    say(ref_of("u2"));
    beat(7, 16'000);
    const auto held = items(7, 1000);
    ASSERT_EQ(held.size(), 2U);
    EXPECT_TRUE(must(store().reclaim(15'999, kCall)).holders.empty());
    EXPECT_TRUE(items(8, 15'999).empty());
    const auto reclaimed = must(store().reclaim(16'000, kCall));
    ASSERT_EQ(reclaimed.holders.size(), 1U);
    EXPECT_EQ(reclaimed.holders[0].label, "host:7");
    EXPECT_EQ(reclaimed.items, 2U);
    EXPECT_TRUE(must(store().holders()).empty());
    const auto next = items(8, 16'000);
    ASSERT_EQ(next.size(), 2U);
    EXPECT_EQ(next[0].attempt, 2U) << "what may have begun counts";
    EXPECT_EQ(code_of(store().finish_item("desk", held[0], ItemOutcome::done, 0, "")),
              Code::unsupported);
}

TEST_P(Holders, without_a_heartbeat_a_lease_runs_to_its_end) {
    say(kRef);
    ASSERT_EQ(items(7, 1000).size(), 1U);
    must(store().reclaim(200'000, kCall));
    EXPECT_TRUE(items(8, 200'000).empty()) << "the control: nobody wrote that 7 is dead";
    EXPECT_EQ(items(8, 1000 + kLong).size(), 1U);
}

TEST_P(Holders, who_comes_back_before_another_took_it_may_finish) {
    say(kRef);
    beat(7, 2000);
    const auto held = items(7, 1000);
    ASSERT_EQ(held.size(), 1U);
    EXPECT_EQ(must(store().reclaim(2000, kCall)).items, 1U);
    must(store().finish_item("desk", held[0], ItemOutcome::done, 0, ""));
    EXPECT_TRUE(items(8, 9'000'000).empty());
}

TEST_P(Holders, what_others_hold_stays_with_them) {
    for (const char* id : {"u1", "u2", "u3"}) say(ref_of(id));
    beat(7, 2000);
    beat(8, 9000);
    must(store().lease_items("desk", 1000, 1000 + kLong, 1, {8, {}}));
    must(store().lease_items("desk", 1000, 1000 + kLong, 1, {7, {}}));
    must(store().lease_items("desk", 1000, 1000 + kLong, 1));  // a release before: no holder
    EXPECT_EQ(must(store().reclaim(2000, kCall)).items, 1U);
    EXPECT_EQ(items(9, 2000).size(), 1U);
    ASSERT_EQ(must(store().holders()).size(), 1U);
    EXPECT_EQ(must(store().holders())[0].id, 8U);
}

TEST_P(Holders, a_lane_that_another_took_since_is_not_the_dead_ones) {
    say(kRef);
    beat(7, 2000);
    ASSERT_EQ(must(store().lease_items("desk", 1000, 1500, 1, {7, {}})).size(), 1U);
    ASSERT_EQ(must(store().lease_items("desk", 1600, kLong, 1)).size(), 1U);
    EXPECT_EQ(must(store().reclaim(2000, kCall)).items, 0U);
    EXPECT_TRUE(items(8, 2000).empty());
}

TEST_P(Holders, a_lease_that_is_extended_ends_later_and_is_the_new_holders) {
    say(kRef);
    beat(7, 16'000);
    const auto held = items(7, 1000);
    ASSERT_EQ(held.size(), 1U);
    EXPECT_TRUE(must(store().extend_item("desk", held[0], 900'000, 8)));
    EXPECT_EQ(must(store().reclaim(16'000, kCall)).items, 0U) << "it is 8's";
    EXPECT_TRUE(items(9, 899'999).empty());
    EXPECT_EQ(items(9, 900'000).size(), 1U);
    EXPECT_FALSE(must(store().extend_item("desk", held[0], 2'000'000, 7))) << "it is lost";
}

TEST_P(Holders, a_lease_that_was_reclaimed_is_extended_while_nobody_took_it) {
    say(kRef);
    beat(7, 2000);
    const auto held = items(7, 1000);
    ASSERT_EQ(held.size(), 1U);
    EXPECT_EQ(must(store().reclaim(2000, kCall)).items, 1U);
    EXPECT_TRUE(must(store().extend_item("desk", held[0], 2000 + kLong, 7)));
    EXPECT_TRUE(items(8, 2000).empty());
    beat(7, 9000);
    EXPECT_EQ(must(store().reclaim(9000, kCall)).items, 1U) << "and it names its holder again";
    EXPECT_EQ(items(8, 9000).size(), 1U) << "due at once, however far ahead it was extended";
}

TEST_P(Holders, a_retry_that_waits_keeps_its_time) {
    say(kRef);
    beat(7, 2000);
    finish(items(7, 1000).at(0), ItemOutcome::retry, 50'000);
    EXPECT_EQ(must(store().reclaim(2000, kCall)).items, 0U);
    EXPECT_TRUE(items(8, 49'999).empty());
}

TEST_P(Holders, a_delivery_waits_until_the_dead_ones_call_is_over) {
    send(kRef, 500);
    send(ref_of("u2"), 500, true);
    beat(7, 16'000);
    ASSERT_EQ(deliveries(7, 1000).size(), 1U);
    ASSERT_EQ(deliveries(7, 1000, true).size(), 1U);
    EXPECT_EQ(must(store().reclaim(16'000, kCall)).deliveries, 2U);
    EXPECT_EQ(must(store().next_delivery_at(false)), 31'000);
    EXPECT_TRUE(deliveries(8, 30'999).empty());
    EXPECT_EQ(deliveries(8, 31'000).size(), 1U);
    EXPECT_EQ(deliveries(8, 31'000, true).size(), 1U);
}

TEST_P(Holders, a_delivery_leased_long_ago_is_due_at_once) {
    send(kRef, 500);
    beat(7, 100'000);
    const auto held = deliveries(7, 1000);
    ASSERT_EQ(held.size(), 1U);
    must(store().reclaim(100'000, kCall));
    const auto next = deliveries(8, 100'000);
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(code_of(record(held[0], DeliveryStatus::sent)), Code::unsupported);
    must(record(next[0], DeliveryStatus::sent));
}

TEST_P(Holders, a_lease_of_its_own_that_ends_sooner_ends_sooner) {
    send(kRef, 500);
    beat(7, 2000);
    const std::vector<std::string> accounts{"shop"};
    must(store().lease_deliveries(accounts, false, 1000, 5000, 1, 7));
    must(store().reclaim(2000, kCall));
    EXPECT_EQ(deliveries(8, 5000).size(), 1U);
}

TEST_P(Holders, a_delivery_without_a_holder_runs_to_its_leases_end) {
    send(kRef, 500);
    beat(7, 2000);
    ASSERT_EQ(deliveries(0, 1000).size(), 1U);
    EXPECT_EQ(must(store().reclaim(2000, kCall)).deliveries, 0U);
    EXPECT_TRUE(deliveries(8, 200'000).empty());
}

TEST_P(Holders, what_nobody_began_is_due_at_once_and_its_attempt_does_not_count) {
    for (const char* id : {"u1", "u2"}) say(ref_of(id));
    const auto held = items(7, 1000);
    ASSERT_EQ(held.size(), 2U);
    must(store().give_back("desk", std::span(held).first(1)));
    const auto next = items(8, 1000);
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(next[0].ref, held[0].ref);
    EXPECT_EQ(next[0].attempt, 1U);
    must(store().give_back("desk", held));  // the first is lost, the second is not
    EXPECT_EQ(items(9, 1000).size(), 1U);
    EXPECT_EQ(code_of(store().give_back("nobody", held)), Code::not_found);
}

TEST_P(Holders, one_taken_up_again_can_be_given_back) {
    say(kRef);
    say(kRef);
    finish(items(7, 1000).at(0), ItemOutcome::dead, 1000);
    must(store().settle_dead_item("desk", kRef, 1, true));
    const auto held = items(7, 1000);
    ASSERT_EQ(held.size(), 1U);
    ASSERT_EQ(held[0].item.seq, 1U);
    must(store().give_back("desk", held));
    const auto next = items(8, 1000);
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(next[0].item.seq, 1U);
    EXPECT_EQ(next[0].attempt, 1U);
    finish(next[0]);
    EXPECT_EQ(items(8, 1000).at(0).item.seq, 2U);
}

TEST_P(Holders, heartbeats_and_leases_outlive_a_restart) {
    if (!is_durable()) GTEST_SKIP() << "keeps nothing";
    say(kRef);
    beat(7, 2000);
    ASSERT_EQ(items(7, 1000).size(), 1U);
    ASSERT_TRUE(reopen());
    EXPECT_EQ(must(store().reclaim(2000, kCall)).items, 1U);
    EXPECT_EQ(items(8, 2000).size(), 1U);
}

TEST_P(Holders, items_of_the_accounts_asked_for_are_leased) {
    say(ref_of("u1", "shop"));
    say(ref_of("u1", "bank"));
    say(ref_of("u2", "bank"));
    const std::vector<std::string> bank{"bank"}, other{"other"}, both{"shop", "bank"};
    EXPECT_TRUE(must(store().lease_items("desk", 1000, 2000, 9, {0, other})).empty());
    EXPECT_EQ(must(store().lease_items("desk", 1000, 2000, 1, {0, bank})).size(), 1U);
    const auto rest = must(store().lease_items("desk", 1000, 2000, 9, {0, bank}));
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].account, "bank");
    EXPECT_EQ(must(store().lease_items("desk", 1000, 2000, 9, {0, both})).size(), 1U);
    EXPECT_EQ(must(store().lease_items("desk", 2000, 3000, 9, {0, both})).size(), 3U);
}

TEST_P(Holders, two_hubs_with_other_accounts_under_one_name_lose_nothing) {
    const std::vector<std::string> shop{"shop"}, bank{"bank"};
    std::size_t handled = 0;
    for (int round = 0; round < 10; ++round) {
        for (const char* account : {"shop", "bank"}) say(ref_of("u1", account));
        ASSERT_EQ(reopen(), is_durable());
        must(store().subscribe("desk", {}));
        const auto& mine = round % 2 == 0 ? shop : bank;
        for (;;) {
            const auto one = must(store().lease_items("desk", 1000, 2000, 1, {0, mine}));
            if (one.empty()) break;
            EXPECT_EQ(one[0].account, mine[0]);
            finish(one[0]);
            ++handled;
        }
    }
    for (const LeasedItem& last : lease_items(1000)) EXPECT_EQ(last.account, "shop");
    EXPECT_EQ(handled, 9U + 10U);
}

TEST_P(Holders, what_was_there_before_the_subscription_is_leased_by_account) {
    say(ref_of("u1", "shop"));
    say(ref_of("u1", "bank"));
    must(store().subscribe("late", {}));
    const std::vector<std::string> bank{"bank"};
    const auto first = must(store().lease_items("late", 1000, 2000, 9, {0, bank}));
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].account, "bank");
    EXPECT_TRUE(must(store().lease_items("late", 1000, 2000, 9, {0, bank})).empty());
    EXPECT_EQ(must(store().lease_items("late", 1000, 2000, 9)).size(), 1U);
}

}  // namespace
}  // namespace lampjack::store::testing
