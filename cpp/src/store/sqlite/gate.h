#pragma once
// Gate: a mutex that lets threads in, in the order they came, and that knows who is inside.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <thread>

namespace lampjack::store::sqlite {

class Gate {
public:
    void enter();
    /// False when it was not this thread's turn in time.
    bool enter_within(std::chrono::milliseconds patience);
    void leave();
    bool is_mine() const;

    /// Nothing may hold the inner mutex while the process forks.
    void lock_inner() { mutex_.lock(); }
    void unlock_inner() { mutex_.unlock(); }

private:
    mutable std::mutex mutex_;
    std::condition_variable turn_;
    std::uint64_t next_ticket_ = 0;
    std::uint64_t serving_ = 0;
    std::set<std::uint64_t> given_up_;  ///< tickets nobody waits with any more
    bool free_ = true;
    std::thread::id holder_{};
};

}  // namespace lampjack::store::sqlite
