#pragma once
// Timers: stored with the conversation, fired once by whoever sees them first.

#include "engine/core.h"
#include "engine/silence.h"
#include "engine/store_watch.h"
#include "engine/subscription_list.h"

#include <mutex>
#include <thread>

namespace lampjack::engine {

class Timers {
public:
    explicit Timers(Core& core) : core_(core), watch_(core) {}
    ~Timers() { stop(); }

    void start();
    void stop();
    /// Fires what is due now, removes what is too old, looks after the store and for silence; how many fired. Also for hosts that drive the clock themselves.
    std::size_t look();

private:
    std::size_t fire_due();
    void prune();
    /// Empties the store's log when it may hold what was erased.
    void empty_log();
    void run() noexcept;
    Millis look_ahead();
    /// What is due of the accounts this hub has.
    std::vector<store::DueTimer> ours_due() const;
    Result<void> fire(const store::DueTimer& due);
    static Result<void> fire_in(class Change& change, const store::DueTimer& due);

    Core& core_;
    std::mutex looks_;  ///< one thread looks at a time: the timers', or one that steps
    StoreWatch watch_;
    LeftBehind left_behind_{core_};
    Silence silence_{core_};
    Millis pruned_ = 0;   ///< when we last looked for what is too old
    Millis emptied_ = 0;  ///< when we last tried to empty the store's log
    std::thread thread_;
    std::atomic<bool> stopping_{false};
};

}  // namespace lampjack::engine
