#include "engine/commit_lane.h"

#include "../support/forward_tx.h"
#include "store/memory_store.h"
#include "test_hub.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

namespace lampjack::test {
namespace {

using engine::CommitLane;
using store::Tx;

/// Counts transactions; `at_commit` may make one fail.
class CountingStore final : public store::MemoryStore {
public:
    explicit CountingStore(bool groups = true) : groups_(groups) {}
    bool groups_commits() const noexcept override { return groups_; }
    Result<std::unique_ptr<Tx>> begin() override {
        ++begun;
        auto tx = MemoryStore::begin();
        if (!tx || !at_commit) return tx;
        return std::unique_ptr<Tx>(std::make_unique<Counted>(std::move(*tx), at_commit));
    }
    std::atomic<int> begun{0};
    std::function<Result<void>()> at_commit;

private:
    class Counted final : public support::ForwardTx {
    public:
        Counted(std::unique_ptr<Tx> to, const std::function<Result<void>()>& at_commit)
            : ForwardTx(std::move(to)),
              at_commit_(at_commit) {}
        Result<void> commit() override {
            LJK_CHECK(at_commit_());
            return ForwardTx::commit();
        }

    private:
        const std::function<Result<void>()>& at_commit_;
    };
    bool groups_;
};

Result<int> add_item(Tx& tx, int number) {
    const std::string ref = "shop:live:" + std::to_string(number);
    store::ConversationRow row;
    row.key = store::key_of(ref);
    row.ref = ref;
    row.state.epoch = 1;
    store::ItemRow item;
    item.seq = 1;
    LJK_CHECK(tx.append(row.key, item, {}));
    LJK_CHECK(tx.put(row));
    return number;
}

bool kept(store::Store& store, int number) {
    return store.conversation(store::key_of("shop:live:" + std::to_string(number))).has_value();
}

struct Lane {
    explicit Lane(bool groups = true)
        : store(std::make_shared<CountingStore>(groups)),
          lane(store, std::make_shared<SeededRandom>(3)) {}

    /// Lets `count` callers queue up behind one who holds the lane, number 0; then all go.
    std::vector<Result<int>> run_behind(int count, const std::function<Result<int>(Tx&, int)>& f) {
        std::vector<Result<int>> results(static_cast<std::size_t>(count) + 1, Result<int>(-1));
        std::vector<std::thread> threads;
        std::atomic<bool> held{false};
        threads.emplace_back([&] {
            results[0] = lane.run([&](Tx& tx) {
                held = true;
                while (lane.waiting() < static_cast<std::size_t>(count)) std::this_thread::yield();
                return f(tx, 0);
            });
        });
        while (!held) std::this_thread::yield();
        for (int i = 1; i <= count; ++i)
            threads.emplace_back([&, i] {
                results[static_cast<std::size_t>(i)] = lane.run([&](Tx& tx) { return f(tx, i); });
            });
        for (std::thread& thread : threads) thread.join();
        return results;
    }

    std::shared_ptr<CountingStore> store;
    CommitLane lane;
};

TEST(CommitLane, lets_callers_who_wait_share_a_transaction) {
    Lane t;
    const auto results = t.run_behind(20, add_item);
    for (int i = 0; i <= 20; ++i) {
        EXPECT_EQ(results[static_cast<std::size_t>(i)].value(), i);
        EXPECT_TRUE(kept(*t.store, i));
    }
    EXPECT_LT(t.store->begun, 21);

    Lane alone(false);
    for (int i = 0; i <= 20; ++i)
        EXPECT_TRUE(alone.lane.run([&](Tx& tx) { return add_item(tx, i); }));
    EXPECT_EQ(alone.store->begun, 21) << "the control";
}

enum class Back { soon, late };

/// One caller commits while another waits, and then comes back: while the other's change has just run, or after its commit.
/// Whether the two share a transaction then.
bool shares_the_next(Back back) {
    constexpr std::chrono::milliseconds kCommit{50}, kSoon{2};
    Lane t;
    std::atomic<bool> ran{false}, committed{false};
    std::thread other;
    const auto call = [&] {
        EXPECT_TRUE(t.lane.run([&](Tx& tx) {
            ran = true;
            return add_item(tx, 1);
        }));
        committed = true;
    };
    t.store->at_commit = [&]() -> Result<void> {
        if (!other.joinable()) {
            other = std::thread(call);
            while (t.lane.waiting() == 0) std::this_thread::yield();
        }
        std::this_thread::sleep_for(kCommit);
        return {};
    };
    EXPECT_TRUE(t.lane.run([](Tx& tx) { return add_item(tx, 0); }));
    while (!(back == Back::soon ? ran : committed)) std::this_thread::yield();
    std::this_thread::sleep_for(kSoon);
    EXPECT_TRUE(t.lane.run([](Tx& tx) { return add_item(tx, 2); }));
    other.join();
    return t.store->begun == 2;
}

TEST(CommitLane, waits_for_a_caller_who_comes_back_at_once) {
    int soon = 0, late = 0;
    for (int i = 0; i < 10; ++i) {
        soon += shares_the_next(Back::soon) ? 1 : 0;
        late += shares_the_next(Back::late) ? 1 : 0;
    }
    EXPECT_GE(soon, 5) << "not each time: the machine may be busy";
    EXPECT_EQ(late, 0) << "the control";
}

TEST(CommitLane, goes_on_without_callers_who_stay_away) {
    Lane t;
    t.run_behind(9, add_item);
    const int before = t.store->begun;
    EXPECT_TRUE(t.lane.run([](Tx& tx) { return add_item(tx, 10); }));
    EXPECT_EQ(t.store->begun, before + 1);
    EXPECT_TRUE(kept(*t.store, 10));
}

TEST(CommitLane, keeps_the_neighbours_of_a_change_that_fails) {
    for (const bool poisoned : {true, false}) {
        Lane t;
        const auto results = t.run_behind(9, [poisoned](Tx& tx, int i) -> Result<int> {
            LJK_TRY(done, add_item(tx, i));
            if (poisoned && i == 5) return fail(Code::stale_owner, "too late");
            if (poisoned && i == 7) throw std::bad_alloc();
            return done;
        });
        for (int i = 0; i <= 9; ++i) {
            const bool fails = poisoned && (i == 5 || i == 7);
            EXPECT_EQ(results[static_cast<std::size_t>(i)].has_value(), !fails) << i;
            EXPECT_EQ(kept(*t.store, i), !fails) << i << ": the second round is the control";
        }
        if (!poisoned) continue;
        EXPECT_EQ(results[5].error().code, Code::stale_owner);
        EXPECT_EQ(results[7].error().code, Code::internal);
    }
}

TEST(CommitLane, tells_everyone_of_a_group_that_the_commit_failed) {
    Lane t;
    t.store->at_commit = []() -> Result<void> { return fail(Code::internal, "the disk is full"); };
    const auto results = t.run_behind(9, [](Tx& tx, int i) -> Result<int> {
        LJK_TRY(done, add_item(tx, i));
        if (i == 4) return fail(Code::stale_owner, "too late");
        return done;
    });
    for (int i = 0; i <= 9; ++i) {
        EXPECT_EQ(results[static_cast<std::size_t>(i)].error().code,
                  i == 4 ? Code::stale_owner : Code::store);
        EXPECT_FALSE(kept(*t.store, i));
    }
}

TEST(CommitLane, runs_a_change_again_when_another_process_was_in_its_way) {
    for (const bool groups : {false, true}) {
        Lane t(groups);
        int left = 3, runs = 0;
        t.store->at_commit = [&]() -> Result<void> {
            if (left-- > 0) return fail(Code::conflict, "the row was changed");
            return {};
        };
        const auto change = [&](Tx& tx) {
            ++runs;
            return add_item(tx, 1);
        };
        EXPECT_TRUE(t.lane.run(change));
        EXPECT_EQ(runs, 4);
        EXPECT_EQ(t.store->items(store::key_of("shop:live:1"), 0, 9)->size(), 1u);
        left = 1000;
        runs = 0;
        EXPECT_EQ(t.lane.run(change).error().code, Code::store);
        EXPECT_EQ(runs, CommitLane::kTries);
    }
}

TEST(CommitLane, carries_the_whole_hub) {
    Lane t;
    engine::World world;
    world.store = t.store;
    world.clock = std::make_shared<ManualClock>(kStart);
    auto opened = engine::Hub::open(std::string(R"({"store":"memory:","account":{"shop":{)") +
                                        TestHub::kFull + "}}}",
                                    engine::run_nothing, std::move(world));
    ASSERT_TRUE(opened);
    engine::Hub& hub = **opened;
    const std::string body = TestHub::messages(TestHub::user_item("hi", 1, "m1"), 1);
    const auto post = [&] {
        return hub.receive("shop", {"POST", "/", "challenge.verifyToken=vt-made-up", {}, body}, {});
    };
    t.store->at_commit = []() -> Result<void> { return fail(Code::internal, "the disk is full"); };
    EXPECT_EQ(post().status, 503);
    EXPECT_FALSE(hub.conversation(TestHub::kRef)) << "nothing of it was kept";
    EXPECT_NE(hub.stats().find("\"events\":0"), std::string::npos) << "and nothing counted";
    t.store->at_commit = nullptr;
    EXPECT_EQ(post().status, 200);
    EXPECT_EQ(post().status, 200) << "a duplicate";
    EXPECT_NE(hub.stats().find("\"events\":1"), std::string::npos) << "the control";
}

}  // namespace
}  // namespace lampjack::test
