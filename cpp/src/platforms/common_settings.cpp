// The settings that every account may have.

#include "platforms/account.h"

#include <array>

namespace lampjack::platforms {
namespace {

using Kind = Setting::Kind;

constexpr std::array kCommon{
    Setting{
        .name = "platform", .required = true, .meaning = "the vendor contract this account speaks"},
    Setting{.name = "side",
            .kind = Kind::choice,
            .choices = "desk channel peer",
            .meaning = "the side we play; without it the platform's usual one"},
    Setting{.name = "auth",
            .kind = Kind::choice,
            .fallback = "token",
            .choices = "token none",
            .meaning = "`none` accepts requests from anybody: only behind another check"},
    Setting{.name = "max_age",
            .kind = Kind::integer,
            .fallback = "0",
            .unit = "ms",
            .meaning =
                "how old the newest time in a request may be, by the platform's clock; older "
                "requests are refused with 401; 0: any. What has no time passes"},
    Setting{.name = "allow_senders",
            .kind = Kind::list,
            .meaning = "the networks that requests may come from, such as \"203.0.113.0/24\"; "
                       "others are refused with 401. Behind a proxy the web server must know the "
                       "sender's address"},
    Setting{.name = "old_tokens_until",
            .meaning =
                "when the tokens behind the first of a list stop to be accepted: a time such "
                "as \"2027-01-31T12:00:00Z\"; without it they stay"},
    Setting{.name = "mute",
            .kind = Kind::choice,
            .fallback = "auto",
            .choices = "auto never on_accept on_take",
            .meaning =
                "when the bot is muted. `auto`: with an accepted request whose decision says so "
                "(Accept(mute=True), in C LJK_ACCEPT_MUTED), else when an agent takes the "
                "conversation; `on_accept`: the same, and an error for an account that "
                "cannot mute; `on_take`: never before the take; `never`: not at all"},
    Setting{.name = "record",
            .kind = Kind::choice,
            .fallback = "all",
            .choices = "all handover none",
            .meaning = "the transcripts kept after their end: of all conversations, of those that "
                       "an agent had, or of none"},
    Setting{.name = "replay",
            .kind = Kind::choice,
            .fallback = "wait",
            .choices = "none wait last",
            .meaning = "channel: what the bot gets when it has the conversation back. `wait`: what "
                       "the user said while no agent came; `last`: also the user's last words to "
                       "an agent; `none`: nothing"},
    Setting{.name = "message_takes",
            .kind = Kind::flag,
            .fallback = "true",
            .meaning = "a reply by an agent who may take the conversation takes it"},
    Setting{.name = "agents_may_take",
            .kind = Kind::flag,
            .fallback = "true",
            .meaning = "any agent may take a conversation without a request; false: supervisors"},
    Setting{.name = "unnamed_takes",
            .kind = Kind::flag,
            .fallback = "false",
            .meaning = "a message of an unknown author is an agent's and takes the conversation"},
    Setting{.name = "reopen_asks_last_agent",
            .kind = Kind::flag,
            .fallback = "false",
            .meaning = "a reopened conversation asks its last agent first"},
    Setting{.name = "on_accept_timeout",
            .kind = Kind::choice,
            .fallback = "return_to_bot",
            .choices = "return_to_bot close",
            .meaning = "what follows when no agent took the conversation within `t_accept`"},
    Setting{.name = "on_first",
            .kind = Kind::choice,
            .fallback = "warn",
            .choices = "warn requeue return_to_bot",
            .meaning = "what follows when the agent sends no first message within `t_first`"},
    Setting{.name = "on_idle",
            .kind = Kind::choice,
            .fallback = "return_to_bot",
            .choices = "warn requeue return_to_bot",
            .meaning = "what follows when the agent sends nothing for `t_idle_agent`"},
    Setting{.name = "loop_failures",
            .kind = Kind::integer,
            .fallback = "2",
            .most = 1'000'000,
            .unit = "handovers",
            .meaning = "how many failed handovers stop a bot from asking again; 0: never"},
    Setting{.name = "loop_window",
            .kind = Kind::integer,
            .fallback = "600000",
            .unit = "ms",
            .meaning = "how long a failed handover counts"},
    Setting{.name = "on_unknown",
            .kind = Kind::choice,
            .fallback = "retry",
            .choices = "retry hold",
            .meaning = "what follows when a text's outcome is unknown: `retry` sends it again, "
                       "`hold` keeps it until hub.retry() or hub.discard()"},
    Setting{.name = "credentials_wait_ms",
            .kind = Kind::integer,
            .fallback = "86400000",
            .least = 1'000,
            .unit = "ms",
            .meaning = "how long a message waits while the platform refuses our credentials; "
                       "then it is a dead letter"},
    Setting{.name = "t_answer",
            .kind = Kind::integer,
            .fallback = "800",
            .least = 1,
            .most = 600'000,
            .unit = "ms",
            .meaning = "the time to decide about a handover request"},
    Setting{.name = "t_accept",
            .kind = Kind::integer,
            .fallback = "180000",
            .unit = "ms",
            .meaning = "how long a request waits for an agent; 0: for ever"},
    Setting{.name = "t_first",
            .kind = Kind::integer,
            .fallback = "120000",
            .unit = "ms",
            .meaning = "the time from the take to the agent's first message"},
    Setting{.name = "t_idle_agent",
            .kind = Kind::integer,
            .fallback = "1800000",
            .unit = "ms",
            .meaning = "how long an agent may send nothing"},
    Setting{.name = "t_idle_user",
            .kind = Kind::integer,
            .fallback = "86400000",
            .unit = "ms",
            .meaning = "how long a user may send nothing"},
    Setting{.name = "t_return",
            .kind = Kind::integer,
            .fallback = "15000",
            .unit = "ms",
            .meaning = "how long the platform may take for a return before an alarm"},
    Setting{.name = "t_idle_bot",
            .kind = Kind::integer,
            .fallback = "2592000000",
            .unit = "ms",
            .meaning = "how long a bot's conversation may be silent before it ends"},
    Setting{.name = "t_retain",
            .kind = Kind::integer,
            .fallback = "2592000000",
            .unit = "ms",
            .meaning = "how long a closed conversation is kept"},
};

}  // namespace

std::span<const Setting> common_settings() noexcept { return kCommon; }

}  // namespace lampjack::platforms
