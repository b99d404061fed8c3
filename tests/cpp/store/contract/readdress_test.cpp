// Items that get another recipient, and items that are for two.

#include "store/contract/store_contract.h"

namespace lampjack::store::testing {
namespace {

class Readdress : public StoreContract {
protected:
    void SetUp() override {
        StoreContract::SetUp();
        if (IsSkipped()) return;
        must(store().subscribe("desk", {{}, {}, To::desk}));
        must(store().subscribe("bot", {{}, {}, To::bot}));
        must(store().subscribe("log", {}));
    }
    void readdress(std::uint64_t seq, To to, std::string_view flags = "rerouted") {
        Edit edit(store(), kRef);
        must(edit.tx().readdress(edit.row().key, seq, to, flags));
        edit.finish();
    }
    /// What it is handed, each taken as handled.
    std::vector<std::uint64_t> drain(std::string_view name = "desk") {
        std::vector<std::uint64_t> all;
        for (;;) {
            const auto leased = lease_items(1000, 1, name);
            if (leased.empty()) return all;
            all.push_back(leased[0].item.seq);
            EXPECT_EQ(leased[0].attempt, 1U);
            finish(leased[0], ItemOutcome::done, 0, name);
        }
    }
    using Seqs = std::vector<std::uint64_t>;
    const std::string kRef = ref_of("u1");
};
LJK_ON_EVERY_STORE(Readdress);

TEST_P(Readdress, what_the_desk_has_passed_comes_to_it_before_later_items_and_once) {
    say(kRef, "message", 1000, To::bot);
    say(kRef, "message", 1000, To::desk);
    say(kRef, "message", 1000, To::desk);
    finish(lease_items(1000).at(0));
    readdress(1, To::desk);
    const auto first = lease_items(1000);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].item.seq, 1U);
    EXPECT_EQ(first[0].item.to, To::desk);
    EXPECT_EQ(first[0].item.flags, "rerouted");
    finish(first[0]);
    EXPECT_EQ(drain(), Seqs{3});
    EXPECT_EQ(must(store().items(key_of(kRef), 0, 1)).at(0).flags, "rerouted");
}

TEST_P(Readdress, it_comes_also_where_nothing_waits) {
    say(kRef, "message", 1000, To::bot);
    EXPECT_EQ(drain(), Seqs{});
    EXPECT_EQ(drain("bot"), Seqs{1});
    readdress(1, To::desk);
    EXPECT_EQ(drain(), Seqs{1});
    EXPECT_EQ(drain("bot"), Seqs{});
    say(kRef, "message", 1000, To::desk);
    EXPECT_EQ(drain(), Seqs{2});
}

TEST_P(Readdress, who_wanted_it_before_has_it_once) {
    say(kRef, "message", 1000, To::bot);
    say(kRef, "message", 1000, To::bot);
    EXPECT_EQ(drain("log"), (Seqs{1, 2}));
    readdress(1, To::desk);
    EXPECT_EQ(drain("log"), Seqs{});
    readdress(1, To::desk, "rerouted maybe_forwarded");
    EXPECT_EQ(drain(), Seqs{1}) << "told twice, handed out once";
}

TEST_P(Readdress, several_come_in_their_order) {
    for (int i = 0; i < 3; ++i) say(kRef, "message", 1000, To::bot);
    say(kRef, "message", 1000, To::desk);
    EXPECT_EQ(drain(), Seqs{4});
    Edit edit(store(), kRef);
    for (const std::uint64_t seq : {3U, 1U, 2U})
        must(edit.tx().readdress(edit.row().key, seq, To::desk, "rerouted"));
    edit.say("message");
    edit.finish();
    EXPECT_EQ(drain(), (Seqs{1, 2, 3, 5}));
}

TEST_P(Readdress, what_the_subscription_has_not_reached_comes_in_its_place) {
    say(kRef, "message", 1000, To::desk);
    say(kRef, "message", 1000, To::bot);
    say(kRef, "message", 1000, To::desk);
    readdress(2, To::desk);
    EXPECT_EQ(drain(), (Seqs{1, 2, 3}));
}

TEST_P(Readdress, it_waits_for_the_one_at_work_and_goes_before_a_retry) {
    say(kRef, "message", 1000, To::bot);
    say(kRef, "message", 1000, To::desk);
    const auto at_work = lease_items(1000);
    ASSERT_EQ(at_work.size(), 1U);
    readdress(1, To::desk);
    EXPECT_TRUE(lease_items(1000).empty());
    finish(at_work[0], ItemOutcome::retry, 1000);
    const auto first = lease_items(1000);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].item.seq, 1U);
    finish(first[0]);
    EXPECT_EQ(lease_items(1000).at(0).item.seq, 2U);
}

TEST_P(Readdress, it_does_not_wait_for_the_retry_of_a_later_one) {
    say(kRef, "message", 1000, To::bot);
    say(kRef, "message", 1000, To::desk);
    finish(lease_items(1000).at(0), ItemOutcome::retry, 9000);
    readdress(1, To::desk);
    EXPECT_EQ(lease_items(1000).at(0).item.seq, 1U);
}

TEST_P(Readdress, without_a_commit_nothing_changes) {
    say(kRef, "message", 1000, To::bot);
    {
        Edit edit(store(), kRef);
        must(edit.tx().readdress(edit.row().key, 1, To::desk, "rerouted"));
    }
    {
        Edit edit(store(), kRef);
        must(edit.tx().savepoint());
        edit.open(kRef);
        must(edit.tx().readdress(edit.row().key, 1, To::desk, "rerouted"));
        must(edit.tx().rollback_to_savepoint());
        edit.commit();
    }
    EXPECT_EQ(drain(), Seqs{});
    EXPECT_EQ(must(store().items(key_of(kRef), 0, 1)).at(0).to, To::bot);
}

TEST_P(Readdress, an_item_of_the_same_transaction_is_handed_out_as_it_became) {
    Edit edit(store(), kRef);
    edit.say("message", {}, To::bot);
    must(edit.tx().readdress(edit.row().key, 1, To::desk, "rerouted"));
    EXPECT_EQ(code_of(edit.tx().readdress(edit.row().key, 2, To::desk, "")), Code::not_found);
    EXPECT_EQ(code_of(edit.tx().readdress(key_of("nobody"), 1, To::desk, "")), Code::not_found);
    edit.finish();
    EXPECT_EQ(drain(), Seqs{1});
    EXPECT_EQ(drain("bot"), Seqs{});
}

TEST_P(Readdress, a_savepoint_gives_an_item_of_the_same_transaction_its_recipient_back) {
    Edit edit(store(), kRef);
    edit.say("message", {}, To::bot);
    edit.say("message", {}, To::bot);
    edit.put();
    must(edit.tx().savepoint());
    edit.open(kRef);
    must(edit.tx().readdress(edit.row().key, 1, To::nobody, "rerouted"));
    must(edit.tx().readdress(edit.row().key, 1, To::desk, "rerouted"));
    must(edit.tx().rollback_to_savepoint());
    edit.open(kRef);
    must(edit.tx().readdress(edit.row().key, 2, To::desk,
                             "rerouted"));  // the control: this one stays
    edit.finish();
    EXPECT_EQ(drain("bot"), Seqs{1});
    EXPECT_EQ(drain(), Seqs{2});
}

TEST_P(Readdress, it_outlives_a_restart) {
    if (!is_durable()) GTEST_SKIP() << "keeps nothing";
    say(kRef, "message", 1000, To::bot);
    readdress(1, To::desk);
    ASSERT_TRUE(reopen());
    EXPECT_EQ(drain(), Seqs{1});
}

TEST_P(Readdress, what_is_for_both_comes_to_the_desk_and_to_the_bot) {
    Edit edit(store(), kRef);
    edit.say("message", {}, To::desk, "late bot_too");
    edit.say("message", {}, To::desk, "bot_too_late");
    edit.say("message", {}, To::nobody, "bot_too");
    edit.finish();
    EXPECT_EQ(drain(), (Seqs{1, 2}));
    EXPECT_EQ(drain("bot"), Seqs{1});
    must(store().subscribe("late", {{}, {}, To::bot}));
    EXPECT_EQ(drain("late"), Seqs{1});
}

TEST_P(Readdress, the_desk_has_the_bots_lines_when_it_asks_for_them) {
    must(store().subscribe("eager", {{}, {}, To::desk, true}));
    Edit edit(store(), kRef);
    edit.say("message", {}, To::nobody, "bot_line");
    edit.say("message", {}, To::nobody, "bot_lines");
    edit.say("message", {}, To::desk);
    edit.finish();
    EXPECT_EQ(drain(), Seqs{3});
    EXPECT_EQ(drain("eager"), (Seqs{1, 3}));
    must(store().subscribe("eager", {{}, {}, To::desk, false}));
    Edit after(store(), kRef);
    after.say("message", {}, To::nobody, "bot_line");
    after.finish();
    EXPECT_EQ(drain("eager"), Seqs{}) << "another filter replaces the one before";
    must(store().subscribe("late", {{}, {}, To::desk, true}));
    EXPECT_EQ(drain("late"), (Seqs{1, 3, 4}));
}

}  // namespace
}  // namespace lampjack::store::testing
