#pragma once
// Breaker: stops sending to a destination that fails, and lets one request through now and then to see whether it is
// back. Pure: time and chance are passed in; one thread at a time. Processes agree by sharing a BreakerState: whoever
// wants to change it offers the next one, and adopts whatever was stored in the end.

#include "base/clock.h"
#include "base/random.h"
#include "transport/retry_policy.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace lampjack::transport {

struct BreakerLimits {
    std::uint32_t failures = 5;  ///< in a row; or …
    std::uint32_t percent = 50;  ///< … more than so many of at least `sample` within `window`
    std::uint32_t sample = 20;
    Millis window = 10'000;
    Millis open = 30'000;  ///< the first time; doubles with each probe that fails
    Millis longest = 300'000;
};

/// What one request says about its destination.
enum class Signal : std::uint8_t {
    none,       ///< nothing: it never left, or we ended it ourselves
    good,       ///< it answers, whatever it thinks of the request
    throttled,  ///< it asks for patience: counts in the share, breaks no row
    failed,
};
Signal signal_of(const HttpOutcome& outcome, OutcomeClass judged) noexcept;

/// The part that processes share.
struct BreakerState {
    std::uint32_t opens = 0;  ///< how often in a row it opened; 0: closed
    Millis until = 0;         ///< open until then, half-open afterwards
    Millis probe_until = 0;   ///< half-open: somebody's probe is under way until then

    bool is_closed() const noexcept { return opens == 0; }
    friend bool operator==(const BreakerState&, const BreakerState&) = default;
};
/// As text for a store; closed is the empty text, and what cannot be read is closed.
std::string to_text(const BreakerState& state);
BreakerState breaker_state(std::string_view text) noexcept;

class Breaker {
public:
    explicit Breaker(BreakerLimits limits = {}) : limits_(limits) {}

    const BreakerState& state() const noexcept { return state_; }
    /// The state as shared. What was counted before a closing counts no more.
    void adopt(const BreakerState& state) noexcept;

    enum class Pass : std::uint8_t {
        go,
        probe,  ///< only as the probe: share probing() first
        wait,   ///< not before wait_until()
    };
    Pass pass(Millis now) const noexcept;
    Millis wait_until(Millis now) const noexcept;
    /// The state while our probe is under way, for at most `time`.
    BreakerState probing(Millis now, Millis time) const noexcept;
    /// The state when our probe was not sent after all.
    BreakerState probe_given_back() const noexcept;

    /// Takes note of a request that was sent; gives the state to share when it is to change.
    std::optional<BreakerState> note(Signal signal, bool was_probe, Millis now, Random& random);

private:
    struct Seen {
        Millis at = 0;
        bool failed = false;
    };
    bool opens_by(Signal signal, Millis now);
    void forget_before(Millis now);
    BreakerState opened(Millis now, Random& random) const;
    Millis longest_open() const noexcept { return limits_.longest + limits_.longest / 5; }

    BreakerLimits limits_;
    BreakerState state_;
    std::uint32_t in_a_row_ = 0;
    std::deque<Seen> seen_;
    std::size_t failed_ = 0;  ///< of those in `seen_`
};

}  // namespace lampjack::transport
