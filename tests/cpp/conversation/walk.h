#pragma once
// Random walks from a seed: a conversation, its outbox lane and a platform with a bot of its own.

#include "conversation/fence.h"
#include "conversation/scenes.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <random>

namespace lampjack::conversation {

/// The numbers of one walk. std::mt19937_64 is the same everywhere, the distributions are not.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
    bool one_in(std::uint64_t chances) { return below(chances) == 0; }
    template <class T, std::size_t Count>
    const T& pick(const T (&choices)[Count]) {
        return choices[below(Count)];
    }

private:
    std::mt19937_64 engine_;
};

inline Policy random_policy(Dice& dice) {
    Policy policy;
    policy.message_takes = !dice.one_in(4);
    policy.agents_may_take = !dice.one_in(4);
    policy.unnamed_takes = dice.one_in(3);
    policy.reopen_asks_last_agent = dice.one_in(3);
    policy.mute = static_cast<MuteWhen>(dice.below(3));
    policy.can_mute = policy.mute != MuteWhen::never || dice.one_in(2);
    policy.words_through_us = dice.one_in(2);
    policy.mute_by = static_cast<MuteBy>(dice.below(3));
    policy.return_is_confirmed = dice.one_in(2);
    policy.on_accept_timeout = static_cast<OnTimeout>(dice.below(2));
    policy.on_first = static_cast<OnIdle>(dice.below(3));
    policy.on_idle = static_cast<OnIdle>(dice.below(3));
    if (dice.one_in(4)) policy.accept = 0;
    if (dice.one_in(4)) policy.first = 0;
    if (dice.one_in(4)) policy.idle_agent = 0;
    if (dice.one_in(4)) policy.idle_user = 0;
    if (dice.one_in(4)) policy.return_check = 0;
    return policy;
}

inline Command random_command(Dice& dice, const Conversation& conversation) {
    constexpr const char* agents[] = {"ana", "bo", "cy", ""};
    Command command{.kind = static_cast<CommandKind>(dice.below(kCommandCount))};
    command.agent = dice.pick(agents);
    if (dice.one_in(2)) command.epoch = conversation.epoch - (dice.one_in(4) ? 1 : 0);
    command.supervisor = dice.one_in(10);
    command.force = dice.one_in(15);
    command.by = static_cast<By>(dice.below(6));
    command.target.kind = static_cast<Target::Kind>(dice.below(3));
    if (command.target.kind == Target::Kind::agent) command.target.id = dice.pick(agents);
    command.decision = {.accept = !dice.one_in(4), .mute = dice.one_in(2)};
    command.position = static_cast<int>(dice.below(9));
    command.extend_for = dice.one_in(3) ? static_cast<Millis>(dice.below(20)) * kDay : 0;
    return command;
}

/// What really happens on the other side: rows leave in order, calls succeed, fail, or succeed unheard.
class World {
public:
    explicit World(std::uint64_t seed) : dice(seed) { scene.policy = random_policy(dice); }

    struct Row {
        Action action;
        std::uint64_t epoch;
    };

    Dice dice;
    Scene scene;
    bool bot_muted = false;  ///< what the platform really does
    std::deque<Row> lane;
    std::optional<Input> unheard;  ///< the outcome of the call in flight
    bool draining = false;
    bool paused = false;  ///< since the last SendingPaused in `agent`
    std::uint64_t fence = 0;
    std::size_t lost_replies = 0;  ///< dropped although no fence said so

    const Conversation& now() const { return scene.now; }

    void apply(const Input& input) {
        scene.apply(input);
        const Effects& effects = scene.last.effects;
        for (const Action action : effects.actions) lane.push_back({action, now().epoch});
        if (effects.fence_below) fence = *effects.fence_below;
        if (effects.answer && effects.answer->muted) bot_muted = true;
        draining = now().draining.has_value();
        if (scene.last_kind == Kind::sending_paused) paused = true;
        if (scene.last_kind == Kind::sending_resumed) paused = false;
    }

    /// One step of the sender: hears the outcome of the call in flight, or sends the head of the lane.
    bool send(bool reliable) {
        if (unheard) {
            const Input outcome = *unheard;
            unheard.reset();
            apply(outcome);
            return true;
        }
        if (!lane.empty()) {
            const Row row = lane.front();
            lane.pop_front();
            leave(row, reliable);
            return true;
        }
        if (!draining) return false;
        apply(DrainDone{.epoch = now().epoch});
        return true;
    }

private:
    void leave(const Row& row, bool reliable) {
        if (!may_leave(now(), row.action, row.epoch)) {
            if (row.action == Action::reply && row.epoch >= fence) ++lost_replies;
            return;
        }
        if (row.action == Action::mute) call<MuteDone, MuteFailed>(true, reliable);
        if (row.action == Action::unmute) call<ReturnDone, ReturnFailed>(false, reliable);
    }

    template <class Done, class Failed>
    void call(bool mutes, bool reliable) {
        const auto luck = reliable ? 3 : dice.below(8);
        if (luck == 0)
            unheard = Failed{.permanent = true};
        else if (luck == 1)
            unheard = Failed{};
        else {
            bot_muted = mutes;
            if (luck == 2)
                unheard = Failed{};  // it took effect and we do not know
            else
                unheard = Done{};
        }
    }
};

}  // namespace lampjack::conversation
