// What names each other: an item, the deliveries that carry its words, the command that asked for them.

#include "store/contract/store_contract.h"

namespace lampjack::store::testing {
namespace {

class Links : public StoreContract {};
LJK_ON_EVERY_STORE(Links);

const std::string kRef = ref_of("u1");

std::vector<std::uint64_t> oseqs(const std::vector<OutboxRow>& rows) {
    std::vector<std::uint64_t> found;
    for (const OutboxRow& row : rows) found.push_back(row.oseq);
    return found;
}

TEST_P(Links, an_item_and_its_deliveries_name_each_other) {
    Edit edit(store(), kRef);
    const std::uint64_t first = edit.say("command");
    OutboxRow row = edit.send();
    const OutboxRow part = edit.send();
    edit.say("message");
    edit.send(Action::reply, true);
    edit.finish();
    EXPECT_EQ(row.item_seq, first);
    EXPECT_EQ(must(store().items(key_of(kRef), 0, 1)).at(0).delivery, "0123");
    Edit again(store(), kRef);
    const ConversationKey key = again.row().key;
    row.status = DeliveryStatus::refused;
    row.vendor_answer = "the customer has blocked this number";
    must(again.tx().record(key, row, 0));
    EXPECT_EQ(lines(must(again.tx().deliveries_of(key, first))), lines<OutboxRow>({row, part}))
        << "all parts, whatever became of them";
    EXPECT_EQ(oseqs(must(again.tx().deliveries_of(key, 2))), std::vector<std::uint64_t>{3});
    EXPECT_TRUE(must(again.tx().deliveries_of(key, 9)).empty());
    again.finish();
    EXPECT_EQ(line(must(store().deliveries(key_of(kRef))).at(0)), line(row));
}

TEST_P(Links, an_item_names_the_delivery_that_carries_its_words_now) {
    const auto named = [&](std::uint64_t seq) {
        return must(store().items(key_of(kRef), seq - 1, 1)).at(0).delivery;
    };
    {
        Edit edit(store(), kRef);
        edit.say("message");
        edit.say("command");
        edit.finish();
    }
    {
        Edit edit(store(), kRef);
        must(edit.tx().name_delivery(edit.row().key, 1, "first"));
        must(edit.tx().name_delivery(edit.row().key, 1, "second"));
        must(edit.tx().name_delivery(edit.row().key, 9, "of nothing"));
        must(edit.tx().name_delivery(key_of("nobody"), 1, "of nobody"));
        EXPECT_EQ(must(edit.tx().item(edit.row().key, 1)).delivery, "second");
        edit.finish();
    }
    EXPECT_EQ(named(1), "second");
    EXPECT_EQ(named(2), "0123") << "its own, as it was appended";
    {
        Edit undone(store(), kRef);
        must(undone.tx().name_delivery(undone.row().key, 1, "third"));
    }
    EXPECT_EQ(named(1), "second") << "nothing was committed";
    {
        Edit edit(store(), kRef);
        edit.put();
        must(edit.tx().savepoint());
        must(edit.tx().name_delivery(edit.row().key, 1, "fourth"));
        must(edit.tx().rollback_to_savepoint());
        must(edit.tx().name_delivery(edit.row().key, 2, ""));
        edit.commit();
    }
    EXPECT_EQ(named(1), "second");
    EXPECT_EQ(named(2), "");
}

TEST_P(Links, rows_of_no_item_are_nobodys_deliveries) {
    Edit edit(store(), kRef);
    const OutboxRow row = edit.send();
    EXPECT_EQ(row.item_seq, 0U);
    EXPECT_TRUE(must(edit.tx().deliveries_of(edit.row().key, 0)).empty());
}

TEST_P(Links, forwards_that_are_not_sent_are_found_whatever_else_became_of_them) {
    using Status = DeliveryStatus;
    {
        Edit edit(store(), kRef);
        edit.say("message");
        for (int i = 0; i < 5; ++i) edit.send(Action::forward);
        edit.send(Action::reply);
        edit.finish();
    }
    Edit edit(store(), kRef);
    const ConversationKey key = edit.row().key;
    const std::vector<Status> become{Status::sent, Status::dead, Status::refused, Status::held};
    for (std::size_t i = 0; i < become.size(); ++i) {
        OutboxRow row = must(edit.tx().delivery(key, i + 1));
        row.status = become[i];
        must(edit.tx().record(key, row, 0));
    }
    EXPECT_EQ(oseqs(must(edit.tx().unsent_forwards(key))), (std::vector<std::uint64_t>{2, 4, 5}));
    EXPECT_TRUE(must(edit.tx().unsent_forwards(key_of("nobody"))).empty());
}

TEST_P(Links, a_lane_is_leased_until_its_head_is_recorded) {
    send(kRef);
    const auto is_leased = [&] {
        Edit edit(store(), kRef);
        return must(edit.tx().is_lane_leased(edit.row().key));
    };
    EXPECT_FALSE(is_leased());
    const auto leased = lease(2000);
    ASSERT_EQ(leased.size(), 1U);
    EXPECT_TRUE(is_leased());
    must(record(leased[0], DeliveryStatus::sent));
    EXPECT_FALSE(is_leased());
}

TEST_P(Links, one_item_is_read_by_its_seq_inside_the_transaction) {
    say(kRef);
    Edit edit(store(), kRef);
    const std::uint64_t seq = edit.say("note");
    EXPECT_EQ(must(edit.tx().item(edit.row().key, seq)).kind, "note");
    EXPECT_EQ(must(edit.tx().item(edit.row().key, 1)).kind, "message");
    EXPECT_EQ(code_of(edit.tx().item(edit.row().key, seq + 1)), Code::not_found);
    EXPECT_EQ(code_of(edit.tx().item(key_of("nobody"), 1)), Code::not_found);
}

TEST_P(Links, a_command_is_known_by_its_key_with_what_it_asked_for) {
    const model::ItemKey command = item_key("k"), content = item_key("Hello");
    {
        Edit edit(store(), kRef);
        EXPECT_FALSE(must(edit.tx().known_command(edit.row().key, command)));
        const std::uint64_t seq = edit.say("command");
        must(edit.tx().remember_command(edit.row().key, command, seq, content));
        must(edit.tx().remember_command(edit.row().key, item_key("no item"), 0, content));
        edit.finish();
    }
    Edit edit(store(), kRef);
    const ConversationKey key = edit.row().key;
    must(edit.tx().remember_command(key, command, 7, item_key("Goodbye")));
    const auto known = must(edit.tx().known_command(key, command));
    ASSERT_TRUE(known);
    EXPECT_EQ(known->seq, 1U) << "the first one counts";
    EXPECT_EQ(known->content, content);
    const auto without = must(edit.tx().known_command(key, item_key("no item")));
    ASSERT_TRUE(without);
    EXPECT_EQ(without->seq, 0U);
    EXPECT_FALSE(must(edit.tx().known_command(key_of("nobody"), command)));
}

TEST_P(Links, a_key_of_an_item_has_no_content_to_compare) {
    Edit edit(store(), kRef);
    edit.say("message", {item_key("a")});
    const auto known = must(edit.tx().known_command(edit.row().key, item_key("a")));
    ASSERT_TRUE(known);
    EXPECT_EQ(known->seq, 1U);
    EXPECT_FALSE(known->content);
}

TEST_P(Links, a_command_that_was_not_committed_is_not_known) {
    {
        Edit edit(store(), kRef);
        edit.put();
        must(edit.tx().savepoint());
        must(edit.tx().remember_command(edit.row().key, item_key("k"), 0, item_key("c")));
        must(edit.tx().rollback_to_savepoint());
        must(edit.tx().remember_command(edit.row().key, item_key("l"), 0, item_key("c")));
        edit.commit();
    }
    Edit edit(store(), kRef);
    EXPECT_FALSE(must(edit.tx().known_command(edit.row().key, item_key("k"))));
    EXPECT_TRUE(must(edit.tx().known_command(edit.row().key, item_key("l"))));
}

TEST_P(Links, a_command_is_forgotten_with_the_keys_of_items) {
    constexpr Millis kDay = 24 * 60 * 60 * 1000;
    Edit edit(store(), kRef, kDay);
    const std::uint64_t seq = edit.say("command");
    must(edit.tx().remember_command(edit.row().key, item_key("k"), seq, item_key("c")));
    edit.finish();
    EXPECT_EQ(must(store().prune(kDay, kDay, 100)), 0U);
    EXPECT_EQ(must(store().prune(kDay + 1, kDay, 100)), 1U);
    Edit after(store(), kRef);
    EXPECT_FALSE(must(after.tx().known_command(after.row().key, item_key("k"))));
}

TEST_P(Links, nothing_of_them_outlives_its_conversation) {
    Edit edit(store(), kRef);
    const std::uint64_t seq = edit.say("command");
    edit.send();
    must(edit.tx().remember_command(edit.row().key, item_key("k"), seq, item_key("c")));
    edit.finish();
    Edit erase(store(), kRef);
    must(erase.tx().erase(erase.row().key));
    erase.commit();
    Edit after(store(), kRef);
    EXPECT_FALSE(must(after.tx().known_command(after.row().key, item_key("k"))));
    EXPECT_TRUE(must(after.tx().deliveries_of(after.row().key, seq)).empty());
}

}  // namespace
}  // namespace lampjack::store::testing
