#pragma once
// Gate: a mutex that lets threads in, in the order they came, and that knows who is inside.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace lampjack::store::sqlite {

class Gate {
public:
    void enter();
    /// False when it was not this thread's turn in time.
    bool enter_within(std::chrono::milliseconds patience);
    void leave();
    bool is_mine() const;

private:
    /// Where a thread stands in the queue. It lies on that thread's stack: to wait needs no memory.
    struct Place {
        Place* next = nullptr;
    };
    void stand_behind(Place& mine) noexcept;
    void leave_queue(const Place& mine) noexcept;

    mutable std::mutex mutex_;
    std::condition_variable turn_;
    Place* first_ = nullptr;
    bool free_ = true;
    std::thread::id holder_{};
};

}  // namespace lampjack::store::sqlite
