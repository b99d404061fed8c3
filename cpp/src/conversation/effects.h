#pragma once
// What has to happen besides the new state, as data: the engine carries it out.

#include "base/clock.h"
#include "base/result.h"
#include "conversation/conversation.h"

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::conversation {

/// Whom an item is for, at the moment it is committed.
enum class To : std::uint8_t { nobody, desk, bot };

struct ItemFlags {
    bool talk_over = false;  ///< a bot message while a human owns the conversation
    bool late = false;       ///< older than what was handled already: recorded, moved nothing (R10)
    bool echo = false;       ///< our own text coming back (R12)
    bool bot_too = false;    ///< a user's words for the desk that the bot gets as well
    bool bot_line = false;   ///< the bot's words while a human is wanted: a desk may ask for them

    friend bool operator==(const ItemFlags&, const ItemFlags&) = default;
};

/// What goes out to the platform. An action becomes an outbox row under the new epoch, in this order.
enum class Action : std::uint8_t {
    mute,     ///< silence the platform's bot
    unmute,   ///< wake it: the return call
    reply,    ///< the words of the agent's command
    notify,   ///< the words of the system's command
    forward,  ///< the end user's words, to the platform's bot
    request,  ///< where we are the platform: our bot asks the channel for a human
};

enum class FactKind : std::uint8_t {
    owner_changed,  ///< the owner, or the epoch, is another
    handover_ended,  ///< the bot, or nobody, follows a request or an agent: a desk may close its ticket
    mute_failed,  ///< T19
    draining,     ///< the owner is leaving; see Conversation::draining
};

/// An item of the engine's own in the conversation's log.
struct Fact {
    FactKind kind = FactKind::owner_changed;
    Reason reason = Reason::none;
    OwnerRef from = {};
    OwnerRef to = {};

    friend bool operator==(const Fact&, const Fact&) = default;
};

/// Set (with a timer) or cancelled (without).
struct TimerChange {
    TimerKind kind = TimerKind::accept;
    std::optional<Timer> timer = {};

    friend bool operator==(const TimerChange&, const TimerChange&) = default;
};

/// What the waiting end user may be told. The host chooses the words.
enum class NoticeKind : std::uint8_t { no_agent, queue_position };
struct Notice {
    NoticeKind kind = NoticeKind::no_agent;
    std::int32_t position = 0;

    friend bool operator==(const Notice&, const Notice&) = default;
};

/// What an operator has to know.
enum class Alarm : std::uint8_t {
    talk_over,   ///< the bot spoke while a human owns the conversation
    diverged,    ///< the platform does something else than we decided
    stuck,       ///< a return is not confirmed
    agent_idle,  ///< the agent has not spoken, or the lease is over
};

/// The answer to a platform that asked for a human.
struct Answer {
    bool accepted = false;
    bool muted = false;
    Reason reason = Reason::none;  ///< why not

    friend bool operator==(const Answer&, const Answer&) = default;
};

using CommandSet = std::bitset<kCommandCount>;

/// Why a command was refused, and who owns the conversation now.
struct Refusal {
    Code code = Code::unsupported;  ///< not_owner, stale_owner or unsupported
    std::string_view why = {};      ///< one sentence, static storage
    OwnerRef owner = {};
    std::uint64_t epoch = 0;
    CommandSet allowed = {};  ///< what the same agent may do now

    friend bool operator==(const Refusal&, const Refusal&) = default;
};

struct Effects {
    To to = To::nobody;  ///< "both" is `desk` with the flag `bot_too`
    ItemFlags flags;
    std::vector<Fact> facts;
    std::vector<Action> actions;
    std::optional<std::uint64_t>
        fence_below;  ///< pending rows of bot and agents under a lower epoch are refused
    /// Forwards under this epoch or a lower one that are not recorded as sent are taken back: a human reads the words
    /// instead. Before `fence_below`, which would refuse them. Only where the words go through us.
    std::optional<std::uint64_t> take_back;
    /// Nobody came: the words of the wait that the gate kept from the bot are forwarded in order, after `actions`, and no
    /// last words are replayed. They are the user's items of the epoch that ends, for the desk and not
    /// `bot_too`, or taken back.
    bool forward_wait = false;
    bool mute_unsupported = false;  ///< the decision asked for a mute, and the account cannot
    std::vector<TimerChange> timers;
    std::vector<Notice> notices;
    std::vector<Alarm> alarms;
    std::optional<Answer> answer;  ///< only after handover_requested
    bool drain =
        false;  ///< tell the machine with DrainDone when nothing of this epoch is left to send
    bool returned = false;  ///< the bot has the conversation back from a request or an agent
    bool erase = false;     ///< the retention is over

    bool reaches_bot() const noexcept { return to == To::bot || flags.bot_too; }

    friend bool operator==(const Effects&, const Effects&) = default;
};

/// The flags as words with a blank between them, as they are stored with the item. Words are only added.
std::string words_of(const ItemFlags& flags);
std::string_view name_of(To to) noexcept;
std::string_view name_of(Action action) noexcept;
std::string_view name_of(FactKind kind) noexcept;
std::string_view name_of(NoticeKind kind) noexcept;
std::string_view name_of(Alarm alarm) noexcept;

}  // namespace lampjack::conversation
