#pragma once
// ForkedProcess: a copy of this process that runs a function, and may be stopped, let go on and killed.

#include <functional>

#include <sys/types.h>

namespace lampjack::support {

class ForkedProcess {
public:
    /// Runs `work` and ends with its answer as status.
    explicit ForkedProcess(const std::function<int()>& work);
    ~ForkedProcess() { kill(); }
    ForkedProcess(ForkedProcess&& other) noexcept : id_(other.id_) { other.id_ = -1; }
    ForkedProcess& operator=(ForkedProcess&&) = delete;

    /// In the process itself: it stands still with all it holds, until it may go on.
    static void pause_here();
    /// Waits until it does. False when it ended instead.
    bool wait_until_paused();
    void go_on() const;

    bool has_ended();
    /// SIGKILL: no destructor, no atexit, no unlock.
    void kill();
    /// Waits for its end; its status, or -1 when it was killed.
    int wait();

private:
    pid_t id_ = -1;
};

}  // namespace lampjack::support
