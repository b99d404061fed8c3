// What subscriptions are handed: everything they want, in order within a conversation, side by side across them.

#include "store/contract/store_contract.h"

#include <algorithm>

namespace lampjack::store::testing {
namespace {

class Subscriptions : public StoreContract {
protected:
    void SetUp() override {
        StoreContract::SetUp();
        if (IsSkipped()) return;
        must(store().subscribe("desk", {}));
    }
    /// Hands everything out and takes it as handled, in the order it came.
    std::vector<std::string> drain(Millis now, std::string_view name = "desk") {
        std::vector<std::string> all;
        for (;;) {
            const auto leased = lease_items(now, 1, name);
            if (leased.empty()) return all;
            all.push_back(leased[0].ref + " " + std::to_string(leased[0].item.seq));
            finish(leased[0], ItemOutcome::done, 0, name);
        }
    }
};
LJK_ON_EVERY_STORE(Subscriptions);

const std::string kRef = ref_of("u1"), kOther = ref_of("u2");

std::string place(const LeasedItem& item) { return item.ref + " " + std::to_string(item.item.seq); }

TEST_P(Subscriptions, an_item_is_handed_out_with_all_that_belongs_to_it) {
    say(kRef, "message", 77);
    const auto leased = lease_items(1000);
    ASSERT_EQ(leased.size(), 1U);
    EXPECT_EQ(leased[0].ref, kRef);
    EXPECT_EQ(leased[0].account, "shop");
    EXPECT_EQ(leased[0].attempt, 1U);
    EXPECT_EQ(line(leased[0].item), line(must(store().items(key_of(kRef), 0, 1))[0]));
}

TEST_P(Subscriptions, an_unknown_one_is_not_found) {
    EXPECT_EQ(code_of(store().lease_items("nobody", 0, 1, 1)), Code::not_found);
    EXPECT_EQ(code_of(store().dead_items("nobody", 1)), Code::not_found);
    EXPECT_EQ(code_of(store().settle_dead_item("nobody", kRef, 1, true)), Code::not_found);
    LeasedItem item;
    item.ref = kRef;
    EXPECT_EQ(code_of(store().finish_item("nobody", item, ItemOutcome::done, 0, "")),
              Code::not_found);
}

TEST_P(Subscriptions, a_conversation_is_handed_out_one_item_at_a_time_in_order) {
    for (int i = 0; i < 3; ++i) say(kRef);
    auto first = lease_items(1000);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].item.seq, 1U);
    EXPECT_TRUE(lease_items(1000).empty());
    finish(first[0]);
    EXPECT_EQ(drain(1000), (std::vector{kRef + " 2", kRef + " 3"}));
}

TEST_P(Subscriptions, conversations_are_handed_out_side_by_side) {
    for (int i = 0; i < 4; ++i) say(ref_of("u" + std::to_string(i)));
    EXPECT_EQ(lease_items(1000, 3).size(), 3U);
    EXPECT_EQ(lease_items(1000, 3).size(), 1U);
}

TEST_P(Subscriptions, a_long_conversation_does_not_keep_the_others_waiting) {
    for (int i = 0; i < 4; ++i) say(kRef);
    say(kOther);
    const auto order = drain(1000);
    ASSERT_EQ(order.size(), 5U);
    EXPECT_NE(std::find(order.begin(), order.begin() + 2, kOther + " 1"), order.begin() + 2);
}

TEST_P(Subscriptions, a_new_one_starts_with_the_oldest_item) {
    for (int i = 0; i < 3; ++i) say(kRef);
    say(kOther, "typing");
    must(store().subscribe("late", {{"message"}, {}, {}}));
    EXPECT_EQ(drain(1000, "late"), (std::vector{kRef + " 1", kRef + " 2", kRef + " 3"}));
    EXPECT_EQ(drain(1000).size(), 4U) << "the others lose nothing by it";
}

TEST_P(Subscriptions, each_wants_its_own) {
    must(store().subscribe("kinds", {{"message", "typing"}, {}, {}}));
    must(store().subscribe("accounts", {{}, {"bank"}, {}}));
    must(store().subscribe("bot", {{}, {}, To::bot}));
    say(kRef, "message");
    say(kRef, "session");
    say(kRef, "typing");
    say(ref_of("u1", "bank"), "session");
    say(kRef, "message", 1000, To::bot);
    const std::string bank = ref_of("u1", "bank");
    auto kinds = drain(1000, "kinds");
    EXPECT_EQ(kinds, (std::vector{kRef + " 1", kRef + " 3", kRef + " 4"}));
    EXPECT_EQ(drain(1000, "accounts"), std::vector{bank + " 1"});
    EXPECT_EQ(drain(1000, "bot"), std::vector{kRef + " 4"});
}

TEST_P(Subscriptions, a_changed_filter_holds_for_what_comes_later) {
    must(store().subscribe("desk", {{"message"}, {}, {}}));
    say(kRef, "typing");
    say(kRef, "message");
    EXPECT_EQ(drain(1000), std::vector{kRef + " 2"});
    must(store().subscribe("desk", {{"typing"}, {}, {}}));
    say(kRef, "message");
    say(kRef, "typing");
    EXPECT_EQ(drain(1000), std::vector{kRef + " 4"});
}

TEST_P(Subscriptions, a_retry_waits_and_holds_back_what_follows) {
    say(kRef);
    say(kRef);
    finish(lease_items(1000).at(0), ItemOutcome::retry, 5000);
    EXPECT_TRUE(lease_items(4999).empty());
    say(kRef);  // a new item does not shorten the wait
    EXPECT_TRUE(lease_items(4999).empty());
    const auto again = lease_items(5000);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].item.seq, 1U);
    EXPECT_EQ(again[0].attempt, 2U);
    finish(again[0]);
    const auto next = lease_items(5000);
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(next[0].item.seq, 2U);
    EXPECT_EQ(next[0].attempt, 1U);
}

TEST_P(Subscriptions, a_lease_that_ran_out_is_handed_to_the_next_and_the_late_one_is_told) {
    say(kRef);
    const auto slow = lease_items(1000);
    ASSERT_EQ(slow.size(), 1U);
    EXPECT_TRUE(lease_items(1999).empty());
    const auto quick = lease_items(2000);
    ASSERT_EQ(quick.size(), 1U);
    EXPECT_EQ(quick[0].attempt, 2U);
    EXPECT_EQ(code_of(store().finish_item("desk", slow[0], ItemOutcome::done, 0, "")),
              Code::unsupported);
    finish(quick[0]);
    EXPECT_EQ(code_of(store().finish_item("desk", quick[0], ItemOutcome::done, 0, "")),
              Code::unsupported);
    EXPECT_TRUE(lease_items(9000).empty());
}

TEST_P(Subscriptions, a_dead_item_lets_the_next_one_pass_and_is_kept_with_its_reason) {
    say(kRef);
    say(kRef);
    const auto first = lease_items(1000);
    must(store().finish_item("desk", first.at(0), ItemOutcome::dead, 1234, "desk said no"));
    EXPECT_EQ(drain(1000), std::vector{kRef + " 2"});
    const auto dead = must(store().dead_items("desk", 10));
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(place(dead[0].item), kRef + " 1");
    EXPECT_EQ(line(dead[0].item.item), line(first[0].item));
    EXPECT_EQ(dead[0].item.account, "shop");
    EXPECT_EQ(dead[0].item.attempt, 1U);
    EXPECT_EQ(dead[0].reason, "desk said no");
    EXPECT_EQ(dead[0].died, 1234);
}

TEST_P(Subscriptions, dead_items_are_listed_oldest_first) {
    for (int i = 3; i > 0; --i) {
        const std::string ref = ref_of("u" + std::to_string(i));
        say(ref);
        must(store().finish_item("desk", lease_items(1000).at(0), ItemOutcome::dead, 10 - i, "no"));
    }
    const auto dead = must(store().dead_items("desk", 2));
    ASSERT_EQ(dead.size(), 2U);
    EXPECT_EQ(dead[0].item.ref, ref_of("u3"));
    EXPECT_EQ(dead[1].item.ref, ref_of("u2"));
}

TEST_P(Subscriptions, a_dead_item_is_taken_up_again_or_forgotten) {
    for (int i = 0; i < 3; ++i) say(kRef);
    for (int i = 0; i < 2; ++i) finish(lease_items(1000).at(0), ItemOutcome::dead, 1000);
    EXPECT_EQ(drain(1000), std::vector{kRef + " 3"});
    EXPECT_EQ(code_of(store().settle_dead_item("desk", kRef, 3, true)), Code::not_found);
    must(store().settle_dead_item("desk", kRef, 1, false));
    EXPECT_EQ(code_of(store().settle_dead_item("desk", kRef, 1, true)), Code::not_found);
    must(store().settle_dead_item("desk", kRef, 2, true));
    EXPECT_TRUE(must(store().dead_items("desk", 10)).empty());
    const auto again = lease_items(2000);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].item.seq, 2U);
    EXPECT_EQ(again[0].attempt, 1U);
    finish(again[0], ItemOutcome::retry, 3000);
    say(kRef);
    EXPECT_TRUE(lease_items(2999).empty());
    EXPECT_EQ(lease_items(3000).at(0).attempt, 2U);
    EXPECT_EQ(drain(9000), (std::vector{kRef + " 2", kRef + " 4"}));
}

TEST_P(Subscriptions, what_is_taken_up_again_goes_before_what_came_later) {
    for (int i = 0; i < 3; ++i) say(kRef);
    finish(lease_items(1000).at(0), ItemOutcome::dead, 1000);
    const auto second = lease_items(1000);
    must(store().settle_dead_item("desk", kRef, 1, true));
    EXPECT_TRUE(lease_items(1000).empty()) << "the conversation is leased";
    finish(second.at(0), ItemOutcome::retry, 4000);
    const auto first = lease_items(4000);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].item.seq, 1U);
    finish(first[0]);
    const auto then = lease_items(4000);
    ASSERT_EQ(then.size(), 1U);
    EXPECT_EQ(then[0].item.seq, 2U);
    EXPECT_EQ(then[0].attempt, 2U);
}

TEST_P(Subscriptions, an_item_may_die_twice) {
    say(kRef);
    finish(lease_items(1000).at(0), ItemOutcome::dead, 1000);
    must(store().settle_dead_item("desk", kRef, 1, true));
    finish(lease_items(1000).at(0), ItemOutcome::dead, 2000);
    const auto dead = must(store().dead_items("desk", 10));
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].died, 2000);
    EXPECT_TRUE(lease_items(9000).empty());
}

TEST_P(Subscriptions, what_another_filter_does_not_want_is_not_handed_out_any_more) {
    say(kRef, "typing");
    say(kRef, "message");
    say(kRef, "typing");
    say(kOther, "typing");
    must(store().subscribe("desk", {{"message"}, {}, {}}));
    EXPECT_EQ(drain(1000), std::vector{kRef + " 2"});
    say(kOther, "message");
    EXPECT_EQ(drain(1000), std::vector{kOther + " 2"}) << "it goes on with what it wants";
}

TEST_P(Subscriptions, another_filter_counts_from_the_first_item_that_waits) {
    must(store().subscribe("desk", {{"message"}, {}, {}}));
    for (const char* kind : {"typing", "message", "typing", "message"}) say(kRef, kind);
    say(kOther, "typing");
    finish(lease_items(1000).at(0));
    must(store().subscribe("desk", {}));
    say(kRef, "typing");
    EXPECT_EQ(drain(1000), (std::vector{kRef + " 4", kRef + " 5"}))
        << "what was passed over stays behind";
}

TEST_P(Subscriptions, an_item_in_hand_is_finished_whatever_the_filter_has_become) {
    for (int i = 0; i < 3; ++i) say(kRef, i == 1 ? "message" : "typing");
    const auto held = lease_items(1000);
    must(store().subscribe("desk", {{"message"}, {}, {}}));
    EXPECT_TRUE(lease_items(1000).empty());
    finish(held.at(0), ItemOutcome::retry, 1500);
    EXPECT_EQ(drain(2000), std::vector{kRef + " 2"}) << "nobody wants the first again";
}

TEST_P(Subscriptions, a_lease_that_runs_out_on_an_unwanted_item_leaves_nothing_behind) {
    say(kRef, "typing");
    ASSERT_EQ(lease_items(1000).size(), 1U);
    must(store().subscribe("desk", {{"message"}, {}, {}}));
    EXPECT_TRUE(lease_items(9000).empty());
    say(kRef, "message");
    EXPECT_EQ(drain(9000), std::vector{kRef + " 2"});
}

TEST_P(Subscriptions, a_dead_item_that_is_wanted_again_is_not_filtered) {
    say(kRef, "typing");
    finish(lease_items(1000).at(0), ItemOutcome::dead, 1000);
    must(store().subscribe("desk", {{"message"}, {}, {}}));
    must(store().settle_dead_item("desk", kRef, 1, true));
    EXPECT_EQ(drain(1000), std::vector{kRef + " 1"});
}

TEST_P(Subscriptions, each_has_its_own_pace) {
    must(store().subscribe("log", {}));
    say(kRef);
    say(kRef);
    const auto held = lease_items(1000);
    EXPECT_EQ(drain(1000, "log").size(), 2U);
    EXPECT_EQ(code_of(store().finish_item("log", held.at(0), ItemOutcome::done, 0, "")),
              Code::unsupported);
    finish(held[0]);
    EXPECT_EQ(drain(1000).size(), 1U);
}

TEST_P(Subscriptions, they_go_on_where_they_were_after_a_restart) {
    if (!is_durable()) GTEST_SKIP() << "keeps nothing";
    for (int i = 0; i < 3; ++i) say(kRef);
    say(kOther);
    must(store().finish_item("desk", lease_items(1000, 1).at(0), ItemOutcome::done, 0, ""));
    const auto held = lease_items(1000, 1);
    ASSERT_TRUE(reopen());
    must(store().subscribe("desk", {}));
    const auto rest = lease_items(1001, 9);
    ASSERT_EQ(rest.size(), 1U) << "one of the two conversations is still leased";
    finish(held.at(0));
    finish(rest[0]);
    say(kOther);
    EXPECT_EQ(held.size() + rest.size() + drain(1001).size() + 1, 5U);
}

}  // namespace
}  // namespace lampjack::store::testing
