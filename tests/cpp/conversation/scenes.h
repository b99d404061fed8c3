#pragma once
// Conversations brought into each state by real inputs, for the tests of this folder.

#include "conversation/transition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace lampjack::conversation {

inline constexpr Millis kNow = 1'700'000'000'000;

/// A conversation together with the policy and the clock it lives under.
struct Scene {
    Policy policy = {};
    Conversation now = {};
    Millis clock = kNow;
    Outcome last = {};
    Kind last_kind = Kind::unknown;  ///< of the last input

    Scene& apply(const Input& input) {
        last_kind = kind_of(input);
        last = conversation::apply(now, input, policy, clock);
        now = last.next;
        return *this;
    }
    Scene& later(Millis by) {
        clock += by;
        return *this;
    }
    /// Moves the clock to the timer's due time and lets it fire.
    Scene& fire(TimerKind kind) {
        const auto timer = now.timer(kind);
        EXPECT_TRUE(timer.has_value()) << "no timer " << name_of(kind);
        if (!timer) return *this;
        clock = std::max(clock, timer->due);
        return apply(TimerFired{.kind = kind, .episode = timer->episode, .epoch = timer->epoch});
    }
    Scene& drained() { return apply(DrainDone{.epoch = now.epoch}); }

    bool acted(Action action) const {
        const auto& actions = last.effects.actions;
        return std::find(actions.begin(), actions.end(), action) != actions.end();
    }
    bool alarmed(Alarm alarm) const {
        const auto& alarms = last.effects.alarms;
        return std::find(alarms.begin(), alarms.end(), alarm) != alarms.end();
    }
    bool told(FactKind kind, Reason reason) const {
        const auto& facts = last.effects.facts;
        return std::any_of(facts.begin(), facts.end(), [&](const Fact& fact) {
            return fact.kind == kind && fact.reason == reason;
        });
    }
    bool runs(TimerKind kind) const { return now.timer(kind).has_value(); }
    Code refused() const { return last.refusal ? last.refusal->code : Code::ok; }
};

inline Command by(std::string agent, CommandKind kind) {
    return {.kind = kind, .agent = std::move(agent)};
}
inline Command take(std::string agent) { return by(std::move(agent), CommandKind::take); }
inline Command reply(std::string agent) { return by(std::move(agent), CommandKind::reply); }
inline Command release(std::string agent) { return by(std::move(agent), CommandKind::release); }
inline Command close(std::string agent) { return by(std::move(agent), CommandKind::close); }
inline Command pass(std::string agent, Target target) {
    Command command = by(std::move(agent), CommandKind::pass);
    command.target = std::move(target);
    return command;
}
inline Command supervised(Command command) {
    command.supervisor = true;
    return command;
}
inline Command forced(Command command) {
    command.force = true;
    return command;
}
inline Command under(std::uint64_t epoch, Command command) {
    command.epoch = epoch;
    return command;
}
inline Target agent_target(std::string id) {
    return {.kind = Target::Kind::agent, .id = std::move(id)};
}
inline Target team_target(std::string id) {
    return {.kind = Target::Kind::team, .id = std::move(id)};
}

inline HandoverRequested wanted(bool mute = false) {
    return {.decision = {.accept = true, .mute = mute}};
}
inline HandoverRequested unwanted() { return {.decision = {.accept = false}}; }

/// Chatlayer's way: the answer to the request mutes, a return is a call that nothing confirms.
inline Policy muting_by_answer() {
    return {.mute = MuteWhen::on_accept, .mute_by = MuteBy::answer};
}
/// Certainly's way: calls, at the take.
inline Policy muting_by_call() { return {.mute = MuteWhen::on_take, .mute_by = MuteBy::call}; }
/// Omnichannel's way: we forward or do not forward.
inline Policy muting_by_gate() { return {.mute = MuteWhen::on_take, .mute_by = MuteBy::gate}; }

/// An account of the side `channel`: the user's words reach the bot through us.
inline Policy through_us(Policy policy) {
    policy.words_through_us = true;
    policy.mute = MuteWhen::on_accept;
    return policy;
}

inline Scene bot_scene(const Policy& policy = {}) {
    Scene scene{.policy = policy};
    scene.apply(UserMessage{});
    return scene;
}
inline Scene requested_scene(const Policy& policy = {}, bool mute = false) {
    Scene scene = bot_scene(policy);
    scene.apply(wanted(mute));
    return scene;
}
/// Ana owns it and the bot is muted, if the policy ever mutes.
inline Scene agent_scene(const Policy& policy = {}) {
    Scene scene = requested_scene(policy);
    scene.apply(take("ana"));
    if (scene.acted(Action::mute)) scene.apply(MuteDone{});
    return scene;
}
inline Scene returning_scene(const Policy& policy = {}) {
    Scene scene = agent_scene(policy);
    scene.apply(release("ana")).drained();
    return scene;
}
inline Scene closed_scene(const Policy& policy = {}) {
    Scene scene = agent_scene(policy);
    scene.apply(close("ana")).drained().apply(ReturnDone{});
    return scene;
}
inline Scene scene_in(State state, const Policy& policy = {}) {
    switch (state) {
        case State::bot: return bot_scene(policy);
        case State::requested: return requested_scene(policy);
        case State::agent: return agent_scene(policy);
        case State::returning: return returning_scene(policy);
        case State::closed: return closed_scene(policy);
    }
    return {};
}

}  // namespace lampjack::conversation
