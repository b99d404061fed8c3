#include "transport/retry_budget.h"

#include <algorithm>

namespace lampjack::transport {
namespace {

/// Sends are counted in slices of the window. A slice on its edge counts with its retries and without its first tries,
/// so that the promise holds for the window as it is, not only as it is counted.
constexpr Millis kSlices = 20;

}  // namespace

Millis RetryBudget::width() const noexcept { return std::max<Millis>(1, limits_.window / kSlices); }

RetryBudget::Slice& RetryBudget::slice_at(Millis now) {
    // A clock that was set back would keep what was counted before for as long as it went back.
    if (!slices_.empty() && now < slices_.back().at) slices_.clear();
    while (!slices_.empty() && slices_.front().at + width() <= now - limits_.window)
        slices_.pop_front();
    if (slices_.empty() || slices_.back().at + width() <= now) slices_.push_back({now, 0, 0});
    return slices_.back();
}

void RetryBudget::fresh(Millis now) { ++slice_at(now).fresh; }

bool RetryBudget::take(Millis now) {
    Slice& current = slice_at(now);
    std::uint64_t fresh = 0;
    std::uint64_t retries = 0;
    for (const Slice& slice : slices_) {
        if (slice.at >= now - limits_.window) fresh += slice.fresh;
        retries += slice.retries;
    }
    if (retries >= fresh * limits_.percent / 100 + limits_.plus) return false;
    ++current.retries;
    return true;
}

void RetryBudget::give_back() noexcept {
    if (!slices_.empty() && slices_.back().retries > 0) --slices_.back().retries;
}

Millis RetryBudget::next_at(Millis now) const noexcept {
    for (const Slice& slice : slices_)
        if (slice.retries > 0) return std::max(slice.at + width() + limits_.window, now + 1);
    return now + limits_.window;
}

}  // namespace lampjack::transport
