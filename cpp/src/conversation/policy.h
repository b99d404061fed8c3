#pragma once
// The options of an account that the state machine asks for. What a vendor does not document is an option with a named default.

#include "base/clock.h"

#include <cstdint>

namespace lampjack::conversation {

inline constexpr Millis kSecond = 1000;
inline constexpr Millis kMinute = 60 * kSecond;
inline constexpr Millis kHour = 60 * kMinute;
inline constexpr Millis kDay = 24 * kHour;

/// When the platform's bot is silenced.
enum class MuteWhen : std::uint8_t {
    never,      ///< the platform cannot, or shall not
    on_accept,  ///< with the accepted request, when the decision says so; and at every take
    on_take,    ///< when an agent takes the conversation
};

/// How the platform's bot is silenced and woken.
enum class MuteBy : std::uint8_t {
    answer,  ///< by our answer to its request; outside of a request by a call
    call,    ///< by a call of its own
    gate,    ///< by us: the user's messages are not forwarded; needs no call and no confirmation
};

/// What follows when nobody accepted a request in time.
enum class OnTimeout : std::uint8_t { return_to_bot, close };

/// What follows when the agent who owns the conversation does nothing.
enum class OnIdle : std::uint8_t {
    warn,     ///< an alarm; the second time as return_to_bot
    requeue,  ///< ask for another human
    return_to_bot,
};

/// Whose transcripts are kept after their end.
enum class Keep : std::uint8_t {
    all,
    handover,  ///< of conversations that a human was asked for
    none,
};

struct Policy {
    bool message_takes = true;    ///< T6: an agent's message counts as a take
    bool agents_may_take = true;  ///< T9 without a request; false: only supervisors
    bool unnamed_takes = false;   ///< R13: on this platform a message from nobody is a human's
    bool reopen_asks_last_agent =
        false;  ///< T16: a reopened conversation asks its last agent first

    /// The user's words reach the bot through us: what is queued for the bot can be held back and taken back.
    bool words_through_us = false;

    bool can_mute = true;  ///< false: a decision that asks for a mute cannot have it
    MuteWhen mute = MuteWhen::on_take;
    MuteBy mute_by = MuteBy::call;
    bool return_is_confirmed = false;  ///< the platform tells when a return has taken effect
    bool asks_by_call = false;  ///< whoever asks for a human here has to ask the other side, too

    OnTimeout on_accept_timeout = OnTimeout::return_to_bot;
    OnIdle on_first = OnIdle::warn;
    OnIdle on_idle = OnIdle::return_to_bot;

    // Durations; 0 switches a timer off. Two cannot be: a lease and a return check always run, and a request
    // without T_accept ends with T_idle_user, so that nothing waits for ever.
    Millis accept = 180 * kSecond;
    Millis first = 120 * kSecond;
    Millis idle_agent = 30 * kMinute;
    Millis idle_agent_cap = 7 * kDay;  ///< the longest lease that `extend` gives
    Millis idle_user = 24 * kHour;
    Millis return_check = 15 * kSecond;
    Millis return_check_cap = kHour;  ///< the alarm repeats at doubling distances up to this
    Millis reconcile = kMinute;
    Keep keep = Keep::all;
    Millis retain = 30 * kDay;
    Millis retain_unkept = kHour;  ///< of what is not kept: time for subscribers to see the end
    Millis idle_bot = 30 * kDay;

    std::uint32_t loop_failures = 2;  ///< R11: so many failed handovers …
    Millis loop_window =
        10 * kMinute;  ///< … within this time stop rules and bots from asking again
    std::uint32_t talk_over_limit = 3;  ///< R7: more bot messages than this while muted: diverged
    Millis queue_notice_every = 30 * kSecond;  ///< T4: at most one position notice in this time

    friend bool operator==(const Policy&, const Policy&) = default;
};

}  // namespace lampjack::conversation
