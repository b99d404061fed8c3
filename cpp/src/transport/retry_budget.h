#pragma once
// RetryBudget: how many retries one destination may get, so that an outage is not made worse by those who wait for its
// end. Pure: time is passed in; one thread at a time.

#include "base/clock.h"

#include <cstdint>
#include <deque>

namespace lampjack::transport {

/// Retries within `window` are at most `percent` of the first tries in it, plus `plus`.
struct BudgetLimits {
    Millis window = 10'000;
    std::uint32_t percent = 20;
    std::uint32_t plus = 10;
};

class RetryBudget {
public:
    explicit RetryBudget(BudgetLimits limits = {}) : limits_(limits) {}

    /// A first try was sent.
    void fresh(Millis now);
    /// Whether a retry may be sent now; it counts as sent then.
    bool take(Millis now);
    /// The retry just taken was not sent after all.
    void give_back() noexcept;
    /// When to ask again after a no: the first retry that counts has left the window by then.
    Millis next_at(Millis now) const noexcept;

private:
    struct Slice {
        Millis at = 0;
        std::uint64_t fresh = 0;
        std::uint64_t retries = 0;
    };
    Slice& slice_at(Millis now);
    Millis width() const noexcept;

    BudgetLimits limits_;
    std::deque<Slice> slices_;  ///< oldest first
};

}  // namespace lampjack::transport
