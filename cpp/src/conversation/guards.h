#pragma once
// The conditions of the transition table, each with the words that documentation and explanations use for it.

#include "conversation/situation.h"

#include <algorithm>
#include <string_view>

namespace lampjack::conversation {

struct Guard {
    std::string_view words;
    bool (*holds)(const Situation&) = nullptr;  ///< none: always

    constexpr bool is_always() const noexcept { return holds == nullptr; }
    bool operator()(const Situation& s) const { return holds == nullptr || holds(s); }
};

namespace guards {

using S = const Situation&;

inline constexpr Guard always{"", nullptr};

// ---- Rules that come before the transitions ----

inline constexpr Guard is_late{
    "older than the newest event of the same witness", [](S s) {
        const auto witness = witness_of(s.kind);
        const auto at = sent_at(s.input);
        return witness && at && *at < s.before.watermark[static_cast<std::size_t>(*witness)];
    }};
inline constexpr Guard is_echo{"it is a text that we sent", [](S s) {
                                   if (const auto* message = s.fact<AgentMessage>())
                                       return message->echo;
                                   const auto* message = s.fact<BotMessage>();
                                   return message != nullptr && message->echo;
                               }};
inline constexpr Guard is_not_running{"set under another episode or epoch, moved, or cancelled",
                                      [](S s) {
                                          const auto& fired = std::get<TimerFired>(s.input);
                                          const auto& timer = s.before.timer(fired.kind);
                                          return !timer || timer->episode != fired.episode ||
                                                 timer->epoch != fired.epoch || s.now < timer->due;
                                      }};
inline constexpr Guard is_stale{"decided under another epoch", [](S s) {
                                    const Command& command = s.command();
                                    if (!command.epoch || *command.epoch == s.before.epoch)
                                        return false;
                                    const bool supervised_release =
                                        command.supervisor && s.kind == Kind::release;
                                    const bool may_force = s.kind == Kind::release ||
                                                           s.kind == Kind::pass ||
                                                           s.kind == Kind::close;
                                    return !supervised_release && !(may_force && command.force);
                                }};
inline constexpr Guard is_leaving{"the owner is leaving", [](S s) {
                                      const bool may_force = s.kind == Kind::release ||
                                                             s.kind == Kind::pass ||
                                                             s.kind == Kind::close;
                                      return s.before.draining && !(may_force && s.command().force);
                                  }};
inline constexpr Guard repeats_itself{"the owner has asked for the same already", [](S s) {
                                          const auto& drain = s.before.draining;
                                          const Command& command = s.command();
                                          return drain && drain->command == command.kind &&
                                                 command.agent == s.before.agent &&
                                                 !command.force && drain->target == command.target;
                                      }};

// ---- Asking for a human ----

inline constexpr Guard is_looping{
    "too many handovers failed lately, and no person asks", [](S s) {
        const auto* fact = s.fact<HandoverRequested>();
        const By by = fact != nullptr ? fact->by : s.command().by;
        if (by == By::user || by == By::agent || by == By::desk || s.policy.loop_failures == 0)
            return false;
        const auto& failed = s.before.failed;
        const auto recent = std::count_if(failed.begin(), failed.end(), [&](Millis at) {
            return s.now - at < s.policy.loop_window;
        });
        return static_cast<std::uint64_t>(recent) >= s.policy.loop_failures;
    }};
inline constexpr Guard is_accepted{"the decision accepts", [](S s) {
                                       const auto* fact = s.fact<HandoverRequested>();
                                       return fact != nullptr ? fact->decision.accept
                                                              : s.command().decision.accept;
                                   }};
inline constexpr Guard was_asked{"whoever was asked", [](S s) {
                                     const Command& command = s.command();
                                     const auto& offer = s.before.offer;
                                     return command.agent.empty() || command.supervisor || !offer ||
                                            offer->target.kind != Target::Kind::agent ||
                                            offer->target.id == command.agent;
                                 }};
inline constexpr Guard offers_next{"another target is named", [](S s) {
                                       return was_asked(s) &&
                                              s.command().target.kind != Target::Kind::anyone;
                                   }};
inline constexpr Guard closes_when_unanswered{"the account closes unanswered requests", [](S s) {
                                                  return s.policy.on_accept_timeout ==
                                                         OnTimeout::close;
                                              }};
inline constexpr Guard asks_last_agent{"the account asks the last agent first", [](S s) {
                                           return s.policy.reopen_asks_last_agent &&
                                                  !s.before.last_agent.empty();
                                       }};

// ---- Taking ----

inline constexpr Guard may_accept{"the request is open to this agent", [](S s) {
                                      const Command& command = s.command();
                                      return !command.agent.empty() &&
                                             (command.force || was_asked(s));
                                  }};
inline constexpr Guard may_take{"this agent may take without a request", [](S s) {
                                    const Command& command = s.command();
                                    return !command.agent.empty() &&
                                           (s.policy.agents_may_take || command.supervisor ||
                                            command.force);
                                }};
inline constexpr Guard reply_accepts{
    "an agent's message takes, and the request is open to this agent",
    [](S s) { return s.policy.message_takes && may_accept(s); }};
inline constexpr Guard reply_takes{
    "an agent's message takes, and this agent may take without a request",
    [](S s) { return s.policy.message_takes && may_take(s); }};
inline constexpr Guard message_takes{
    "an agent's message takes, and it is known to be an agent's", [](S s) {
        const bool human = !s.fact<AgentMessage>()->agent.empty() || s.policy.unnamed_takes;
        return s.policy.message_takes && human;
    }};
inline constexpr Guard outranks{
    "a supervisor, by force, or the owner is not known by name", [](S s) {
        const Command& command = s.command();
        return !command.agent.empty() &&
               (command.supervisor || command.force || s.before.agent == kUnnamedAgent);
    }};
inline constexpr Guard is_named{"the agent is named",
                                [](S s) { return !s.fact<HandoverToAgent>()->agent.empty(); }};

// ---- The agent at work ----

inline constexpr Guard by_owner{
    "the owner", [](S s) {
        if (s.before.draining) return false;
        if (const auto* message = s.fact<AgentMessage>()) {
            return message->agent.empty() || message->agent == s.before.agent;
        }
        return !s.command().agent.empty() && s.command().agent == s.before.agent;
    }};
inline constexpr Guard may_manage{"the owner or a supervisor", [](S s) {
                                      const Command& command = s.command();
                                      const bool owner =
                                          !command.agent.empty() && command.agent == s.before.agent;
                                      return owner || command.supervisor || command.force;
                                  }};
inline constexpr Guard may_close{"the owner, a supervisor, the desk or the platform",
                                 [](S s) { return may_manage(s) || s.command().agent.empty(); }};
inline constexpr Guard is_forced{"by force", [](S s) { return s.command().force; }};
inline constexpr Guard forced_to_agent{"by force, to an agent", [](S s) {
                                           const Target& target = s.command().target;
                                           return s.command().force &&
                                                  target.kind == Target::Kind::agent &&
                                                  !target.id.empty();
                                       }};

}  // namespace guards
}  // namespace lampjack::conversation
