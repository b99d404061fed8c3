#pragma once
// Conversation: the tracked state of one end user's dialogue with one bot, as a value.

#include "base/clock.h"
#include "conversation/input.h"
#include "conversation/state.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::conversation {

/// The owner when a human is known to speak and the platform does not say who (R13).
inline constexpr std::string_view kUnnamedAgent = "unnamed";

/// Who owns a conversation; `agent` is empty unless kind is Owner::agent.
struct OwnerRef {
    Owner kind = Owner::nobody;
    std::string agent = {};

    friend bool operator==(const OwnerRef&, const OwnerRef&) = default;
};

/// A timer that is running. It does nothing when it fires under another episode or epoch.
struct Timer {
    Millis due = 0;
    std::uint64_t episode = 0;
    std::uint64_t epoch = 0;

    friend bool operator==(const Timer&, const Timer&) = default;
};

/// The one request that is open. A new one voids the old.
struct Offer {
    Target target = {};
    Millis deadline = 0;  ///< 0: none

    friend bool operator==(const Offer&, const Offer&) = default;
};

/// The owner is leaving: new commands are refused, what was accepted before leaves first.
struct Drain {
    CommandKind command = CommandKind::release;  ///< release, pass or close
    std::uint64_t epoch = 0;
    Target target = {};  ///< of a pass
    Reason reason = Reason::released;

    friend bool operator==(const Drain&, const Drain&) = default;
};

/// Those whose events carry a time of their own.
enum class Witness : std::uint8_t { user, bot, agent, platform };
inline constexpr std::size_t kWitnessCount = 4;

struct Conversation {
    State state = State::bot;
    std::uint64_t epoch = 0;    ///< 0: never seen. Rises with every change of owner, never falls
    std::uint64_t episode = 0;  ///< rises with every handover
    Muted muted = Muted::no;
    Sync sync = Sync::confirmed;
    std::string agent = {};  ///< the owner in `agent`, else empty

    std::optional<Drain> draining = {};  ///< in `agent`: the owner is leaving
    std::optional<Offer> offer = {};     ///< in `requested`
    bool ending = false;                 ///< in `returning`: closed once the bot is back
    Reason end_reason = Reason::none;  ///< of the last request, handover or conversation that ended

    std::array<Millis, kWitnessCount>
        watermark{};                  ///< time of the newest event handled, per witness
    std::vector<Millis> failed = {};  ///< when handovers failed, for R11; short
    std::array<std::optional<Timer>, kTimerCount> timers{};

    Millis active_at = 0;             ///< our time of the last event or command
    Millis queue_noticed_at = 0;      ///< our time of the last position notice
    std::int32_t queue_position = 0;  ///< in `requested`; 0: not known
    std::uint32_t talk_overs = 0;     ///< bot messages since the agent took over
    std::uint32_t return_alarms = 0;  ///< how often T_return fired in this return
    bool warned = false;              ///< the lease has expired once
    /// In `requested`, after a request that anybody may have sent: the bot may be muted, though nothing shows it.
    bool doubted = false;
    std::string last_agent = {};  ///< who owned it last

    std::uint64_t version = 0;  ///< rises with every change of anything above

    friend bool operator==(const Conversation&, const Conversation&) = default;

    bool seen() const noexcept { return epoch != 0; }
    const std::optional<Timer>& timer(TimerKind kind) const noexcept {
        return timers[static_cast<std::size_t>(kind)];
    }
};

/// The bot in `bot` and in unmuted `requested`, an agent in `agent`, else nobody.
OwnerRef owner_of(const Conversation& conversation);
/// In `agent` the lease always runs, except while nothing can be sent (SendingPaused).
bool is_sending_paused(const Conversation& conversation) noexcept;
/// When the first of its timers is due; none: no timer runs.
std::optional<Millis> earliest_timer(const Conversation& conversation) noexcept;

}  // namespace lampjack::conversation
