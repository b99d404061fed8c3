#include "conversation/echo.h"

#include "base/time_span.h"

namespace lampjack::conversation {

void EchoGuard::sent(std::uint64_t text, Millis now) noexcept {
    memory_.ring[memory_.next] = {.text = text, .at = now, .waiting = true};
    memory_.next = (memory_.next + 1) % kCapacity;
}

bool EchoGuard::takes(std::uint64_t text, Millis now) noexcept {
    for (std::size_t step = 0; step < kCapacity; ++step) {
        Sent& sent = memory_.ring[(memory_.next + step) % kCapacity];  // the oldest first
        if (!sent.waiting || sent.text != text) continue;
        if (between(sent.at, now) > memory_.window) continue;
        sent.waiting = false;
        return true;
    }
    return false;
}

}  // namespace lampjack::conversation
