#pragma once
// The echo guard (R12): a platform may send back, as a bot's or an agent's message, what we posted for an agent.

#include "base/clock.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace lampjack::conversation {

/// The texts sent lately in one conversation. A plain value of fixed size.
class EchoGuard {
public:
    static constexpr std::size_t kCapacity = 16;
    static constexpr Millis kDefaultWindow = 120'000;

    struct Sent {
        std::uint64_t text = 0;
        Millis at = 0;
        bool waiting = false;

        friend bool operator==(const Sent&, const Sent&) = default;
    };
    /// Everything it remembers, for a store.
    struct Memory {
        Millis window = kDefaultWindow;
        std::size_t next = 0;  ///< the place of the oldest: below kCapacity
        std::array<Sent, kCapacity> ring{};

        friend bool operator==(const Memory&, const Memory&) = default;
    };

    explicit EchoGuard(Millis window = kDefaultWindow) noexcept : memory_{.window = window} {}
    explicit EchoGuard(const Memory& memory) noexcept : memory_(memory) {}
    const Memory& memory() const noexcept { return memory_; }

    /// A text is about to leave. The oldest is forgotten when there are too many.
    void sent(std::uint64_t text, Millis now) noexcept;
    /// Whether a message that came in is an echo. Each text sent explains one echo only.
    bool takes(std::uint64_t text, Millis now) noexcept;

    friend bool operator==(const EchoGuard&, const EchoGuard&) = default;

private:
    Memory memory_;
};

}  // namespace lampjack::conversation
