#include "base/idle_pool.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace lampjack {
namespace {

std::atomic<int> g_alive{0};

struct Thing {
    explicit Thing(std::size_t bytes_held = 1) : size(bytes_held) { ++g_alive; }
    ~Thing() { --g_alive; }
    Thing(const Thing&) = delete;
    Thing& operator=(const Thing&) = delete;
    std::size_t bytes() const noexcept { return size; }

    std::size_t size;
};

using Pool = IdlePool<Thing, 4, 10, 100>;

std::size_t drain(Pool& pool) {
    std::size_t bytes = 0;
    for (const bool large : {true, false})
        while (const auto thing = pool.take(large)) bytes += thing->bytes();
    return bytes;
}

TEST(IdlePool, gives_back_what_it_was_given) {
    Pool pool;
    EXPECT_EQ(pool.take(false), nullptr);
    auto thing = std::make_unique<Thing>();
    const Thing* place = thing.get();
    pool.give(std::move(thing));
    EXPECT_EQ(pool.take(false).get(), place);
    EXPECT_EQ(pool.take(false), nullptr);
}

TEST(IdlePool, keeps_no_more_than_its_bound) {
    static Pool pool;
    for (int i = 0; i < 100; ++i)
        for (const std::size_t size : {1U, 10U, 11U, 40U, 100U, 101U})
            pool.give(std::make_unique<Thing>(size));
    EXPECT_LE(g_alive, 4 + 16);
    const std::size_t bytes = drain(pool);
    EXPECT_LE(bytes, Pool::kMostBytes);
    EXPECT_GT(bytes, 0U);
    EXPECT_EQ(g_alive, 0);
}

TEST(IdlePool, looks_for_a_large_one_only_if_asked) {
    Pool pool;
    pool.give(std::make_unique<Thing>(50));
    EXPECT_EQ(pool.take(false), nullptr);
    pool.give(std::make_unique<Thing>(5));
    EXPECT_EQ(pool.take(true)->bytes(), 50U);
    EXPECT_EQ(pool.take(true)->bytes(), 5U) << "better than none";
}

TEST(IdlePool, has_room_again_when_a_large_one_was_taken) {
    Pool pool;
    for (int i = 0; i < 50; ++i) {
        pool.give(std::make_unique<Thing>(100));
        EXPECT_NE(pool.take(true), nullptr) << i;
    }
    drain(pool);
}

TEST(IdlePool, keeps_nothing_for_threads_that_have_ended) {
    static Pool pool;
    for (int i = 0; i < 100; ++i)
        std::thread([] {
            auto thing = pool.take(false);
            if (!thing) thing = std::make_unique<Thing>();
            pool.give(std::move(thing));
        }).join();
    EXPECT_LE(g_alive, 4);
    drain(pool);
}

TEST(IdlePool, gives_each_thing_to_one_thread) {
    static Pool pool;
    std::vector<std::thread> threads;
    std::atomic<int> shared{0};
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int k = 0; k < 20'000; ++k) {
                auto thing = pool.take(k % 2 == 0);
                if (!thing) thing = std::make_unique<Thing>(k % 3 == 0 ? 30 : 3);
                const std::size_t size = thing->size;
                thing->size = 99;
                if (size == 99) ++shared;
                thing->size = size;
                pool.give(std::move(thing));
            }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(shared, 0);
    drain(pool);
    EXPECT_EQ(g_alive, 0);
}

/// A lock that another thread holds at the fork would stay locked in the child for ever.
TEST(IdlePool, works_in_a_child_that_was_forked_while_threads_use_it) {
    static Pool pool;
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i)
        threads.emplace_back([&] {
            while (!stop) {
                auto thing = pool.take(false);
                if (!thing) thing = std::make_unique<Thing>();
                pool.give(std::move(thing));
            }
        });
    for (int i = 0; i < 50; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            alarm(10);  // a child that hangs is killed
            for (int k = 0; k < 100; ++k) {
                auto thing =
                    pool.take(k % 2 == 0);  // no allocation: its own locks are another matter
                if (thing) pool.give(std::move(thing));
            }
            _exit(7);
        }
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7) << i;
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();
    drain(pool);
}

}  // namespace
}  // namespace lampjack
