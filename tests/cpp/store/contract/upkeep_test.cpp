// Timers, erasing, pruning, small facts and lists.

#include "store/contract/store_contract.h"

#include "store/lane_schedule.h"

namespace lampjack::store::testing {
namespace {

class Upkeep : public StoreContract {
protected:
    void set_timer(const std::string& ref, conversation::TimerKind kind, Millis due) {
        Edit edit(store(), ref);
        edit.row().state.timers[static_cast<std::size_t>(kind)] = conversation::Timer{due, 2, 3};
        edit.finish();
    }
    void clear_timer(const std::string& ref, conversation::TimerKind kind) {
        Edit edit(store(), ref);
        edit.row().state.timers[static_cast<std::size_t>(kind)].reset();
        edit.finish();
    }
    void erase(const std::string& ref) {
        Edit edit(store(), ref);
        must(edit.tx().erase(edit.row().key));
        edit.commit();
    }
};
LJK_ON_EVERY_STORE(Upkeep);

using conversation::TimerKind;
const std::string kRef = ref_of("u1"), kOther = ref_of("u2");

TEST_P(Upkeep, timers_are_due_at_their_time_and_until_they_are_gone) {
    EXPECT_EQ(must(store().next_timer_at()), kNever);
    set_timer(kRef, TimerKind::accept, 5000);
    set_timer(kRef, TimerKind::idle_bot, 9000);
    set_timer(kOther, TimerKind::first, 4000);
    EXPECT_EQ(must(store().next_timer_at()), 4000);
    EXPECT_TRUE(must(store().due_timers(3999, 10)).empty());
    const auto due = must(store().due_timers(5000, 10));
    ASSERT_EQ(due.size(), 2U);
    EXPECT_EQ(due[0].ref, kOther);
    EXPECT_EQ(due[0].kind, TimerKind::first);
    EXPECT_EQ(due[0].timer, (conversation::Timer{4000, 2, 3}));
    EXPECT_EQ(due[1].ref, kRef);
    EXPECT_EQ(due[1].kind, TimerKind::accept);
    EXPECT_EQ(must(store().due_timers(5000, 1)).size(), 1U);
    clear_timer(kOther, TimerKind::first);
    clear_timer(kRef, TimerKind::accept);
    EXPECT_TRUE(must(store().due_timers(5000, 10)).empty());
    EXPECT_EQ(must(store().next_timer_at()), 9000);
    reopen();
    EXPECT_EQ(must(store().next_timer_at()), 9000);
}

TEST_P(Upkeep, a_timer_far_ahead_comes_up_within_a_minute_of_its_time) {
    constexpr Millis kDue = 30LL * 24 * 3600 * 1000 + 12'345;
    set_timer(kRef, TimerKind::idle_bot, kDue);
    EXPECT_TRUE(must(store().due_timers(kDue - 1, 10)).empty());
    EXPECT_GE(must(store().next_timer_at()), kDue);
    EXPECT_LE(must(store().next_timer_at()), kDue + 60'000);
    const auto due = must(store().due_timers(kDue + 60'000, 10));
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].timer.due, kDue) << "as it was set";
}

TEST_P(Upkeep, a_timer_moves_with_its_conversation) {
    set_timer(kRef, TimerKind::idle_user, 5000);
    set_timer(kRef, TimerKind::idle_user, 8000);
    EXPECT_EQ(must(store().next_timer_at()), 8000);
    {
        Edit edit(store(), kRef);
        edit.row().state.timers[0] = conversation::Timer{1, 0, 0};
        edit.put();
    }
    EXPECT_EQ(must(store().next_timer_at()), 8000) << "that change was not committed";
}

TEST_P(Upkeep, conversations_are_listed_newest_first_and_by_state) {
    for (int i = 1; i <= 4; ++i) {
        Edit edit(store(), ref_of("u" + std::to_string(i)), 100 * i);
        edit.row().state.state = i % 2 == 0 ? conversation::State::agent : conversation::State::bot;
        edit.finish();
    }
    const auto all = must(store().conversations("", 10));
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0].ref, ref_of("u4"));
    EXPECT_EQ(all[3].ref, ref_of("u1"));
    const auto agents = must(store().conversations("agent", 10));
    ASSERT_EQ(agents.size(), 2U);
    EXPECT_EQ(agents[0].ref, ref_of("u4"));
    EXPECT_EQ(agents[1].ref, ref_of("u2"));
    EXPECT_EQ(must(store().conversations("", 3)).size(), 3U);
    EXPECT_TRUE(must(store().conversations("closed", 3)).empty());
    EXPECT_TRUE(must(store().conversations("nonsense", 3)).empty());
}

TEST_P(Upkeep, an_erased_conversation_leaves_only_its_counters) {
    must(store().subscribe("desk", {}));
    std::string id;
    {
        Edit edit(store(), kRef);
        edit.row().state.epoch = 7;
        edit.row().state.timers[0] = conversation::Timer{1, 0, 0};
        edit.say("message", {item_key("a")});
        edit.say("message");
        id = edit.send(Action::reply, false, "k").id;
        edit.put();
        must(edit.tx().put_answer(edit.row().key, item_key("r"), model::Answer{}));
        edit.commit();
    }
    say(kOther);
    finish(lease_items(1000, 1).at(0), ItemOutcome::dead, 1000);
    erase(kRef);
    reopen();
    std::string ref;
    EXPECT_EQ(code_of(store().conversation(key_of(kRef))), Code::not_found);
    EXPECT_EQ(code_of(store().items(key_of(kRef), 0, 10)), Code::not_found);
    EXPECT_EQ(code_of(store().deliveries(key_of(kRef))), Code::not_found);
    EXPECT_EQ(code_of(store().delivery(id, ref)), Code::not_found);
    EXPECT_EQ(must(store().conversations("", 10)).size(), 1U);
    EXPECT_EQ(must(store().pending_count("shop")), 0U);
    EXPECT_TRUE(must(store().deliveries_by(DeliveryStatus::pending, 10)).empty());
    EXPECT_TRUE(lease(9000).empty());
    EXPECT_EQ(must(store().next_timer_at()), kNever);
    EXPECT_LE(must(store().dead_items("desk", 10)).size(), 1U);
    for (const LeasedItem& item : lease_items(9000)) EXPECT_EQ(item.ref, kOther);

    Edit edit(store(), kRef);
    EXPECT_FALSE(edit.existed());
    EXPECT_EQ(edit.row().next_seq, 3U);
    EXPECT_EQ(edit.row().next_out, 2U);
    EXPECT_EQ(edit.row().retired_epoch, 7U);
    EXPECT_EQ(edit.row().state.epoch, 8U);
    EXPECT_EQ(must(edit.tx().known(edit.row().key, Keys{item_key("a")}))[0], 0U);
    EXPECT_EQ(must(edit.tx().find_command(edit.row().key, "k")).id, "");
    EXPECT_EQ(must(edit.tx().answer_of(edit.row().key, item_key("r"))).status, 0);
}

TEST_P(Upkeep, numbers_never_go_backwards_over_lives) {
    must(store().subscribe("desk", {}));
    for (int life = 1; life <= 3; ++life) {
        {
            Edit edit(store(), kRef);
            edit.say("message", {item_key("a")});
            edit.send();
            edit.finish();
        }
        const auto row = must(store().conversation(key_of(kRef)));
        EXPECT_EQ(row.state.epoch, static_cast<std::uint64_t>(life));
        EXPECT_EQ(seqs(kRef), std::vector{static_cast<std::uint64_t>(life)});
        EXPECT_EQ(lease_items(1000).at(0).item.seq, static_cast<std::uint64_t>(life));
        EXPECT_EQ(lease(1000).at(0).row.oseq, static_cast<std::uint64_t>(life));
        erase(kRef);
    }
}

TEST_P(Upkeep, erasing_is_undone_with_its_transaction) {
    say(kRef);
    send(kRef);
    {
        Edit edit(store(), kRef);
        must(edit.tx().erase(edit.row().key));
        EXPECT_FALSE(must(edit.tx().lock(edit.row().key, edit.row())));
    }
    EXPECT_EQ(seqs(kRef).size(), 1U);
    EXPECT_EQ(lease(2000).size(), 1U);
    {
        Edit edit(store(), kRef);
        edit.say("message");
        edit.put();
        must(edit.tx().savepoint());
        must(edit.tx().erase(edit.row().key));
        must(edit.tx().rollback_to_savepoint());
        edit.commit();
    }
    EXPECT_EQ(seqs(kRef).size(), 2U);
    Edit nobody(store(), kOther);
    must(nobody.tx().erase(nobody.row().key));  // there is nothing: no error
}

TEST_P(Upkeep, old_keys_and_answers_go_and_items_stay) {
    for (const Millis now : {100, 200, 300}) {
        const std::string name = std::to_string(now);
        Edit edit(store(), kRef, now);
        edit.say("message", {item_key(name), item_key(name + "'")});
        edit.put();
        must(edit.tx().put_answer(edit.row().key, item_key(name), model::Answer{}));
        edit.commit();
    }
    EXPECT_EQ(must(store().prune(100, 0, 100)), 0U);
    EXPECT_EQ(must(store().prune(201, 0, 100)), 6U);
    EXPECT_EQ(must(store().prune(201, 0, 100)), 0U);
    EXPECT_EQ(seqs(kRef).size(), 3U);
    {
        Edit edit(store(), kRef);
        const Keys keys{item_key("100"), item_key("200'"), item_key("300"), item_key("300'")};
        EXPECT_EQ(must(edit.tx().known(edit.row().key, keys)),
                  (std::vector<std::uint64_t>{0, 0, 3, 3}));
        EXPECT_EQ(must(edit.tx().answer_of(edit.row().key, item_key("200"))).status, 0);
        EXPECT_EQ(must(edit.tx().answer_of(edit.row().key, item_key("300"))).status, 200);
    }
    EXPECT_EQ(must(store().prune(1000, 0, 1)), 2U) << "at most one of each";
}

TEST_P(Upkeep, old_rows_go_when_they_have_ended) {
    const std::vector statuses{DeliveryStatus::sent, DeliveryStatus::dead, DeliveryStatus::refused,
                               DeliveryStatus::held, DeliveryStatus::pending};
    for (const DeliveryStatus status : statuses) {
        send(kRef, 100);
        must(record(lease(9000).at(0), status, 100));
    }
    const auto ids = must(store().deliveries(key_of(kRef)));
    send(kOther, 500);
    EXPECT_EQ(must(store().prune(0, 100, 100)), 0U);
    EXPECT_EQ(must(store().prune(0, 101, 2)), 2U);
    EXPECT_EQ(must(store().prune(0, 101, 100)), 1U);
    const auto left = must(store().deliveries(key_of(kRef)));
    ASSERT_EQ(left.size(), 2U);
    EXPECT_EQ(left[0].status, DeliveryStatus::held);
    EXPECT_EQ(left[1].status, DeliveryStatus::pending);
    std::string ref;
    EXPECT_EQ(code_of(store().delivery(ids[0].id, ref)), Code::not_found);
    EXPECT_EQ(must(store().delivery(left[0].id, ref)).id, left[0].id);
    EXPECT_EQ(lease(9000).size(), 2U);
}

TEST_P(Upkeep, small_facts_are_kept_and_swapped_in_one_step) {
    EXPECT_EQ(must(store().meta("address")), "");
    must(store().put_meta("address", "a"));
    must(store().put_meta("address", "b"));
    EXPECT_EQ(must(store().meta("address")), "b");
    EXPECT_FALSE(must(store().swap_meta("address", "a", "c")));
    EXPECT_TRUE(must(store().swap_meta("address", "b", "c")));
    EXPECT_TRUE(must(store().swap_meta("other", "", "d")));
    EXPECT_FALSE(must(store().swap_meta("other", "", "e")));
    reopen();
    EXPECT_EQ(must(store().meta("address")), "c");
    EXPECT_EQ(must(store().meta("other")), "d");
}

}  // namespace
}  // namespace lampjack::store::testing
