#include "store/memory_store.h"

#include <gtest/gtest.h>

#include <array>

namespace lampjack::store {
namespace {

constexpr const char* kRef = "shop:live:s-1";
const ConversationKey kKey = key_of(kRef);
const std::array kAccounts{std::string("shop")};

ConversationRow row_of(std::uint64_t next_seq, Millis touched = 0) {
    ConversationRow row;
    row.key = kKey;
    row.ref = kRef;
    row.account = "shop";
    row.state.epoch = 3;
    row.next_seq = next_seq;
    row.touched = touched;
    return row;
}

ItemRow item_of(std::uint64_t seq, Millis received = 0) {
    ItemRow item;
    item.seq = seq;
    item.kind = "message";
    item.body = "{}";
    item.received = received;
    return item;
}

OutboxRow delivery_of(std::uint64_t oseq, DeliveryStatus status, Millis created) {
    OutboxRow row;
    row.oseq = oseq;
    row.id = "d" + std::to_string(oseq);
    row.status = status;
    row.created = created;
    return row;
}

model::ItemKey named(unsigned char name) {
    model::ItemKey key{};
    key[0] = name;
    return key;
}

/// Commits three items of one conversation.
void fill(Store& store) {
    const auto tx = store.begin();
    ASSERT_TRUE(tx);
    for (std::uint64_t seq = 1; seq <= 3; ++seq) {
        const std::vector keys{named(static_cast<unsigned char>(seq))};
        ASSERT_TRUE((*tx)->append(kKey, item_of(seq), keys));
    }
    ASSERT_TRUE((*tx)->put(row_of(4)));
    ASSERT_TRUE((*tx)->commit());
}

TEST(MemoryStore, goes_back_to_a_savepoint_and_keeps_what_came_before) {
    MemoryStore store;
    ASSERT_TRUE(store.subscribe("desk", {}));
    const auto tx = store.begin();
    ASSERT_TRUE((*tx)->append(kKey, item_of(1), {}));
    ASSERT_TRUE((*tx)->put(row_of(2)));
    ASSERT_TRUE((*tx)->savepoint());
    ASSERT_TRUE((*tx)->append(kKey, item_of(2), {}));
    ASSERT_TRUE((*tx)->enqueue(kKey, delivery_of(1, DeliveryStatus::pending, 0)));
    ASSERT_TRUE((*tx)->put(row_of(3)));
    const auto other = key_of("shop:live:s-2");
    ASSERT_TRUE((*tx)->append(other, item_of(1), {}));
    ASSERT_TRUE((*tx)->erase(kKey));
    ASSERT_TRUE((*tx)->rollback_to_savepoint());
    ASSERT_TRUE((*tx)->commit());
    EXPECT_EQ(store.items(kKey, 0, 10)->size(), 1u);
    EXPECT_EQ(store.conversation(kKey)->next_seq, 2u);
    EXPECT_EQ(store.items(other, 0, 10).error().code, Code::not_found);
    EXPECT_TRUE(store.lease_deliveries(kAccounts, false, 0, 9, 9)->empty());
    EXPECT_EQ(store.lease_items("desk", 0, 100, 9)->size(), 1u);
}

TEST(MemoryStore, leaves_the_counters_of_an_erased_conversation_behind) {
    MemoryStore store;
    ASSERT_TRUE(store.subscribe("desk", {}));
    fill(store);
    {
        const auto tx = store.begin();
        ASSERT_TRUE((*tx)->erase(kKey));
        ASSERT_TRUE((*tx)->commit());
    }
    EXPECT_EQ(store.conversation(kKey).error().code, Code::not_found);
    EXPECT_TRUE(store.lease_items("desk", 0, 100, 9)->empty());
    const auto tx = store.begin();
    ConversationRow row;
    EXPECT_FALSE((*tx)->lock(kKey, row).value());
    EXPECT_EQ(row.next_seq, 4u);
    EXPECT_EQ(row.retired_epoch, 3u);
    EXPECT_FALSE(row.state.seen());
    const std::vector keys{named(1)};
    EXPECT_EQ((*tx)->known(kKey, keys)->front(), 0u);
    ASSERT_TRUE((*tx)->append(kKey, item_of(4), {}));
    ASSERT_TRUE((*tx)->put(row_of(5)));
    ASSERT_TRUE((*tx)->commit());
    EXPECT_EQ(store.items(kKey, 0, 9)->front().seq, 4u);
    EXPECT_EQ(store.lease_items("desk", 0, 100, 9)->front().item.seq, 4u);
}

TEST(MemoryStore, sets_a_dead_item_aside_and_hands_it_out_again_when_asked) {
    MemoryStore store;
    ASSERT_TRUE(store.subscribe("desk", {}));
    fill(store);
    const auto lease = [&](Millis now) { return store.lease_items("desk", now, now + 100, 9); };
    auto first = lease(0);
    ASSERT_EQ(first->size(), 1u) << "one at a time in a conversation";
    ASSERT_TRUE(store.finish_item("desk", first->front(), ItemOutcome::retry, 50, "no"));
    EXPECT_TRUE(lease(10)->empty()) << "a retry holds the next items back";
    first = lease(60);
    EXPECT_EQ(first->front().attempt, 2u);
    ASSERT_TRUE(store.finish_item("desk", first->front(), ItemOutcome::dead, 70, "no desk"));
    auto second = lease(70);
    EXPECT_EQ(second->front().item.seq, 2u) << "a dead one does not";
    const auto dead = store.dead_items("desk", 9);
    ASSERT_EQ(dead->size(), 1u);
    EXPECT_EQ(dead->front().item.item.seq, 1u);
    EXPECT_EQ(dead->front().reason, "no desk");
    EXPECT_EQ(dead->front().died, 70);
    EXPECT_EQ(dead->front().item.attempt, 2u);
    ASSERT_TRUE(store.settle_dead_item("desk", kRef, 1, true));
    EXPECT_EQ(store.settle_dead_item("desk", kRef, 1, true).error().code, Code::not_found);
    ASSERT_TRUE(store.finish_item("desk", second->front(), ItemOutcome::done, 0, {}));
    const auto again = lease(80);
    EXPECT_EQ(again->front().item.seq, 1u);
    EXPECT_EQ(again->front().attempt, 1u);
    ASSERT_TRUE(store.finish_item("desk", again->front(), ItemOutcome::dead, 90, "no desk"));
    ASSERT_TRUE(store.settle_dead_item("desk", kRef, 1, false));
    EXPECT_TRUE(store.dead_items("desk", 9)->empty());
    EXPECT_EQ(lease(90)->front().item.seq, 3u);
}

TEST(MemoryStore, prunes_old_keys_answers_and_ended_rows_and_nothing_else) {
    MemoryStore store;
    const auto tx = store.begin();
    const std::vector old{named(1)}, young{named(2)};
    ASSERT_TRUE((*tx)->append(kKey, item_of(1, 10), old));
    ASSERT_TRUE((*tx)->append(kKey, item_of(2, 200), young));
    ASSERT_TRUE((*tx)->put(row_of(3, 10)));
    ASSERT_TRUE((*tx)->put_answer(kKey, named(9), {}));
    ASSERT_TRUE((*tx)->enqueue(kKey, delivery_of(1, DeliveryStatus::sent, 10)));
    ASSERT_TRUE((*tx)->enqueue(kKey, delivery_of(2, DeliveryStatus::held, 10)));
    ASSERT_TRUE((*tx)->enqueue(kKey, delivery_of(3, DeliveryStatus::pending, 10)));
    ASSERT_TRUE((*tx)->enqueue(kKey, delivery_of(4, DeliveryStatus::dead, 200)));
    ASSERT_TRUE((*tx)->commit());
    EXPECT_EQ(store.pending_count("shop").value(), 1u);
    EXPECT_EQ(store.deliveries_by(DeliveryStatus::held, 9)->front().row.oseq, 2u);
    EXPECT_EQ(store.prune(100, 100, 9).value(), 3u) << "a key, an answer, a row";
    EXPECT_EQ(store.prune(100, 100, 9).value(), 0u);
    EXPECT_EQ(store.items(kKey, 0, 9)->size(), 2u);
    EXPECT_EQ(store.deliveries(kKey)->size(), 3u);
    std::string ref;
    EXPECT_EQ(store.delivery("d1", ref).error().code, Code::not_found);
    const auto later = store.begin();
    EXPECT_EQ((*later)->known(kKey, old)->front(), 0u);
    EXPECT_EQ((*later)->known(kKey, young)->front(), 2u);
    OutboxRow held = delivery_of(2, DeliveryStatus::pending, 10);
    EXPECT_TRUE((*later)->record(kKey, held, 0)) << "found by its number, not by its place";
}

TEST(MemoryStore, says_that_it_was_closed) {
    MemoryStore store;
    EXPECT_TRUE(store.begin());
    store.close();
    EXPECT_EQ(store.begin().error().code, Code::closed);
    EXPECT_EQ(store.meta("x").error().code, Code::closed);
}

TEST(OpenStore, names_what_it_knows) {
    EXPECT_TRUE(open("memory:"));
    EXPECT_TRUE(migrate("memory:"));
    const auto other = open("redis://somewhere");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Code::config);
    EXPECT_NE(other.error().message.find("\"memory:\""), std::string::npos);
    EXPECT_EQ(open("").error().code, Code::config);
    EXPECT_EQ(open("memory:x").error().code, Code::config);
}

TEST(MemoryStore, sets_a_small_fact_only_where_it_is_what_was_expected) {
    MemoryStore store;
    EXPECT_TRUE(*store.swap_meta("breaker", "", "open"));
    EXPECT_FALSE(*store.swap_meta("breaker", "", "other"));
    EXPECT_EQ(*store.meta("breaker"), "open");
    EXPECT_TRUE(*store.swap_meta("breaker", "open", ""));
    EXPECT_EQ(*store.meta("breaker"), "");
}

}  // namespace
}  // namespace lampjack::store
