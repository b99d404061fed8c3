#pragma once
// The words of the state machine: where a conversation stands, who owns it, what the platform does.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lampjack::conversation {

/// Where a conversation stands. Numbers are stored: append only.
enum class State : std::uint8_t {
    bot,        ///< the bot owns it; also a conversation first seen in mid-course
    requested,  ///< a human is wanted and nobody has accepted yet
    agent,      ///< a human owns it
    returning,  ///< the return was ordered, the platform has not confirmed it
    closed,     ///< ended; the transcript is kept until its retention is over
};
inline constexpr std::size_t kStateCount = 5;

/// Who may speak to the end user.
enum class Owner : std::uint8_t {
    nobody,  ///< the platform's bot is muted, or on its way back, or the conversation has ended
    bot,
    agent,
};

/// What the platform does with its bot, as opposed to what we decided.
enum class Muted : std::uint8_t {
    no,
    yes,
    unknown,  ///< a mute or a return is on its way, or its outcome is not known
};

/// Whether the platform is known to agree with us.
enum class Sync : std::uint8_t {
    confirmed,
    unconfirmed,  ///< a mute or a return was ordered, nothing proves yet that it took effect
    diverged,     ///< the platform does something else: a person has to look
};

/// Why something ended or was refused: the request, the handover, the conversation.
enum class Reason : std::uint8_t {
    none,
    no_agent,        ///< the desk declined the request at once: closed, full or switched off
    loop_guard,      ///< too many failed handovers in a short time (R11)
    accept_timeout,  ///< nobody accepted in time
    declined,        ///< those who were asked declined
    user_cancelled,  ///< the end user no longer wants a human
    bot_withdrew,    ///< the bot, or the platform, took the request back
    desk_error,      ///< the desk failed after it had accepted the request
    accepted,        ///< an agent took what had been requested
    taken,           ///< an agent took it without a request, or from another agent
    released,        ///< the agent gave it back to the bot
    passed,          ///< the agent gave it to another agent or team
    closed,          ///< somebody closed it
    first_timeout,   ///< the agent took it and never spoke
    idle_agent,      ///< the agent's lease expired
    idle_user,       ///< the end user fell silent
    idle_bot,        ///< no activity, and it had not been handed over
    platform,        ///< the platform says that its bot is in charge again
    mute_failed,     ///< the platform refused for good to mute its bot (T19)
    late_mute,       ///< a mute took effect when nobody wanted it any more
    reopened,        ///< a closed conversation went on
    late,            ///< the request is older than the handover that ended last (R10)
};
inline constexpr std::size_t kReasonCount = 22;

std::string_view name_of(State state) noexcept;
std::string_view name_of(Owner owner) noexcept;
std::string_view name_of(Muted muted) noexcept;
std::string_view name_of(Sync sync) noexcept;
std::string_view name_of(Reason reason) noexcept;

std::optional<State> state_from(std::string_view name) noexcept;
std::optional<Owner> owner_from(std::string_view name) noexcept;
std::optional<Muted> muted_from(std::string_view name) noexcept;
std::optional<Sync> sync_from(std::string_view name) noexcept;
std::optional<Reason> reason_from(std::string_view name) noexcept;

}  // namespace lampjack::conversation
