#include "engine/store_watch.h"

namespace lampjack::engine {
namespace {

constexpr Millis kLookEvery = conversation::kMinute;
constexpr Millis kTellEvery = 60 * conversation::kMinute;

/// A clock that was set back must not silence it.
bool is_due(Millis last, Millis every, Millis now) noexcept {
    return last == 0 || now - last >= every || now < last;
}

}  // namespace

void StoreWatch::look() {
    const Millis now = core_.clock->now();
    if (!is_due(looked_, kLookEvery, now)) return;
    looked_ = now;
    const std::string warning = core_.store->warning();
    if (warning.empty()) {
        if (warns_) core_.say(LogEvent::store_recovered);
        warns_ = false;
        return;
    }
    if (!warns_) ++core_.counters.store_warnings;
    if (!warns_ || is_due(told_, kTellEvery, now)) {
        told_ = now;
        core_.say(LogLine(LogEvent::store_warning).add("reason", warning));
    }
    warns_ = true;
}

}  // namespace lampjack::engine
