#include "conversation/echo.h"

#include "base/time_span.h"

namespace lampjack::conversation {
namespace {

constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

std::uint64_t text_hash(std::string_view text) noexcept {
    // FNV-1a, 64 bits.
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto add = [&hash](char c) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    };
    bool started = false;
    bool gap = false;
    for (const char c : text) {
        if (is_space(c)) {
            gap = started;
            continue;
        }
        if (gap) add(' ');
        add(c);
        started = true;
        gap = false;
    }
    return hash;
}

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
