#pragma once
// Leases: under which holder this hub leases, and what of others it takes back. Two threads, started with the first lease: one
// writes the heartbeat and does nothing else, so that neither the GIL nor a slow change keeps it; the other ends what dead
// hubs and hung handlers hold, and logs. With a clock of the caller's and no threads, step() does both.

#include "engine/holds.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace lampjack::engine {

class Leases {
public:
    explicit Leases(Core& core) : core_(core), heart_(core), holds_(core, heart_) {}
    ~Leases() { end_threads(); }

    /// `threads`: whether it may start some.
    void set_up(std::function<Millis()> steady, unsigned runs, bool threads);
    Heartbeat& heart() noexcept { return heart_; }
    Holds& holds() noexcept { return holds_; }

    /// For whom to lease. Empty while the heartbeat cannot be written, and for 5 s after the clock was set: lease nothing; the error, if this call tried.
    Result<std::optional<std::uint64_t>> holder();
    /// The same for deliveries. Empty also while calls may be under way whose leases ended early because the clock was set
    /// forward: what is sent meanwhile could arrive before them.
    Result<std::optional<std::uint64_t>> sender();
    /// Whether the heartbeat cannot be written now: tries it. Called without a lock.
    bool heart_fails();
    void step();
    /// Ends the threads. The row goes unless something is still leased: then it ends by itself, and the leases with it.
    void stop(bool holds_more);

private:
    void begin();
    void end_threads();
    template <class Work>
    void repeat(std::chrono::milliseconds every, Work work) noexcept;
    void look();
    void reclaim();

    Core& core_;
    Heartbeat heart_;
    Holds holds_;
    bool threads_ = false;
    std::chrono::milliseconds retry_{0};  ///< after a heartbeat that could not be written
    std::atomic<bool> begun_{false};
    std::optional<Heartbeat::Moment> reclaimed_;
    std::mutex mutex_;
    std::condition_variable ending_;
    bool ends_ = false;
    std::thread beats_;
    std::thread looks_;
};

}  // namespace lampjack::engine
