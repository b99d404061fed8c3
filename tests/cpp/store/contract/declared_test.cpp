// Subscriptions as such: how they begin, how they stand, who has them, how they end.

#include "store/contract/store_contract.h"

namespace lampjack::store::testing {
namespace {

class Declared : public StoreContract {
protected:
    SubscriptionState state(std::string_view name, Millis now = 1000) {
        for (SubscriptionState& one : must(store().subscriptions(now)))
            if (one.name == name) return std::move(one);
        ADD_FAILURE() << "no subscription " << name;
        return {};
    }
    void beat(std::uint64_t id, const SubscriptionFilter& filter, Millis until = 9000) {
        must(store().beat({id, "host:" + std::to_string(id), {}, {{"desk", filter}}, 0, until}));
    }
    const std::string kRef = ref_of("u1");
};
LJK_ON_EVERY_STORE(Declared);

TEST_P(Declared, one_that_starts_now_has_what_comes_later) {
    say(kRef);
    EXPECT_TRUE(must(store().subscribe("desk", {}, {0, {}, 0, true})));
    EXPECT_TRUE(lease_items(1000).empty());
    say(kRef);
    EXPECT_EQ(lease_items(1000).at(0).item.seq, 2U);
}

TEST_P(Declared, to_start_now_is_ignored_for_one_that_is_there) {
    EXPECT_TRUE(must(store().subscribe("desk", {})));
    say(kRef);
    EXPECT_FALSE(must(store().subscribe("desk", {}, {0, {}, 0, true})));
    EXPECT_EQ(lease_items(1000).size(), 1U);
}

TEST_P(Declared, all_are_listed_with_what_waits) {
    EXPECT_TRUE(must(store().subscriptions(1000)).empty());
    must(store().subscribe("desk", {{"message"}, {}, To::desk, true}));
    must(store().subscribe("bot", {{}, {}, To::bot}));
    say(kRef, "message", 300);
    say(kRef, "message", 200);
    say(kRef, "typing", 100);
    say(ref_of("u2"), "message", 400);
    EXPECT_EQ(must(store().subscriptions(1000)).size(), 2U);
    const SubscriptionState desk = state("desk");
    EXPECT_EQ(desk.filter, (SubscriptionFilter{{"message"}, {}, To::desk, true}));
    EXPECT_EQ(desk.waiting, 3U);
    EXPECT_EQ(desk.oldest, 200);
    EXPECT_EQ(desk.served, 0);
    EXPECT_TRUE(desk.holders.empty());
    EXPECT_EQ(state("bot").waiting, 0U);
    EXPECT_EQ(state("bot").oldest, 0);
}

TEST_P(Declared, handled_items_do_not_wait_and_dead_ones_neither) {
    must(store().subscribe("desk", {}));
    for (int i = 0; i < 3; ++i) say(kRef);
    finish(lease_items(1000).at(0));
    EXPECT_EQ(state("desk").waiting, 2U);
    finish(lease_items(1000).at(0), ItemOutcome::dead, 1000);
    EXPECT_EQ(state("desk").waiting, 1U);
    must(store().settle_dead_item("desk", kRef, 2, true));
    EXPECT_EQ(state("desk").waiting, 2U);
    ASSERT_EQ(lease_items(1000).size(), 1U);
    EXPECT_EQ(state("desk").waiting, 2U) << "what is at work is not handled yet";
}

TEST_P(Declared, what_waits_is_counted_up_to_a_bound) {
    must(store().subscribe("desk", {}));
    Edit edit(store(), kRef, 77);
    for (std::size_t i = 0; i < kCountedItems + 5; ++i) edit.say("message");
    edit.finish();
    EXPECT_EQ(state("desk").waiting, kCountedItems);
    EXPECT_EQ(state("desk").oldest, 77);
}

TEST_P(Declared, it_is_told_within_a_minute_when_it_was_served) {
    must(store().subscribe("desk", {}));
    for (int i = 0; i < 4; ++i) say(ref_of("u" + std::to_string(i)));
    lease_items(10'000, 1);
    EXPECT_EQ(state("desk").served, 10'000);
    lease_items(69'999, 1);
    EXPECT_EQ(state("desk").served, 10'000) << "one write a minute is enough";
    lease_items(70'000, 1);
    EXPECT_EQ(state("desk").served, 70'000);
    must(store().subscribe("idle", {{"typing"}, {}, {}}));
    lease_items(10'000, 1, "idle");
    EXPECT_EQ(state("idle").served, 0) << "nothing was there to lease";
}

TEST_P(Declared, all_are_listed_without_what_waits) {
    EXPECT_TRUE(must(store().known_subscriptions()).empty());
    const SubscriptionFilter desk{{"message"}, {}, To::desk, true}, old{{}, {"shop"}, {}};
    must(store().subscribe("desk", desk));
    must(store().subscribe("all", old));
    say(kRef);
    EXPECT_EQ(lease_items(10'000, 1, "all").size(), 1U);
    const auto known = must(store().known_subscriptions());
    ASSERT_EQ(known.size(), 2U);
    EXPECT_EQ(known.at(0).name, "all");
    EXPECT_EQ(known.at(0).filter, old);
    EXPECT_EQ(known.at(0).served, 10'000);
    EXPECT_EQ(known.at(1).name, "desk");
    EXPECT_EQ(known.at(1).filter, desk);
    EXPECT_EQ(known.at(1).served, 0);
}

TEST_P(Declared, the_live_holders_are_named) {
    must(store().subscribe("desk", {}));
    beat(8, {});
    beat(7, {});
    beat(9, {}, 1000);
    EXPECT_EQ(state("desk").holders, (std::vector<std::string>{"host:7", "host:8"}));
    EXPECT_TRUE(state("desk", 9000).holders.empty());
}

TEST_P(Declared, two_live_processes_that_disagree_are_told) {
    const SubscriptionFilter messages{{"message"}, {}, To::desk};
    beat(7, messages);
    must(store().subscribe("desk", messages, {7, "host:7", 1000, false}));
    SubscriptionFilter other = messages;
    const auto refused = [&] {
        beat(8, other);
        const auto told = store().subscribe("desk", other, {8, "host:8", 1000, false});
        EXPECT_EQ(code_of(told), Code::config);
        const std::string why = told ? "" : told.error().message;
        EXPECT_NE(why.find("host:7"), std::string::npos) << why;
        EXPECT_NE(why.find("host:8"), std::string::npos) << why;
    };
    other.kinds.push_back("typing");
    refused();
    other = messages;
    other.to = To::bot;
    refused();
    other = messages;
    other.include_bot = true;
    refused();
    EXPECT_EQ(state("desk").filter, messages) << "and nothing has changed";
    EXPECT_TRUE(store().subscribe("desk", messages, {8, "host:8", 1000, false}));
}

TEST_P(Declared, accounts_and_the_order_of_kinds_are_no_disagreement) {
    beat(7, {{"message", "typing"}, {"shop"}, {}});
    EXPECT_TRUE(store().subscribe("desk", {{"typing", "message"}, {}, {}}, {8, "host:8", 1000}));
}

TEST_P(Declared, a_dead_process_is_no_obstacle) {
    beat(7, {{"message"}, {}, {}}, 1000);
    must(store().subscribe("desk", {{"message"}, {}, {}}));
    must(store().subscribe("desk", {{"typing"}, {}, {}}, {8, "host:8", 1000, false}));
    EXPECT_EQ(state("desk").filter.kinds, std::vector<std::string>{"typing"});
}

TEST_P(Declared, one_that_a_live_process_has_is_not_dropped) {
    must(store().subscribe("desk", {}));
    beat(7, {});
    const auto kept = store().drop_subscription("desk", 1000);
    EXPECT_EQ(code_of(kept), Code::unsupported);
    EXPECT_NE(kept.error().message.find("host:7"), std::string::npos) << kept.error().message;
    EXPECT_EQ(must(store().subscriptions(1000)).size(), 1U);
    must(store().drop_subscription("desk", 9000));
    EXPECT_TRUE(must(store().subscriptions(1000)).empty());
}

TEST_P(Declared, one_that_was_dropped_leaves_nothing_behind) {
    must(store().subscribe("desk", {}));
    must(store().subscribe("log", {}));
    for (int i = 0; i < 2; ++i) say(kRef);
    finish(lease_items(1000).at(0), ItemOutcome::dead, 1000);
    must(store().drop_subscription("desk", 1000));
    EXPECT_EQ(code_of(store().drop_subscription("desk", 1000)), Code::not_found);
    EXPECT_EQ(code_of(store().lease_items("desk", 1000, 2000, 1)), Code::not_found);
    say(kRef);
    EXPECT_EQ(state("log").waiting, 3U) << "the others keep theirs";
    must(store().subscribe("desk", {}));
    EXPECT_TRUE(must(store().dead_items("desk", 10)).empty());
    EXPECT_EQ(lease_items(1000).at(0).item.seq, 1U) << "as if it had never been";
}

}  // namespace
}  // namespace lampjack::store::testing
