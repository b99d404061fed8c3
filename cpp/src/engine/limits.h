#pragma once
// Limits: how much of one conversation or account is taken at a time. Counted in this process; what is kept for long is
// counted in the store.

#include "base/clock.h"
#include "store/store.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace lampjack::engine {

/// Each is a key of the configuration.
struct LimitSettings {
    std::int64_t events_per_second = 20;   ///< of one conversation, on average
    std::int64_t events_burst = 100;       ///< at once
    std::int64_t events_kept = 20'000;     ///< of one conversation, while no human has it
    std::int64_t queue = 1'000;            ///< messages that wait to leave one conversation
    std::int64_t account_queue = 100'000;  ///< messages that wait to leave one account
};

class Limits {
public:
    /// Takes `count` events of a conversation out of its budget. False when that is used up: nothing is taken then. A
    /// request larger than the budget passes once and has to be waited for afterwards.
    bool admit(const LimitSettings& settings, const store::ConversationKey& key, std::size_t count,
               Millis now);
    /// Whether so many messages of the account wait that no more are taken. The store is asked once a second at most.
    Result<bool> is_full(const LimitSettings& settings, store::Store& store,
                         std::string_view account, Millis now);

private:
    struct Budget {
        double left = 0;
        Millis at = 0;
    };
    struct Queue {
        std::size_t waiting = 0;
        Millis at = 0;
    };
    void forget_idle(const LimitSettings& settings, Millis now);

    std::mutex mutex_;
    std::map<store::ConversationKey, Budget> budgets_;
    std::map<std::string, Queue, std::less<>> queues_;
};

}  // namespace lampjack::engine
