// Asking, taking, working: the conditions about people.

#include "conversation/guards.h"

#include <algorithm>

namespace lampjack::conversation::conditions {

using S = const Situation&;

// ---- Rules that come before the transitions ----

bool is_late(S s) {
    const auto witness = witness_of(s.kind);
    const auto at = sent_at(s.input);
    return witness && at && *at < s.before.watermark[static_cast<std::size_t>(*witness)];
}

bool is_echo(S s) {
    if (const auto* message = s.fact<AgentMessage>()) return message->echo;
    const auto* message = s.fact<BotMessage>();
    return message != nullptr && message->echo;
}

bool is_not_running(S s) {
    const auto& fired = std::get<TimerFired>(s.input);
    const auto& timer = s.before.timer(fired.kind);
    return !timer || timer->episode != fired.episode || timer->epoch != fired.epoch ||
           s.now < timer->due;
}

bool is_stale(S s) {
    const Command& command = s.command();
    if (!command.epoch || *command.epoch == s.before.epoch) return false;
    const bool supervised_release = command.supervisor && s.kind == Kind::release;
    const bool may_force = s.kind == Kind::release || s.kind == Kind::pass || s.kind == Kind::close;
    return !supervised_release && !(may_force && command.force);
}

bool is_leaving(S s) {
    const bool may_force = s.kind == Kind::release || s.kind == Kind::pass || s.kind == Kind::close;
    return s.before.draining && !(may_force && s.command().force);
}

bool repeats_itself(S s) {
    const auto& drain = s.before.draining;
    const Command& command = s.command();
    return drain && drain->command == command.kind && command.agent == s.before.agent &&
           !command.force && drain->target == command.target;
}

// ---- Asking for a human ----

bool is_looping(S s) {
    const auto* fact = s.fact<HandoverRequested>();
    const By by = fact != nullptr ? fact->by : s.command().by;
    if (by == By::user || by == By::agent || by == By::desk || s.policy.loop_failures == 0)
        return false;
    const auto& failed = s.before.failed;
    const auto recent = std::count_if(failed.begin(), failed.end(),
                                      [&](Millis at) { return s.now - at < s.policy.loop_window; });
    return static_cast<std::uint64_t>(recent) >= s.policy.loop_failures;
}

bool is_accepted(S s) {
    const auto* fact = s.fact<HandoverRequested>();
    return fact != nullptr ? fact->decision.accept : s.command().decision.accept;
}

bool is_unproven_decline(S s) {
    const auto* fact = s.fact<HandoverRequested>();
    return fact != nullptr && !fact->proven && (!fact->decision.accept || is_looping(s));
}

bool was_asked(S s) {
    const Command& command = s.command();
    const auto& offer = s.before.offer;
    return command.agent.empty() || command.supervisor || !offer ||
           offer->target.kind != Target::Kind::agent || offer->target.id == command.agent;
}

bool offers_next(S s) { return was_asked(s) && s.command().target.kind != Target::Kind::anyone; }

bool closes_when_unanswered(S s) { return s.policy.on_accept_timeout == OnTimeout::close; }

bool asks_last_agent(S s) {
    return s.policy.reopen_asks_last_agent && !s.before.last_agent.empty();
}

// ---- Taking ----

bool may_accept(S s) {
    const Command& command = s.command();
    return !command.agent.empty() && (command.force || was_asked(s));
}

bool may_take(S s) {
    const Command& command = s.command();
    return !command.agent.empty() &&
           (s.policy.agents_may_take || command.supervisor || command.force);
}

bool reply_accepts(S s) { return s.policy.message_takes && may_accept(s); }

bool reply_takes(S s) { return s.policy.message_takes && may_take(s); }

bool message_takes(S s) {
    const bool human = !s.fact<AgentMessage>()->agent.empty() || s.policy.unnamed_takes;
    return s.policy.message_takes && human;
}

bool outranks(S s) {
    const Command& command = s.command();
    return !command.agent.empty() &&
           (command.supervisor || command.force || s.before.agent == kUnnamedAgent);
}

bool is_named(S s) { return !s.fact<HandoverToAgent>()->agent.empty(); }

// ---- The agent at work ----

bool by_owner(S s) {
    if (s.before.draining) return false;
    if (const auto* message = s.fact<AgentMessage>()) {
        return message->agent.empty() || message->agent == s.before.agent;
    }
    return !s.command().agent.empty() && s.command().agent == s.before.agent;
}

bool may_manage(S s) {
    const Command& command = s.command();
    const bool owner = !command.agent.empty() && command.agent == s.before.agent;
    return owner || command.supervisor || command.force;
}

bool may_close(S s) { return may_manage(s) || s.command().agent.empty(); }

bool is_forced(S s) { return s.command().force; }

bool forced_to_agent(S s) {
    const Target& target = s.command().target;
    return s.command().force && target.kind == Target::Kind::agent && !target.id.empty();
}

}  // namespace lampjack::conversation::conditions
