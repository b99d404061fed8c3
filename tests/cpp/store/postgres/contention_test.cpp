// Many at once: the row lock decides who owns a conversation and which of several equal changes takes effect.
#include "postgres_fixture.h"
#include "support/from_environment.h"
#include "workload.h"

#include <array>
#include <map>
#include <random>
#include <thread>

namespace lampjack::store::postgres {
namespace {

using std::chrono::steady_clock;

using PostgresContention = PostgresTest;

std::string ref_of(int conversation) { return Workload::ref_of(conversation); }

void make_conversations(Store& store, int count) {
    for (int i = 0; i < count; ++i) {
        ConversationRow row;
        row.ref = ref_of(i);
        row.key = key_of(row.ref);
        row.account = "shop";
        row.state.epoch = 1;
        const auto tx = store.begin();
        ASSERT_TRUE(tx);
        ASSERT_TRUE((*tx)->put(row));
        ASSERT_TRUE((*tx)->commit());
    }
}

/// Takes over under the epoch that was seen before; false when somebody else was faster.
Result<bool> take(Store& store, const ConversationRow& seen, const std::string& agent,
                  bool compares_under_lock) {
    LJK_TRY(tx, store.begin());
    ConversationRow row = seen;
    if (compares_under_lock) {
        LJK_TRY(exists, tx->lock(seen.key, row));
        if (!exists || row.state.epoch != seen.state.epoch) return false;
    }
    ++row.state.epoch;
    row.state.agent = agent;
    row.state.state = conversation::State::agent;
    LJK_CHECK(tx->put(row));
    LJK_CHECK(tx->commit());
    return true;
}

struct Contest {
    int won = 0;
    int shared = 0;   ///< epochs that more than one agent was told to have won
    int skipped = 0;  ///< epochs that nobody won
};

Contest contest(Store& store, int conversations, int attempts, bool compares_under_lock) {
    std::mutex mutex;
    std::map<std::pair<int, std::uint64_t>, int> winners;
    std::atomic<int> left{attempts};
    std::vector<std::thread> agents;
    for (int agent = 0; agent < 16; ++agent)
        agents.emplace_back([&, agent] {
            std::minstd_rand random(static_cast<unsigned>(agent) + 1);
            while (left-- > 0) {
                const int conversation = static_cast<int>(random() % 1000) % conversations;
                const auto seen = store.conversation(key_of(ref_of(conversation)));
                if (!seen) continue;
                const auto won =
                    take(store, *seen, "a" + std::to_string(agent), compares_under_lock);
                if (!won || !*won) continue;
                const std::lock_guard lock(mutex);
                ++winners[{conversation, seen->state.epoch + 1}];
            }
        });
    for (std::thread& agent : agents) agent.join();
    Contest result;
    std::map<int, std::uint64_t> last;
    for (const auto& [place, times] : winners) {
        result.won += times;
        if (times > 1) ++result.shared;
        auto& before = last.try_emplace(place.first, 1).first->second;
        if (place.second != before + 1) ++result.skipped;
        before = place.second;
    }
    if (!compares_under_lock) return result;
    for (const auto& [conversation, epoch] : last)
        EXPECT_EQ(store.conversation(key_of(ref_of(conversation)))->state.epoch, epoch);
    return result;
}

TEST_F(PostgresContention, of_those_who_take_over_at_once_one_wins_and_epochs_rise) {
    const auto store = open_store();
    const int attempts = support::from_environment("LJK_PG_TAKES", 5000);
    make_conversations(*store, 50);
    const Contest result = contest(*store, 50, attempts, true);
    RecordProperty("won", result.won);
    EXPECT_GT(result.won, attempts / 20);
    EXPECT_EQ(result.shared, 0);
    EXPECT_EQ(result.skipped, 0);
}

TEST_F(PostgresContention, control_without_the_comparison_under_the_lock_epochs_are_shared) {
    const auto store = open_store();
    make_conversations(*store, 2);
    EXPECT_GT(contest(*store, 2, 800, false).shared, 0);
}

/// Each message written by three at once.
Workload::Verdict write_three_times(Store& store, int messages, Protections on) {
    Workload workload(store, on, 10);
    std::atomic<int> next{0};
    const auto deadline = steady_clock::now() + std::chrono::minutes(20);
    std::vector<std::thread> writers;
    for (int i = 0; i < 9; ++i)
        writers.emplace_back([&] {
            for (int turn = next++; turn < 3 * messages; turn = next++)
                workload.write(turn / 3, deadline);
        });
    for (std::thread& writer : writers) writer.join();
    EXPECT_EQ(workload.acknowledged(), messages);
    return workload.check();
}

TEST_F(PostgresContention, what_is_submitted_three_times_at_once_takes_effect_once) {
    const auto store = open_store();
    ASSERT_TRUE(store->subscribe("desk", {}));
    const auto verdict =
        write_three_times(*store, support::from_environment("LJK_PG_MESSAGES", 2000), {});
    EXPECT_EQ(verdict.lost, 0);
    EXPECT_EQ(verdict.twice, 0);
    EXPECT_EQ(verdict.gaps, 0);
    EXPECT_EQ(verdict.unsent, 0);
    EXPECT_EQ(verdict.stuck, 0);
    EXPECT_EQ(verdict.not_queued, 0);
}

TEST_F(PostgresContention, control_without_the_table_of_keys_it_takes_effect_more_often) {
    const auto store = open_store();
    ASSERT_TRUE(store->subscribe("desk", {}));
    EXPECT_GT(write_three_times(*store, 50, {.asks_for_known_keys = false}).twice, 0);
}

/// Two stores as two processes would have them.
TEST_F(PostgresContention, lanes_and_queues_go_to_one_of_several_processes) {
    const auto one = open_store();
    const auto other = open_store();
    ASSERT_TRUE(one->subscribe("desk", {}));
    Workload workload(*one, {}, 30);
    for (int message = 0; message < 30; ++message)
        workload.write(message, steady_clock::now() + std::chrono::minutes(5));
    const Millis now = SystemClock().now() + 1000;
    const std::array accounts{std::string("shop")};
    std::mutex mutex;
    std::map<std::string, int> seen;
    std::vector<std::thread> threads;
    for (Store* store : {one.get(), other.get(), one.get(), other.get()})
        threads.emplace_back([&, store] {
            for (int i = 0; i < 20; ++i) {
                const auto lanes = store->lease_deliveries(accounts, false, now, now + 60'000, 3);
                const auto items = store->lease_items("desk", now, now + 60'000, 3);
                ASSERT_TRUE(lanes);
                ASSERT_TRUE(items);
                const std::lock_guard lock(mutex);
                for (const LeasedDelivery& lane : *lanes) ++seen["row of " + lane.conversation.ref];
                for (const LeasedItem& item : *items) ++seen["item of " + item.ref];
            }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(seen.size(), 60u);
    for (const auto& [what, times] : seen) EXPECT_EQ(times, 1) << what;
}

TEST_F(PostgresContention, a_due_timer_is_shown_to_all_and_taken_from_nobody) {
    const auto one = open_store();
    const auto other = open_store();
    ConversationRow row;
    row.ref = ref_of(1);
    row.key = key_of(row.ref);
    row.account = "shop";
    row.state.epoch = 1;
    const Millis now = SystemClock().now();
    row.state.timers[0] = conversation::Timer{now - 5, 1, 1};
    const auto tx = one->begin();
    ASSERT_TRUE((*tx)->put(row));
    ASSERT_TRUE((*tx)->commit());
    for (Store* store : {one.get(), other.get(), one.get()}) {
        const auto due = store->due_timers(now, 9);
        ASSERT_EQ(due->size(), 1u) << "a look by one who does not fire it must not hide it";
        EXPECT_EQ(due->front().timer, *row.state.timers[0]);
    }
    EXPECT_EQ(*other->next_timer_at(), now - 5);
}

/// Workers of one service start at the same time and declare the same subscription over items that are there already.
TEST_F(PostgresContention, a_subscription_that_several_complete_at_once_hands_each_item_out_once) {
    const auto first = open_store();
    Workload workload(*first, {}, 40);
    for (int message = 0; message < 40; ++message)
        workload.write(message, steady_clock::now() + std::chrono::minutes(5));
    std::mutex mutex;
    std::map<std::pair<std::string, std::uint64_t>, int> seen;
    std::vector<std::thread> threads;
    for (int worker = 0; worker < 6; ++worker)
        threads.emplace_back([&] {
            const auto store = open_store();
            for (int i = 0; i < 40; ++i) {
                ASSERT_TRUE(store->subscribe("desk", {}) || i > 0);
                const Millis now = SystemClock().now() + 1000;
                const auto items = store->lease_items("desk", now, now + 60'000, 4);
                if (!items) continue;
                for (const LeasedItem& item : *items) {
                    ASSERT_TRUE(store->finish_item("desk", item, ItemOutcome::done, now, ""));
                    const std::lock_guard lock(mutex);
                    ++seen[{item.ref, item.item.seq}];
                }
            }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_GE(seen.size(), 40u);
    for (const auto& [what, times] : seen) EXPECT_EQ(times, 1) << what.first;
}

}  // namespace
}  // namespace lampjack::store::postgres
