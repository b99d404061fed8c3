// A change whose COMMIT went through although its answer was lost is made again by whoever made it: that is no failure. And
// what works on a whole table does so in steps.
#include "postgres_fixture.h"
#include "support/cutting_proxy.h"

namespace lampjack::store::postgres {
namespace {

class PostgresRepeats : public PostgresTest {
protected:
    void SetUp() override {
        PostgresTest::SetUp();
        if (IsSkipped()) return;
        store_ = open_store();
        ASSERT_TRUE(store_->subscribe("desk", {}));
        proxy_ = std::make_unique<support::CuttingProxy>(
            server().port(),
            support::CuttingProxy::Options{.word = "COMMIT", .word_chance = 1, .seed = 7});
        auto far = open(server().url_through(proxy_->port(), database_));
        ASSERT_TRUE(far) << far.error().message;
        far_ = std::move(*far);
    }
    void say(const std::string& ref) {
        auto tx = store_->begin();
        ConversationRow row;
        ASSERT_TRUE((*tx)->lock(key_of(ref), row));
        ItemRow item;
        item.seq = row.next_seq++;
        item.kind = "message";
        item.body = "{}";
        ASSERT_TRUE((*tx)->append(key_of(ref), item, {}));
        row.key = key_of(ref);
        row.ref = ref;
        row.account = "shop";
        row.state.epoch = 1;
        ASSERT_TRUE((*tx)->put(row));
        ASSERT_TRUE((*tx)->commit());
    }
    LeasedItem lease() {
        auto leased = far_->lease_items("desk", 1000, 100'000, 1);
        EXPECT_TRUE(leased && leased->size() == 1);
        return leased && !leased->empty() ? leased->front() : LeasedItem{};
    }
    /// Both tries lose their answer; then the line is whole and the caller tries again, as the commit lane does.
    template <class Change>
    Result<void> make_again(Change change) {
        const auto first = change();
        EXPECT_FALSE(first);
        EXPECT_TRUE(first || is_retryable(first.error().code));
        EXPECT_GT(proxy_->word_cuts(), 0) << "no COMMIT was cut";
        proxy_->calm_down();
        return change();
    }
    Result<void> finish_again(const LeasedItem& item, ItemOutcome outcome) {
        return make_again([&] { return far_->finish_item("desk", item, outcome, 2000, "why"); });
    }

    std::unique_ptr<Store> store_;
    std::unique_ptr<support::CuttingProxy> proxy_;
    std::unique_ptr<Store> far_;  ///< through the proxy
};

const std::string kRef = "shop:live:u1";

TEST_F(PostgresRepeats, an_item_is_done_once_and_its_holder_hears_so) {
    say(kRef);
    say(kRef);
    const LeasedItem item = lease();
    const auto again = finish_again(item, ItemOutcome::done);
    EXPECT_TRUE(again) << again.error().message;
    EXPECT_EQ(lease().item.seq, 2U);
    EXPECT_EQ(far_->finish_item("desk", item, ItemOutcome::done, 0, "").error().code,
              Code::unsupported)
        << "control: nothing was lost this time";
}

TEST_F(PostgresRepeats, an_item_is_given_up_once) {
    say(kRef);
    const auto dead = finish_again(lease(), ItemOutcome::dead);
    EXPECT_TRUE(dead) << dead.error().message;
    const auto found = store_->dead_items("desk", 10);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->size(), 1U);
}

TEST_F(PostgresRepeats, an_item_is_given_back_once) {
    say(kRef);
    const auto retried = finish_again(lease(), ItemOutcome::retry);
    EXPECT_TRUE(retried) << retried.error().message;
    const auto leased = store_->lease_items("desk", 3000, 4000, 1);
    ASSERT_TRUE(leased);
    ASSERT_EQ(leased->size(), 1U);
    EXPECT_EQ(leased->front().attempt, 2U);
}

TEST_F(PostgresRepeats, control_an_item_that_somebody_else_holds_is_lost) {
    say(kRef);
    const LeasedItem item = lease();
    const auto others = store_->lease_items("desk", 200'000, 300'000, 1);
    ASSERT_TRUE(others && others->size() == 1) << "the lease ran out";
    const auto again = finish_again(item, ItemOutcome::done);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Code::unsupported);
}

TEST_F(PostgresRepeats, a_dead_item_is_settled_once) {
    say(kRef);
    const LeasedItem item = lease();
    ASSERT_TRUE(store_->finish_item("desk", item, ItemOutcome::dead, 1000, "why"));
    const auto settle = [&] { return far_->settle_dead_item("desk", kRef, 1, true); };
    const auto again = make_again(settle);
    EXPECT_TRUE(again) << again.error().message;
    EXPECT_EQ(lease().item.seq, 1U) << "it was handed out again";
    EXPECT_EQ(settle().error().code, Code::not_found) << "control: nothing was lost this time";
}

TEST_F(PostgresRepeats, a_new_subscription_is_filled_step_by_step) {
    sql("INSERT INTO lampjack_conversation (key, alive, ref, account) SELECT "
        "decode(md5(i::text), 'hex'), true, ('shop:live:' || i)::bytea, 'shop' FROM "
        "generate_series(1, 2500) AS i");
    sql("INSERT INTO lampjack_item SELECT key, seq, 1, 0, 0, 0, '', 'message', '{}', false, 0 "
        "FROM lampjack_conversation, generate_series(1, 2) AS seq");
    ASSERT_TRUE(store_->subscribe("late", {}));
    EXPECT_EQ(sql("SELECT count(*), min(seq), max(seq) FROM lampjack_queue WHERE name = 'late'"),
              "2500|1|1");
    EXPECT_EQ(sql("SELECT count(DISTINCT xmin::text) FROM lampjack_queue WHERE name = 'late'"), "3")
        << "each step is a transaction of its own";
    const auto leased = store_->lease_items("late", 1000, 2000, 5);
    ASSERT_TRUE(leased);
    EXPECT_EQ(leased->size(), 5U) << "it is complete";
}

TEST_F(PostgresRepeats, a_lane_whose_holder_never_came_back_goes_when_old_rows_go) {
    say(kRef);
    const auto change = [&](auto edit) {
        auto tx = store_->begin();
        ConversationRow row;
        ASSERT_TRUE((*tx)->lock(key_of(kRef), row));
        edit(**tx, row);
        ASSERT_TRUE((*tx)->put(row));
        ASSERT_TRUE((*tx)->commit());
    };
    change([](Tx& tx, ConversationRow& row) {
        OutboxRow words;
        words.oseq = row.next_out++;
        words.id = std::string(32, 'a');
        words.epoch = 1;
        words.content = "{}";
        ASSERT_TRUE(tx.enqueue(row.key, words));
    });
    const std::vector<std::string> accounts{"shop"};
    ASSERT_EQ(store_->lease_deliveries(accounts, false, 1000, 2000, 1)->size(), 1U);
    ASSERT_TRUE(store_->prune(0, 9000, 10));
    EXPECT_EQ(sql("SELECT count(*) FROM lampjack_lane"), "1") << "control: its row waits still";
    change([](Tx& tx, ConversationRow& row) { ASSERT_EQ(tx.fence(row.key, 2)->size(), 1U); });
    ASSERT_TRUE(store_->prune(0, 1500, 10));
    EXPECT_EQ(sql("SELECT count(*) FROM lampjack_lane"), "1") << "its holder may come back";
    ASSERT_TRUE(store_->prune(0, 9000, 10));
    EXPECT_EQ(sql("SELECT count(*) FROM lampjack_lane"), "0");
}

}  // namespace
}  // namespace lampjack::store::postgres
