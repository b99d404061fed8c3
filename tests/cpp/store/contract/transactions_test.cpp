// What a transaction promises: all or nothing, numbers without gaps, every item once.

#include "store/contract/store_contract.h"

#include "store/random_rows.h"

#include <thread>

namespace lampjack::store::testing {
namespace {

class Transactions : public StoreContract {};
LJK_ON_EVERY_STORE(Transactions);

const std::string kRef = ref_of("u1");

TEST_P(Transactions, a_new_conversation_begins_at_one) {
    Edit edit(store(), kRef);
    EXPECT_FALSE(edit.existed());
    EXPECT_EQ(edit.row().next_seq, 1U);
    EXPECT_EQ(edit.row().next_out, 1U);
    EXPECT_EQ(edit.row().retired_epoch, 0U);
}

TEST_P(Transactions, everything_of_a_conversation_comes_back) {
    ConversationRow row = RandomRows(11).row();
    row.ref = kRef;
    row.key = key_of(kRef);
    row.account = "shop";
    row.next_seq = 70;
    row.next_out = 80;
    row.retired_epoch = 3;
    row.touched = 90;
    row.state.epoch = 4;
    auto tx = must(store().begin());
    ConversationRow none;
    ASSERT_FALSE(must(tx->lock(row.key, none)));
    must(tx->put(row));
    must(tx->commit());
    EXPECT_EQ(line(must(store().conversation(row.key))), line(row));
    tx.reset();
    reopen();
    EXPECT_EQ(line(must(store().conversation(row.key))), line(row));
}

TEST_P(Transactions, everything_of_an_item_comes_back_also_bytes_that_are_no_text) {
    Edit edit(store(), kRef);
    ItemRow item;
    item.seq = edit.row().next_seq++;
    item.epoch = 7;
    item.episode = 8;
    item.state = conversation::State::returning;
    item.to = To::bot;
    item.flags = "hole";
    item.kind = "message";
    item.body = std::string("{\"t\":\"caf\xC3\xA9 \xFF\0 ' \"}", 18);
    item.received = 9;
    must(edit.tx().append(edit.row().key, item, {}));
    EXPECT_EQ(lines(must(edit.tx().newest(edit.row().key, 5))), lines<ItemRow>({item}));
    edit.finish();
    EXPECT_EQ(lines(must(store().items(key_of(kRef), 0, 5))), lines<ItemRow>({item}));
}

TEST_P(Transactions, nothing_of_a_transaction_that_was_not_committed_stays) {
    const Keys keys{item_key("a")};
    {
        Edit edit(store(), kRef);
        edit.say("message", keys);
        edit.send(Action::reply, false, "k");
        edit.put();
        must(edit.tx().put_answer(edit.row().key, item_key("r"), model::Answer{}));
    }
    EXPECT_EQ(code_of(store().conversation(key_of(kRef))), Code::not_found);
    EXPECT_EQ(code_of(store().items(key_of(kRef), 0, 10)), Code::not_found);
    EXPECT_TRUE(lease(5000).empty());
    EXPECT_EQ(must(store().pending_count("shop")), 0U);
    Edit edit(store(), kRef);
    EXPECT_FALSE(edit.existed());
    EXPECT_EQ(must(edit.tx().known(edit.row().key, keys)), std::vector<std::uint64_t>{0});
    EXPECT_EQ(must(edit.tx().answer_of(edit.row().key, item_key("r"))).status, 0);
    EXPECT_EQ(must(edit.tx().find_command(edit.row().key, "k")).id, "");
}

TEST_P(Transactions, a_change_of_an_existing_conversation_is_undone_as_a_whole) {
    {
        Edit edit(store(), kRef, 1);
        edit.say("message", {item_key("a")});
        edit.send();
        edit.finish();
    }
    const std::string before = line(must(store().conversation(key_of(kRef))));
    const auto rows = lines(must(store().deliveries(key_of(kRef))));
    {
        Edit edit(store(), kRef, 2);
        edit.say("message", {item_key("b")});
        must(edit.tx().alias(edit.row().key, item_key("c"), 1));
        must(edit.tx().fence(edit.row().key, 99));
        edit.row().state.state = conversation::State::agent;
        edit.put();
    }
    EXPECT_EQ(line(must(store().conversation(key_of(kRef)))), before);
    EXPECT_EQ(lines(must(store().deliveries(key_of(kRef)))), rows);
    EXPECT_EQ(seqs(kRef), std::vector<std::uint64_t>{1});
    Edit edit(store(), kRef);
    const Keys keys{item_key("a"), item_key("b"), item_key("c")};
    EXPECT_EQ(must(edit.tx().known(edit.row().key, keys)), (std::vector<std::uint64_t>{1, 0, 0}));
}

TEST_P(Transactions, others_see_nothing_before_the_commit) {
    say(kRef);
    Edit edit(store(), kRef);
    edit.say("message");
    edit.put();
    std::vector<std::uint64_t> seen;
    std::thread reader([&] { seen = seqs(kRef); });  // a store may let it wait for the writer
    edit.commit();
    reader.join();
    EXPECT_TRUE(seen.size() == 1 || seen.size() == 2);
    EXPECT_EQ(seqs(kRef).size(), 2U);
}

TEST_P(Transactions, a_savepoint_is_a_point_to_go_back_to) {
    const std::string other = ref_of("u2");
    Edit edit(store(), kRef);
    edit.say("message", {item_key("a")});
    edit.put();
    must(edit.tx().savepoint());
    edit.open(other);
    edit.say("message", {item_key("b")});
    edit.send();
    edit.put();
    must(edit.tx().rollback_to_savepoint());
    edit.open(kRef);
    EXPECT_TRUE(edit.existed());
    edit.say("message");
    edit.finish();
    EXPECT_EQ(seqs(kRef), (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(code_of(store().conversation(key_of(other))), Code::not_found);
    EXPECT_TRUE(lease(5000).empty());
}

TEST_P(Transactions, a_new_savepoint_replaces_the_last_and_may_be_used_again) {
    Edit edit(store(), kRef);
    must(edit.tx().savepoint());
    edit.say("message");
    edit.put();
    must(edit.tx().savepoint());
    for (int round = 0; round < 2; ++round) {
        edit.open(kRef);
        EXPECT_TRUE(edit.existed());
        edit.say("message");
        edit.put();
        must(edit.tx().rollback_to_savepoint());
    }
    edit.commit();
    EXPECT_EQ(seqs(kRef), std::vector<std::uint64_t>{1});
}

TEST_P(Transactions, what_was_undone_is_not_handed_to_subscriptions) {
    must(store().subscribe("desk", {}));
    Edit edit(store(), kRef);
    edit.say("kept");
    edit.put();
    must(edit.tx().savepoint());
    edit.say("undone");
    must(edit.tx().rollback_to_savepoint());
    edit.commit();
    const auto first = lease_items(5000);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].item.kind, "kept");
    finish(first[0]);
    EXPECT_TRUE(lease_items(5000).empty());
}

TEST_P(Transactions, a_key_names_its_item_from_the_first_time_on) {
    {
        Edit edit(store(), kRef);
        edit.say("message", {item_key("a"), item_key("b")});
        edit.say("message", {item_key("b"), item_key("c")});
        edit.finish();
    }
    Edit edit(store(), kRef);
    must(edit.tx().alias(edit.row().key, item_key("d"), 2));
    must(edit.tx().alias(edit.row().key, item_key("a"), 2));  // has one already
    const Keys keys{item_key("a"), item_key("b"), item_key("c"), item_key("d"), item_key("e")};
    EXPECT_EQ(must(edit.tx().known(edit.row().key, keys)),
              (std::vector<std::uint64_t>{1, 1, 2, 2, 0}));
}

TEST_P(Transactions, keys_belong_to_one_conversation) {
    {
        Edit edit(store(), kRef);
        edit.say("message", {item_key("a")});
        edit.finish();
    }
    Edit edit(store(), ref_of("u2"));
    EXPECT_EQ(must(edit.tx().known(edit.row().key, Keys{item_key("a")})),
              std::vector<std::uint64_t>{0});
}

TEST_P(Transactions, what_is_asked_ahead_is_answered_as_of_now) {
    {
        Edit edit(store(), kRef);
        edit.say("message", {item_key("a")});
        edit.finish();
    }
    const Keys keys{item_key("a"), item_key("b")};
    using Seqs = std::vector<std::uint64_t>;
    const auto tx = must(store().begin());
    ConversationRow row;
    tx->will_ask(keys);
    EXPECT_TRUE(must(tx->lock(key_of(kRef), row)));
    EXPECT_EQ(must(tx->known(row.key, keys)), (Seqs{1, 0}));
    EXPECT_EQ(must(tx->known(row.key, Keys{keys[1]})), Seqs{0}) << "another question";
    tx->will_ask(keys);
    EXPECT_TRUE(must(tx->lock(key_of(kRef), row)));
    ItemRow item;
    item.seq = row.next_seq++;
    item.kind = "message";
    item.body = "{}";
    must(tx->append(row.key, item, Keys{keys[1]}));
    EXPECT_EQ(must(tx->known(row.key, keys)), (Seqs{1, 2})) << "something was written since";
    tx->will_ask(keys);
    EXPECT_FALSE(must(tx->lock(key_of(ref_of("new")), row)));
    EXPECT_EQ(must(tx->known(key_of(ref_of("new")), keys)), (Seqs{0, 0}));
    EXPECT_EQ(must(tx->known(key_of(kRef), keys)), (Seqs{1, 2})) << "another conversation";
}

TEST_P(Transactions, the_newest_items_come_oldest_first) {
    Edit edit(store(), kRef);
    for (int i = 0; i < 5; ++i) edit.say("message");
    std::vector<std::uint64_t> found;
    for (const ItemRow& item : must(edit.tx().newest(edit.row().key, 3))) found.push_back(item.seq);
    EXPECT_EQ(found, (std::vector<std::uint64_t>{3, 4, 5}));
    EXPECT_EQ(must(edit.tx().newest(edit.row().key, 100)).size(), 5U);
    EXPECT_TRUE(must(edit.tx().newest(key_of("nobody"), 3)).empty());
}

TEST_P(Transactions, items_are_read_from_any_place_on) {
    for (int i = 0; i < 5; ++i) say(kRef);
    const auto page = must(store().items(key_of(kRef), 2, 2));
    ASSERT_EQ(page.size(), 2U);
    EXPECT_EQ(page[0].seq, 3U);
    EXPECT_EQ(page[1].seq, 4U);
    EXPECT_TRUE(must(store().items(key_of(kRef), 5, 2)).empty());
    EXPECT_TRUE(must(store().items(key_of(kRef), 99, 2)).empty());
}

TEST_P(Transactions, an_answer_is_given_again_as_it_was_first_given) {
    model::Answer answer;
    answer.status = 202;
    answer.headers = {{"Content-Type", "application/json"}};
    answer.body = "{\"offloadSuccess\":true}";
    {
        Edit edit(store(), kRef);
        edit.put();
        must(edit.tx().put_answer(edit.row().key, item_key("r"), answer));
        edit.commit();
    }
    reopen();
    Edit edit(store(), kRef);
    EXPECT_EQ(must(edit.tx().answer_of(edit.row().key, item_key("r"))), answer);
    must(edit.tx().put_answer(edit.row().key, item_key("r"), model::Answer{}));
    EXPECT_EQ(must(edit.tx().answer_of(edit.row().key, item_key("r"))), answer);
    EXPECT_EQ(must(edit.tx().answer_of(edit.row().key, item_key("other"))).status, 0);
}

TEST_P(Transactions, many_threads_leave_no_gap_and_no_double) {
    constexpr int kThreads = 4, kEach = 25;
    std::vector<std::thread> threads;
    for (int one = 0; one < kThreads; ++one)
        threads.emplace_back([this, one] {
            for (int i = 0; i < kEach; ++i) {
                const std::string name = std::to_string(one) + "/" + std::to_string(i / 2);
                Edit edit(store(), kRef);
                const Keys keys{item_key(name)};
                if (must(edit.tx().known(edit.row().key, keys))[0] == 0) edit.say("message", keys);
                edit.finish();
            }
        });
    for (std::thread& thread : threads) thread.join();
    const auto found = seqs(kRef);
    ASSERT_EQ(found.size(), static_cast<std::size_t>(kThreads * (kEach + 1) / 2));
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], i + 1);
}

TEST_P(Transactions, what_was_committed_is_there_after_it_was_opened_again) {
    if (!is_durable()) GTEST_SKIP() << "keeps nothing";
    {
        Edit edit(store(), kRef);
        edit.say("message", {item_key("a")});
        edit.send();
        edit.finish();
    }
    const std::string before = line(must(store().conversation(key_of(kRef))));
    ASSERT_TRUE(reopen());
    EXPECT_EQ(line(must(store().conversation(key_of(kRef)))), before);
    EXPECT_EQ(seqs(kRef), std::vector<std::uint64_t>{1});
    EXPECT_EQ(must(store().deliveries(key_of(kRef))).size(), 1U);
    Edit edit(store(), kRef);
    EXPECT_EQ(must(edit.tx().known(edit.row().key, Keys{item_key("a")})),
              std::vector<std::uint64_t>{1});
}

TEST_P(Transactions, a_closed_store_says_so) {
    say(kRef);
    store().close();
    EXPECT_EQ(code_of(store().begin()), Code::closed);
    EXPECT_EQ(code_of(store().conversation(key_of(kRef))), Code::closed);
    EXPECT_EQ(code_of(store().next_timer_at()), Code::closed);
    store().close();  // again does no harm
}

}  // namespace
}  // namespace lampjack::store::testing
