#pragma once
// Workload: messages written the way the engine writes them, while somebody breaks the database, and what must be true of
// the store afterwards.

#include "store/store.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace lampjack::store::postgres {

/// What the controls switch off.
struct Protections {
    bool asks_for_known_keys = true;       ///< else every run of a change appends anew
    bool repeats_unknown_outcomes = true;  ///< else a lost connection is taken for success
};

class Workload {
public:
    Workload(Store& store, Protections on, int conversations = 20)
        : store_(store),
          on_(on),
          conversations_(conversations) {}

    /// Writes one message until it is acknowledged or `deadline` is over.
    void write(int message, std::chrono::steady_clock::time_point deadline);
    /// Runs threads that write new messages until `stop` says so.
    void run_threads(int threads, const std::function<void()>& meanwhile);

    int acknowledged() const;
    int repeated() const noexcept { return repeated_.load(); }

    struct Verdict {
        int lost = 0;        ///< acknowledged and not there
        int twice = 0;       ///< there more than once
        int gaps = 0;        ///< conversations whose numbers have holes
        int unsent = 0;      ///< items without their outgoing row, or rows without an item
        int stuck = 0;       ///< pending rows whose lane nobody would ever look at
        int not_queued = 0;  ///< items that the subscription never sees
    };
    Verdict check();

    static std::string ref_of(int conversation) {
        return "shop:live:c" + std::to_string(conversation);
    }

private:
    Result<void> change(int message);

    Store& store_;
    Protections on_;
    int conversations_;
    std::atomic<int> repeated_{0};
    std::atomic<int> next_{0};
    mutable std::mutex mutex_;
    std::set<int> acknowledged_;
};

}  // namespace lampjack::store::postgres
