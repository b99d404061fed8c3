// Reads that name accounts give what these have. What others have is passed over before the limit counts.

#include "store/contract/store_contract.h"

namespace lampjack::store::testing {
namespace {

using Names = std::vector<std::string>;

const std::string kShop = ref_of("u1", "shop");
const Names kBankOnly{"bank"}, kShopOnly{"shop"}, kBoth{"bank", "shop"}, kNone{};

class Accounts : public StoreContract {
protected:
    void SetUp() override {
        StoreContract::SetUp();
        if (!IsSkipped()) must(store().subscribe("desk", {}));
    }
    /// Some conversations of a noisy account, all newer and older than the other's.
    void make_noise() {
        for (int i = 0; i < 5; ++i)
            say(ref_of("n" + std::to_string(i), "bank"), "message", 500 + i * 300'000);
    }
};
LJK_ON_EVERY_STORE(Accounts);

Names refs(const std::vector<ConversationRow>& rows) {
    Names all;
    for (const ConversationRow& row : rows) all.push_back(row.ref);
    return all;
}

TEST_P(Accounts, conversations_are_those_of_the_accounts_and_a_limit_counts_them_alone) {
    make_noise();
    say(kShop, "message", 1000);
    EXPECT_EQ(refs(must(store().conversations("", 1, kShopOnly))), Names{kShop});
    EXPECT_EQ(must(store().conversations("bot", 100, kBankOnly)).size(), 5U);
    EXPECT_EQ(must(store().conversations("", 100, kBoth)).size(), 6U);
    EXPECT_EQ(must(store().conversations("", 2, kBoth)).front().ref, ref_of("n4", "bank"));
    EXPECT_TRUE(must(store().conversations("", 100, kNone)).empty());
    EXPECT_EQ(must(store().conversations("", 100)).size(), 6U) << "a tool sees all";
    EXPECT_EQ(must(store().accounts()), kBoth);
}

TEST_P(Accounts, deliveries_by_status_are_those_of_the_accounts) {
    for (int i = 0; i < 3; ++i) send(ref_of("n" + std::to_string(i), "bank"), 1000 + i);
    const OutboxRow own = send(kShop, 5000);
    const auto found = must(store().deliveries_by(DeliveryStatus::pending, 1, kShopOnly));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].row.id, own.id);
    EXPECT_EQ(found[0].account, "shop");
    EXPECT_EQ(must(store().deliveries_by(DeliveryStatus::pending, 9, kBoth)).size(), 4U);
    EXPECT_TRUE(must(store().deliveries_by(DeliveryStatus::pending, 9, kNone)).empty());
    for (const LeasedDelivery& lease : lease(10'000)) must(record(lease, DeliveryStatus::dead));
    EXPECT_EQ(must(store().deliveries_by(DeliveryStatus::dead, 9)).size(), 4U);
    EXPECT_EQ(must(store().deliveries_by(DeliveryStatus::dead, 1, kShopOnly))[0].row.id, own.id);
    EXPECT_EQ(must(store().deliveries_by(DeliveryStatus::dead, 9, kBankOnly)).size(), 3U);
}

TEST_P(Accounts, waiting_items_are_counted_of_the_accounts_before_and_after_a_lease_named_them) {
    make_noise();
    say(kShop);
    const auto waiting = [&](const Names& of) {
        return must(store().subscriptions(1, of))[0].waiting;
    };
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(waiting(kShopOnly), 1U);
        EXPECT_EQ(waiting(kBankOnly), 5U);
        EXPECT_EQ(waiting(kNone), 0U);
        EXPECT_EQ(must(store().subscriptions(1))[0].waiting, 6U);
        if (round == 0)  // a lease writes the account into lanes that do not name it
            must(store().give_back(
                "desk", must(store().lease_items("desk", 9'000'000, 9'100'000, 9, {7, kBoth}))));
    }
}

TEST_P(Accounts, items_from_before_the_subscription_are_counted_of_the_accounts) {
    make_noise();
    say(kShop);
    must(store().subscribe("late", {}));
    for (const SubscriptionState& one : must(store().subscriptions(1, kShopOnly)))
        EXPECT_EQ(one.waiting, 1U) << one.name;
}

TEST_P(Accounts, holders_are_those_that_have_one_of_the_accounts) {
    must(store().beat({7, "host:7", {"shop"}, {{"desk", {}}}, 0, 9000}));
    must(store().beat({8, "host:8", {"bank"}, {{"desk", {}}}, 0, 9000}));
    EXPECT_EQ(must(store().subscriptions(1, kShopOnly))[0].holders, Names{"host:7"});
    EXPECT_EQ(must(store().subscriptions(1))[0].holders.size(), 2U);
}

TEST_P(Accounts, dead_items_are_those_of_the_accounts) {
    make_noise();
    say(kShop, "message", 9'000'000);
    for (const LeasedItem& item : lease_items(9'000'000))
        finish(item, ItemOutcome::dead, item.account == "shop" ? 200 : 100);
    const auto dead = must(store().dead_items("desk", 1, kShopOnly));
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].item.ref, kShop);
    EXPECT_EQ(must(store().dead_items("desk", 9, kBankOnly)).size(), 5U);
    EXPECT_TRUE(must(store().dead_items("desk", 9, kNone)).empty());
    EXPECT_EQ(must(store().dead_items("desk", 9)).size(), 6U);
}

TEST_P(Accounts, due_timers_are_those_of_the_accounts) {
    for (const std::string& ref : {ref_of("n1", "bank"), ref_of("n2", "bank"), kShop}) {
        Edit edit(store(), ref, 1000);
        edit.say("message");
        edit.row().state.timers[0] = conversation::Timer{.due = 2000};
        edit.finish();
    }
    const auto due = must(store().due_timers(5000, 1, kShopOnly));
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].ref, kShop);
    EXPECT_EQ(must(store().due_timers(5000, 9, kBankOnly)).size(), 2U);
    EXPECT_TRUE(must(store().due_timers(5000, 9, kNone)).empty());
    EXPECT_EQ(must(store().due_timers(5000, 9)).size(), 3U);
}

}  // namespace
}  // namespace lampjack::store::testing
