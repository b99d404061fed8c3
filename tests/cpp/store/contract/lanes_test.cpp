// What goes out: rows in order, one in flight for each conversation, and a lease that is lost records nothing.

#include "store/contract/store_contract.h"

#include "store/lane_schedule.h"

#include <algorithm>
#include <set>

namespace lampjack::store::testing {
namespace {

class Lanes : public StoreContract {};
LJK_ON_EVERY_STORE(Lanes);

const std::string kRef = ref_of("u1");

std::vector<std::string> refs(const std::vector<LeasedDelivery>& leases) {
    std::vector<std::string> all;
    for (const LeasedDelivery& one : leases) all.push_back(one.conversation.ref);
    return all;
}

TEST_P(Lanes, a_row_comes_back_as_it_was_queued) {
    Edit edit(store(), kRef);
    OutboxRow row = edit.send(Action::notify, true, "key 1");
    edit.finish();
    EXPECT_EQ(lines(must(store().deliveries(key_of(kRef)))), lines<OutboxRow>({row}));
    std::string ref;
    EXPECT_EQ(line(must(store().delivery(row.id, ref))), line(row));
    EXPECT_EQ(ref, kRef);
    EXPECT_EQ(code_of(store().delivery("none", ref)), Code::not_found);
    EXPECT_EQ(code_of(store().deliveries(key_of("nobody"))), Code::not_found);
}

TEST_P(Lanes, a_transaction_tells_one_row_and_all_that_wait) {
    Edit edit(store(), kRef);
    const OutboxRow first = edit.send(Action::mute, false, "a");
    const OutboxRow second = edit.send(Action::reply, true, "b");
    const ConversationKey key = edit.row().key;
    EXPECT_EQ(lines(must(edit.tx().pending(key))), lines<OutboxRow>({first, second}));
    EXPECT_EQ(line(must(edit.tx().delivery(key, 2))), line(second));
    EXPECT_EQ(code_of(edit.tx().delivery(key, 3)), Code::not_found);
    EXPECT_EQ(must(edit.tx().find_command(key, "a")).id, first.id);
    EXPECT_EQ(must(edit.tx().find_command(key, "c")).id, "");
    EXPECT_EQ(must(edit.tx().find_command(key, "")).id, "");
    EXPECT_TRUE(must(edit.tx().pending(key_of("nobody"))).empty());
}

TEST_P(Lanes, the_head_of_a_lane_is_leased_to_one_at_a_time) {
    Edit edit(store(), kRef);
    const OutboxRow first = edit.send();
    const OutboxRow second = edit.send();
    edit.finish();
    const auto leases = lease(2000);
    ASSERT_EQ(leases.size(), 1U);
    EXPECT_EQ(line(leases[0].row), line(first));
    EXPECT_EQ(leases[0].conversation.ref, kRef);
    EXPECT_TRUE(lease(2000).empty());
    must(record(leases[0], DeliveryStatus::sent));
    const auto next = lease(2000);
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(line(next[0].row), line(second));
    must(record(next[0], DeliveryStatus::sent));
    EXPECT_TRUE(lease(9'000'000).empty());
    EXPECT_EQ(must(store().next_delivery_at(false)), kNever);
}

TEST_P(Lanes, lanes_run_side_by_side_and_the_longest_waiting_goes_first) {
    for (int i = 5; i > 0; --i) send(ref_of("u" + std::to_string(i)), 1000 - i);
    EXPECT_EQ(refs(lease(2000, 2)), (std::vector{ref_of("u5"), ref_of("u4")}));
    EXPECT_EQ(refs(lease(2000)), (std::vector{ref_of("u3"), ref_of("u2"), ref_of("u1")}));
}

TEST_P(Lanes, the_due_heads_of_an_account_are_told_and_nobody_holds_them) {
    send(ref_of("u1"), 900);
    send(ref_of("u1"), 950);
    send(ref_of("u2"), 800);
    send(ref_of("u3"), 3000);  // not yet
    send(ref_of("u4", "bank"), 700);
    send(ref_of("u5"), 700, true);
    const auto heads = must(store().due_heads("shop", 2000, 10));
    ASSERT_EQ(heads.size(), 2U);
    EXPECT_EQ(heads[0].ref, ref_of("u2"));
    EXPECT_EQ(heads[1].ref, ref_of("u1"));
    EXPECT_EQ(heads[1].account, "shop");
    EXPECT_EQ(heads[1].row.oseq, 1U) << "the first of its lane";
    EXPECT_EQ(must(store().due_heads("shop", 2000, 1)).size(), 1U);
    EXPECT_TRUE(must(store().due_heads("nobody", 2000, 10)).empty());
    EXPECT_EQ(refs(lease(2000, 2)), (std::vector{ref_of("u4", "bank"), ref_of("u2")}));
    const auto rest = must(store().due_heads("shop", 2000, 10));
    ASSERT_EQ(rest.size(), 1U) << "what is leased is not due";
    EXPECT_EQ(rest[0].ref, ref_of("u1"));
    EXPECT_EQ(must(store().due_heads("shop", 5000, 10)).size(), 3U) << "leases that ran out are";
}

TEST_P(Lanes, among_equals_nobody_is_passed_over_for_ever) {
    for (int i = 0; i < 6; ++i) {
        Edit edit(store(), ref_of("u" + std::to_string(i)));
        for (int row = 0; row < 3; ++row) edit.send();
        edit.finish();
    }
    std::set<std::string> served;
    for (int round = 0; round < 6; ++round) {
        const auto one = lease(2000, 1);
        ASSERT_EQ(one.size(), 1U);
        served.insert(one[0].conversation.ref);
        must(record(one[0], DeliveryStatus::sent));
    }
    EXPECT_EQ(served.size(), 6U);
}

TEST_P(Lanes, nothing_is_leased_before_its_time) {
    send(kRef, 1000);
    EXPECT_EQ(must(store().next_delivery_at(false)), 1000);
    EXPECT_TRUE(lease(999).empty());
    EXPECT_EQ(lease(1000).size(), 1U);
}

TEST_P(Lanes, a_row_put_off_waits_and_so_do_those_behind_it) {
    Edit edit(store(), kRef);
    edit.send();
    edit.send();
    edit.finish();
    const auto first = lease(1000);
    ASSERT_EQ(first.size(), 1U);
    must(record(first[0], DeliveryStatus::pending, 7000));
    EXPECT_EQ(must(store().next_delivery_at(false)), 7000);
    EXPECT_TRUE(lease(6999).empty());
    send(kRef, 1500);  // a new row does not wake the lane
    EXPECT_TRUE(lease(6999).empty());
    const auto again = lease(7000);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].row.oseq, 1U);
    EXPECT_EQ(again[0].row.attempts, 1U);
}

TEST_P(Lanes, only_the_accounts_asked_for_are_leased) {
    send(ref_of("u1", "shop"));
    send(ref_of("u1", "bank"));
    const std::vector<std::string> bank{"bank"}, none{"other"};
    EXPECT_TRUE(must(store().lease_deliveries(none, false, 2000, 3000, 9)).empty());
    EXPECT_EQ(refs(must(store().lease_deliveries(bank, false, 2000, 3000, 9))),
              std::vector{ref_of("u1", "bank")});
    EXPECT_EQ(must(store().pending_count("shop")), 1U);
    EXPECT_EQ(must(store().pending_count("bank")), 1U);
    EXPECT_EQ(must(store().pending_count("other")), 0U);
}

TEST_P(Lanes, one_lane_is_leased_by_its_conversation_when_it_is_due_and_free) {
    const auto one = [&](const std::string& user, Millis now) {
        return must(store().lease_delivery(key_of(ref_of(user)), now, now + 1000));
    };
    send(ref_of("u1"), 1000);
    send(ref_of("u2"), 1001);
    send(ref_of("u2"), 1002);
    send(ref_of("u3"), 1000, true);
    EXPECT_FALSE(one("u2", 1000)) << "not due yet";
    const auto head = one("u2", 2000);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->conversation.ref, ref_of("u2"));
    EXPECT_EQ(head->row.oseq, 1U);
    EXPECT_FALSE(one("u2", 2500)) << "somebody holds it";
    EXPECT_EQ(refs(lease(2500)), std::vector{ref_of("u1")});
    must(record(*head, DeliveryStatus::sent, 2600));
    EXPECT_EQ(one("u2", 2700)->row.oseq, 2U);
    EXPECT_EQ(one("u2", 4000)->row.oseq, 2U) << "a lease that ran out";
    EXPECT_FALSE(one("u3", 4000)) << "rows for sinks have a lane of their own";
    EXPECT_FALSE(one("nobody", 4000));
}

TEST_P(Lanes, rows_for_sinks_have_a_lane_of_their_own) {
    Edit edit(store(), kRef);
    edit.send(Action::reply, true);
    edit.send(Action::unmute, false);
    edit.finish();
    const auto http = lease(2000, 10, false), sink = lease(2000, 10, true);
    ASSERT_EQ(http.size(), 1U);
    ASSERT_EQ(sink.size(), 1U);
    EXPECT_EQ(http[0].row.oseq, 2U);
    EXPECT_EQ(sink[0].row.oseq, 1U);
    must(record(http[0], DeliveryStatus::sent));
    must(record(sink[0], DeliveryStatus::sent));
}

TEST_P(Lanes, a_lease_that_ran_out_is_taken_over_and_the_late_holder_records_nothing) {
    send(kRef);
    const auto slow = lease(2000);
    ASSERT_EQ(slow.size(), 1U);
    EXPECT_EQ(must(store().next_delivery_at(false)), 3000);
    EXPECT_TRUE(lease(2999).empty());
    const auto quick = lease(3000);
    ASSERT_EQ(quick.size(), 1U);
    EXPECT_NE(quick[0].token, slow[0].token);
    EXPECT_EQ(code_of(record(slow[0], DeliveryStatus::dead)), Code::unsupported);
    EXPECT_EQ(must(store().deliveries(key_of(kRef)))[0].status, DeliveryStatus::pending);
    must(record(quick[0], DeliveryStatus::sent));
    EXPECT_EQ(must(store().deliveries(key_of(kRef)))[0].status, DeliveryStatus::sent);
}

TEST_P(Lanes, a_lease_that_ran_out_still_counts_while_nobody_took_it) {
    send(kRef);
    const auto slow = lease(2000);
    ASSERT_EQ(slow.size(), 1U);
    must(record(slow[0], DeliveryStatus::sent));
    EXPECT_TRUE(lease(9000).empty());
}

TEST_P(Lanes, an_outcome_that_is_not_committed_leaves_the_lease) {
    send(kRef);
    const auto leases = lease(2000);
    ASSERT_EQ(leases.size(), 1U);
    {
        Edit edit(store(), kRef);
        must(edit.tx().record(edit.row().key, leases[0].row, leases[0].token));
    }
    EXPECT_TRUE(lease(2500).empty());
    must(record(leases[0], DeliveryStatus::sent));
}

TEST_P(Lanes, a_lease_given_back_is_ready_again_at_once) {
    send(kRef);
    const auto leases = lease(2000);
    ASSERT_EQ(leases.size(), 1U);
    must(store().release_delivery(leases[0].conversation.key, leases[0].token + 2));  // not theirs
    EXPECT_TRUE(lease(2000).empty());
    must(store().release_delivery(leases[0].conversation.key, leases[0].token));
    EXPECT_EQ(lease(2000).size(), 1U);
    must(store().release_delivery(leases[0].conversation.key, leases[0].token));  // too late
    EXPECT_TRUE(lease(2000).empty());
}

TEST_P(Lanes, a_lease_given_back_frees_its_own_lane_only) {
    Edit edit(store(), kRef);
    edit.send(Action::reply, true);
    edit.send(Action::reply, false);
    edit.finish();
    const auto http = lease(2000, 10, false), sink = lease(2000, 10, true);
    ASSERT_EQ(http.size() + sink.size(), 2U);
    must(store().release_delivery(http[0].conversation.key, http[0].token));
    EXPECT_TRUE(lease(2000, 10, true).empty());
    EXPECT_EQ(lease(2000, 10, false).size(), 1U);
    must(record(sink[0], DeliveryStatus::sent));
}

TEST_P(Lanes, new_rows_do_not_disturb_a_lease) {
    send(kRef);
    const auto leases = lease(2000);
    ASSERT_EQ(leases.size(), 1U);
    send(kRef, 1);
    EXPECT_TRUE(lease(2500).empty());
    must(record(leases[0], DeliveryStatus::sent));
    EXPECT_EQ(lease(2500).size(), 1U);
}

TEST_P(Lanes, fenced_rows_are_refused_and_leave_no_lane_behind) {
    Edit edit(store(), kRef);
    edit.row().state.epoch = 4;
    edit.send(Action::reply);
    edit.send(Action::mute);
    edit.row().state.epoch = 5;
    edit.send(Action::reply);
    const auto fenced = must(edit.tx().fence(edit.row().key, 5));
    ASSERT_EQ(fenced.size(), 1U);
    EXPECT_EQ(fenced[0].oseq, 1U);
    EXPECT_EQ(fenced[0].status, DeliveryStatus::refused);
    EXPECT_EQ(fenced[0].last_error, "stale_owner");
    edit.finish();
    EXPECT_EQ(must(store().deliveries(key_of(kRef)))[0].status, DeliveryStatus::refused);
    EXPECT_EQ(must(store().pending_count("shop")), 2U);
    const auto head = lease(2000);
    ASSERT_EQ(head.size(), 1U);
    EXPECT_EQ(head[0].row.oseq, 2U);
    must(record(head[0], DeliveryStatus::sent));

    const std::string other = ref_of("u2");
    send(other);
    Edit fence(store(), other);
    EXPECT_EQ(must(fence.tx().fence(fence.row().key, 99)).size(), 1U);
    fence.finish();
    EXPECT_EQ(refs(lease(2000)), std::vector{kRef});
    EXPECT_EQ(must(store().pending_count("shop")), 1U);
}

TEST_P(Lanes, a_lease_is_honoured_when_its_row_was_fenced_meanwhile) {
    send(kRef);
    const auto leases = lease(2000);
    ASSERT_EQ(leases.size(), 1U);
    {
        Edit edit(store(), kRef);
        must(edit.tx().fence(edit.row().key, 99));
        edit.finish();
    }
    must(record(leases[0], DeliveryStatus::refused));
    EXPECT_TRUE(lease(9000).empty());
    EXPECT_EQ(must(store().next_delivery_at(false)), kNever);
}

TEST_P(Lanes, a_waiting_head_can_be_put_off_without_a_lease) {
    OutboxRow row = send(kRef, 1000);
    {
        Edit edit(store(), kRef);
        row.ready_at = 4000;
        must(edit.tx().record(edit.row().key, row, 0));
        edit.finish();
    }
    EXPECT_EQ(must(store().next_delivery_at(false)), 4000);
    EXPECT_TRUE(lease(3999).empty());
    EXPECT_EQ(lease(4000).size(), 1U);
}

TEST_P(Lanes, a_dead_row_can_be_put_back) {
    send(kRef);
    must(record(lease(2000).at(0), DeliveryStatus::dead));
    EXPECT_TRUE(lease(9000).empty());
    Edit edit(store(), kRef);
    OutboxRow row = must(edit.tx().delivery(edit.row().key, 1));
    EXPECT_EQ(row.status, DeliveryStatus::dead);
    row.status = DeliveryStatus::pending;
    row.ready_at = 9000;
    must(edit.tx().record(edit.row().key, row, 0));
    edit.finish();
    EXPECT_TRUE(lease(8999).empty());
    EXPECT_EQ(lease(9000).size(), 1U);
    Edit none(store(), kRef);
    row.oseq = 99;
    EXPECT_EQ(code_of(none.tx().record(none.row().key, row, 0)), Code::not_found);
}

TEST_P(Lanes, rows_are_found_by_their_status_oldest_first) {
    send(ref_of("u2"), 300);
    send(ref_of("u1"), 200);
    send(ref_of("u3", "bank"), 100);
    for (const LeasedDelivery& one : lease(2000)) must(record(one, DeliveryStatus::held));
    send(ref_of("u4"), 50);
    const auto held = must(store().deliveries_by(DeliveryStatus::held, 10));
    ASSERT_EQ(held.size(), 3U);
    EXPECT_EQ(held[0].ref, ref_of("u3", "bank"));
    EXPECT_EQ(held[0].account, "bank");
    EXPECT_EQ(held[0].row.status, DeliveryStatus::held);
    EXPECT_EQ(held[1].ref, ref_of("u1"));
    EXPECT_EQ(held[2].ref, ref_of("u2"));
    EXPECT_EQ(must(store().deliveries_by(DeliveryStatus::held, 1)).size(), 1U);
    EXPECT_EQ(must(store().deliveries_by(DeliveryStatus::pending, 10)).size(), 1U);
    EXPECT_TRUE(must(store().deliveries_by(DeliveryStatus::dead, 10)).empty());
}

TEST_P(Lanes, leases_and_what_waits_outlive_a_restart) {
    if (!is_durable()) GTEST_SKIP() << "keeps nothing";
    send(ref_of("u1"), 100);
    send(ref_of("u2"), 200);
    const auto leases = lease(150);
    ASSERT_EQ(leases.size(), 1U);
    ASSERT_TRUE(reopen());
    EXPECT_EQ(refs(lease(500)), std::vector{ref_of("u2")});
    must(record(leases[0], DeliveryStatus::sent));
    EXPECT_TRUE(lease(1151).empty());
}

}  // namespace
}  // namespace lampjack::store::testing
