#pragma once
// Everything that can happen to a conversation: facts from the platform, outcomes of our own calls, commands, timers.

#include "base/clock.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace lampjack::conversation {

/// Whom a request or a pass is meant for. An empty id of kind `anyone` means whoever comes first.
struct Target {
    enum class Kind : std::uint8_t { anyone, agent, team };
    Kind kind = Kind::anyone;
    std::string id = {};

    friend bool operator==(const Target&, const Target&) = default;
};

/// Who stands behind a request, a cancellation or a close. Agents are also named in Command::agent.
enum class By : std::uint8_t { agent, user, bot, rule, desk, platform };

/// What the host's decision said about a handover request.
struct Decision {
    bool accept = false;
    bool mute = false;  ///< only with accept: silence the bot while the user waits

    friend bool operator==(const Decision&, const Decision&) = default;
};

// ---- Facts from the platform. `at` is the sender's time; absent means that the vendor sends none. ----

struct UserMessage {
    std::optional<Millis> at = {};
};
struct BotMessage {
    std::optional<Millis> at = {};
    bool echo = false;  ///< it matches a text we sent (R12)
};
struct AgentMessage {
    std::optional<Millis> at = {};
    std::string agent = {};  ///< empty: the platform does not say who (R13)
    bool echo = false;       ///< it matches a text we sent (R12)
};
struct HandoverRequested {
    std::optional<Millis> at = {};
    By by = By::bot;
    Decision decision = {};
    Target target = {};
    bool proven = true;  ///< false: it may come from anybody, so it shows nothing of the bot
};
struct HandoverToBot {  ///< the platform says that its bot is in charge
    std::optional<Millis> at = {};
};
struct HandoverToAgent {  ///< the platform says that a human is in charge
    std::optional<Millis> at = {};
    std::string agent = {};  ///< empty: it does not say who
};
struct ReturnConfirmed {
    std::optional<Millis> at = {};
};
struct SessionEvent {
    std::optional<Millis> at = {};
};
struct UnknownEvent {};

// ---- Outcomes of our own calls. ----

struct MuteDone {};
struct MuteFailed {
    bool permanent = false;  ///< refused for good; else given up for now, or the outcome is unknown
};
struct ReturnDone {};
struct ReturnFailed {
    bool permanent = false;
};
struct DrainDone {            ///< every row accepted before the owner left has left or failed
    std::uint64_t epoch = 0;  ///< of the owner who is leaving
};
struct SendingPaused {};   ///< T_first and T_idle_agent stop; repeat it after what enters `agent`
struct SendingResumed {};  ///< both timers start anew
// ---- Commands. ----

enum class CommandKind : std::uint8_t {
    take,     ///< an agent accepts a request, or takes the conversation without one
    reply,    ///< an agent speaks
    notify,   ///< the system speaks; changes no owner
    say,      ///< the end user speaks, in accounts where we play the channel
    release,  ///< the agent gives the conversation back: the bot answers now
    pass,     ///< the agent gives it to another agent or team
    extend,   ///< the agent keeps it without speaking
    close,    ///< as release, then ended
    reopen,   ///< a closed conversation goes on
    request,  ///< somebody other than the platform asks for a human
    decline,  ///< whoever was asked says no
    cancel,   ///< whoever asked no longer wants it
    queue,    ///< the desk tells the place in the queue
};
inline constexpr std::size_t kCommandCount = 13;

struct Command {
    CommandKind kind = CommandKind::take;
    std::string agent = {};  ///< who gives it; empty for the desk, a rule or the platform
    std::optional<std::uint64_t> epoch = {};  ///< under which it was decided
    bool supervisor = false;                  ///< may take from agents and send them back
    bool force = false;  ///< take, release, pass, close: at once, pending replies are refused
    By by = By::agent;   ///< request, cancel, close
    Target target = {};  ///< pass, request: whom to ask; decline: whom to ask next
    Decision decision{.accept = true};  ///< request
    int position = 0;                   ///< queue
    Millis extend_for = 0;              ///< extend; 0 is the usual lease
};

// ---- Timers. ----

enum class TimerKind : std::uint8_t {
    accept,        ///< requested: nobody has taken it
    first,         ///< agent: the agent has not spoken yet
    idle_agent,    ///< agent: the lease
    idle_user,     ///< agent: the user is silent
    return_check,  ///< returning: no confirmation yet; only alarms
    reconcile,     ///< what the platform does is unproven
    retain,        ///< closed: time to erase
    idle_bot,      ///< bot: no activity at all
};
inline constexpr std::size_t kTimerCount = 8;

struct TimerFired {
    TimerKind kind = TimerKind::accept;
    std::uint64_t episode = 0;  ///< under which it was set: under another it does nothing
    std::uint64_t epoch = 0;
};

using Input = std::variant<UserMessage, BotMessage, AgentMessage, HandoverRequested, HandoverToBot,
                           HandoverToAgent, ReturnConfirmed, SessionEvent, UnknownEvent, MuteDone,
                           MuteFailed, ReturnDone, ReturnFailed, DrainDone, SendingPaused,
                           SendingResumed, Command, TimerFired>;

/// The kinds of input as the transition table sees them: every fact, outcome, command and timer has one.
enum class Kind : std::uint8_t {
    user_message,
    bot_message,
    agent_message,
    handover_requested,
    handover_to_bot,
    handover_to_agent,
    return_confirmed,
    session,
    unknown,
    mute_done,
    mute_failed,
    return_done,
    return_failed,
    drain_done,
    sending_paused,
    sending_resumed,
    take,
    reply,
    notify,
    say,
    release,
    pass,
    extend,
    close,
    reopen,
    request,
    decline,
    cancel,
    queue,
    timer_accept,
    timer_first,
    timer_idle_agent,
    timer_idle_user,
    timer_return,
    timer_reconcile,
    timer_retain,
    timer_idle_bot,
};
inline constexpr std::size_t kKindCount = 37;

Kind kind_of(const Input& input) noexcept;
Kind kind_of(CommandKind command) noexcept;
Kind kind_of(TimerKind timer) noexcept;
std::optional<Millis> sent_at(const Input& input) noexcept;

std::string_view name_of(CommandKind kind) noexcept;
std::string_view name_of(TimerKind kind) noexcept;
std::string_view name_of(Kind kind) noexcept;
std::string_view name_of(By by) noexcept;
std::string_view name_of(Target::Kind kind) noexcept;
std::optional<CommandKind> command_from(std::string_view name) noexcept;
std::optional<TimerKind> timer_from(std::string_view name) noexcept;
std::optional<By> by_from(std::string_view name) noexcept;
std::optional<Target::Kind> target_kind_from(std::string_view name) noexcept;

}  // namespace lampjack::conversation
