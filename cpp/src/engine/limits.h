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

    std::int64_t account_events_per_second = 200;  ///< of one account: more is an alarm
    /// A second of one account, outside of handovers; five times as many at once.
    std::int64_t account_events_limit = 2'000;
    std::int64_t anonymous_requests = 5;         ///< a second, without a token, of one account
    std::int64_t anonymous_conversations = 60;   ///< new ones a minute, the same
    std::int64_t anonymous_bytes = 16 << 20;     ///< a minute, the same
    std::int64_t unattributed_bytes = 64 << 20;  ///< kept of what belongs to no conversation
};

/// Window: how much came in the present second or minute. It begins with the first that comes.
class Window {
public:
    explicit Window(Millis length) noexcept : length_(length) {}
    /// With `more`; nothing is counted by asking.
    std::int64_t with(std::int64_t more, Millis now) const noexcept {
        return is_over(now) ? more : count_ + more;
    }
    void add(std::int64_t more, Millis now) noexcept {
        if (is_over(now)) *this = Window(length_, now);
        count_ += more;
    }

private:
    Window(Millis length, Millis began) noexcept : length_(length), began_(began) {}
    bool is_over(Millis now) const noexcept { return now < began_ || now - began_ >= length_; }

    Millis length_;
    Millis began_ = 0;
    std::int64_t count_ = 0;
};

class Limits {
public:
    /// Takes `count` events of a conversation out of its budget. False when that is used up: nothing is taken then. A
    /// request larger than the budget passes once and has to be waited for afterwards.
    bool admit(const LimitSettings& settings, const store::ConversationKey& key, std::size_t count,
               Millis now);
    /// Counts events of a verified sender. False, and nothing is counted, when more came for a while than
    /// `account_events_limit`; what may pass the limit leaves it exhausted, but never in debt. `alarm` is whether more came in
    /// the present second than `account_events_per_second`.
    bool admit_account(const LimitSettings& settings, const std::string& account,
                       std::size_t events, bool may_pass_limit, Millis now, bool& alarm);
    /// Counts a request without a token. Code::limit when there are too many, or too many bytes.
    Result<void> admit_anonymous(const LimitSettings& settings, const std::string& account,
                                 std::uint64_t bytes, Millis now);
    /// Whether it would be taken now. Counts nothing.
    Result<void> check_anonymous(const LimitSettings& settings, const std::string& account,
                                 std::uint64_t bytes, Millis now);
    /// Counts a conversation that such a request begins. Code::limit when there are too many.
    Result<void> admit_new(const LimitSettings& settings, const std::string& account, Millis now);
    /// Counts what belongs to no conversation. When there is more than `unattributed_bytes` with it: how many items there were
    /// before, which are to be dropped now; a quarter of the limit counts as kept. Else 0.
    std::size_t fill_unattributed(const LimitSettings& settings, const std::string& account,
                                  std::size_t bytes, std::size_t items);
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
    struct OfAccount {
        Window events{1'000};
        std::optional<Budget> budget;  ///< of events; none: nothing has come yet
        Window anonymous{1'000};
        Window bytes{60'000};
        Window conversations{60'000};
        std::int64_t unattributed_bytes = 0;
        std::size_t unattributed_items = 0;
    };
    static Result<void> check(const LimitSettings& settings, const OfAccount& of,
                              std::uint64_t bytes, Millis now);
    void forget_idle(const LimitSettings& settings, Millis now);

    std::mutex mutex_;
    std::map<store::ConversationKey, Budget> budgets_;
    std::map<std::string, Queue, std::less<>> queues_;
    std::map<std::string, OfAccount, std::less<>> accounts_;
};

}  // namespace lampjack::engine
