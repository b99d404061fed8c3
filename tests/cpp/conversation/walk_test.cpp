// What must hold on every path, tried on random ones. LJK_WALKS sets how many; a failure names its seed.

#include "conversation/transition.h"

#include "conversation/explain.h"
#include "conversation/walk.h"
#include "support/from_environment.h"

#include <string>

namespace lampjack::conversation {
namespace {

constexpr int kInputs = 60;

std::uint64_t walks() { return support::from_environment<std::uint64_t>("LJK_WALKS", 2000); }

std::optional<Millis> random_time(Dice& dice, const World& world) {
    if (dice.one_in(2)) return std::nullopt;
    const Millis back = dice.one_in(6) ? static_cast<Millis>(dice.below(5 * kMinute)) : 0;
    return world.scene.clock - back;
}

/// A message from before the mute may come after it. Not where the return was refused for good: then the bot's word
/// is all there is to go by.
bool may_have_spoken_before(World& world) {
    return world.dice.one_in(6) && world.now().sync != Sync::diverged;
}

/// Facts that are true of the world, except that a bot may have spoken before it was muted.
Input random_fact(World& world) {
    Dice& dice = world.dice;
    const auto at = random_time(dice, world);
    // While a call is in flight nobody can tell whether the platform spoke before or after it.
    if (world.unheard) return UserMessage{.at = at};
    constexpr const char* agents[] = {"ana", "bo", "cy", ""};
    switch (dice.below(10)) {
        case 0:
        case 1: return UserMessage{.at = at};
        case 2:
            if (world.bot_muted && !may_have_spoken_before(world)) return UserMessage{.at = at};
            return BotMessage{.at = at, .echo = dice.one_in(8)};
        case 3: return AgentMessage{.at = at, .agent = dice.pick(agents), .echo = dice.one_in(3)};
        case 4: world.bot_muted = false; return HandoverToBot{};
        case 5: world.bot_muted = true; return HandoverToAgent{.agent = dice.pick(agents)};
        case 6:
            if (world.bot_muted) return SessionEvent{.at = at};
            return ReturnConfirmed{};
        case 7: return SessionEvent{.at = at};
        case 8: return UnknownEvent{};
        default: break;
    }
    world.bot_muted = false;  // a bot that asks is a bot that speaks
    return HandoverRequested{.by = static_cast<By>(dice.below(6)),
                             .decision = {.accept = !dice.one_in(4), .mute = dice.one_in(2)}};
}

Input random_timer(World& world) {
    const auto kind = static_cast<TimerKind>(world.dice.below(kTimerCount));
    const auto timer = world.now().timer(kind);
    if (!timer) return TimerFired{.kind = kind, .episode = 1, .epoch = 1};
    if (!world.dice.one_in(4)) world.scene.clock = std::max(world.scene.clock, timer->due);
    return TimerFired{.kind = kind, .episode = timer->episode, .epoch = timer->epoch};
}

void step(World& world) {
    world.scene.clock += static_cast<Millis>(world.dice.below(2 * kMinute));
    const auto choice = world.dice.below(13);
    if (choice < 4)
        world.send(false);
    else if (choice < 7)
        world.apply(random_fact(world));
    else if (choice < 11)
        world.apply(random_command(world.dice, world.now()));
    else if (choice < 12)
        world.apply(random_timer(world));
    else
        world.apply(world.dice.one_in(2) ? Input{SendingPaused{}} : Input{SendingResumed{}});
}

bool has_a_timer(const Conversation& conversation, TimerKind kind) {
    const auto& timer = conversation.timer(kind);
    return timer && timer->epoch == conversation.epoch && timer->episode == conversation.episode;
}

void expect_well_formed(const Conversation& now, bool paused) {
    EXPECT_EQ(now.state == State::agent, !now.agent.empty());
    EXPECT_TRUE(now.state == State::agent || !now.draining);
    EXPECT_TRUE(now.state == State::returning || !now.ending);
    EXPECT_TRUE(now.state == State::requested || !now.offer);
    if (now.draining) {
        EXPECT_EQ(now.draining->epoch, now.epoch);
    }
    EXPECT_LE(now.failed.size(), 2U);
    EXPECT_TRUE(now.state != State::bot || now.muted != Muted::yes);
    EXPECT_TRUE(now.state != State::closed || now.muted == Muted::no);
    EXPECT_TRUE(now.state != State::returning || now.muted != Muted::yes);
    switch (now.state) {
        case State::requested:
            EXPECT_TRUE(has_a_timer(now, TimerKind::accept) ||
                        has_a_timer(now, TimerKind::idle_user));
            break;
        case State::agent: EXPECT_TRUE(has_a_timer(now, TimerKind::idle_agent) || paused); break;
        case State::returning: EXPECT_TRUE(has_a_timer(now, TimerKind::return_check)); break;
        case State::closed:
        case State::bot: break;
    }
}

bool concerns_an_agent(const OwnerRef& a, const OwnerRef& b) {
    return a.kind == Owner::agent || b.kind == Owner::agent;
}

void expect_lawful(const Conversation& before, const Scene& scene) {
    const Conversation& now = scene.now;
    const Effects& effects = scene.last.effects;
    EXPECT_GE(now.epoch, before.epoch);
    EXPECT_LE(now.epoch, before.epoch + (before.seen() ? 1 : 2));
    EXPECT_GE(now.episode, before.episode);
    const OwnerRef from = owner_of(before);
    const OwnerRef to = owner_of(now);
    if (before.seen() && from != to && concerns_an_agent(from, to)) {
        EXPECT_GT(now.epoch, before.epoch);
    }
    EXPECT_EQ(now.version, before.version + (now != before ? 1 : 0));
    if (effects.fence_below) {
        EXPECT_EQ(*effects.fence_below, now.epoch);
    }
    for (const TimerChange& change : effects.timers)
        EXPECT_EQ(change.timer, now.timer(change.kind));
    if (scene.last.refusal) {
        EXPECT_EQ(now, before);
        EXPECT_EQ(effects, Effects{});
        EXPECT_EQ(scene.last.refusal->epoch, before.seen() ? before.epoch : 1U);
    }
}

/// Told without recipients.cpp: nothing a user says is for nobody, and while a human is wanted or at work the desk sees it.
void expect_heard(const Scene& scene) {
    const bool words = scene.last_kind == Kind::user_message || scene.last_kind == Kind::say;
    const Effects& effects = scene.last.effects;
    EXPECT_TRUE(words || !effects.flags.bot_too);
    if (!words || scene.last.refusal) return;
    const State state = scene.now.state;
    EXPECT_EQ(effects.to == To::nobody, effects.flags.late && state == State::closed);
    if (state == State::requested || state == State::agent) {
        EXPECT_EQ(effects.to, To::desk);
    }
    const bool bot_reads =
        state == State::bot || (state == State::requested && scene.now.muted != Muted::yes);
    const bool read_later = state == State::returning &&
                            (scene.policy.words_through_us || scene.now.muted == Muted::no);
    EXPECT_EQ(effects.reaches_bot(), bot_reads || read_later);
    EXPECT_EQ(scene.acted(Action::forward), scene.last_kind == Kind::say && effects.reaches_bot());
}

/// On each way out of a muted handover the return call is ordered, or the platform's own word makes it needless.
void expect_way_back(const Conversation& before, const Scene& scene) {
    const bool human = before.state == State::requested || before.state == State::agent;
    const State state = scene.now.state;
    const bool left = human && state != State::requested && state != State::agent;
    if (!left || before.muted == Muted::no || scene.policy.mute_by == MuteBy::gate) return;
    const bool platform_said_so = scene.last.rule == "T8" || scene.last.rule == "T11";
    if (state == State::returning) {
        EXPECT_TRUE(scene.acted(Action::unmute));
        return;
    }
    EXPECT_TRUE(scene.last.rule == "T19" ? scene.acted(Action::unmute) : platform_said_so);
}

/// The state is the one its row promises, and explain() told so beforehand.
void expect_explained(const Conversation& before, const Command& command, const Scene& scene) {
    if (!before.seen()) return;
    const Explanation told = explain(before, command, scene.policy, scene.clock);
    EXPECT_EQ(told.allowed, !scene.last.refusal.has_value());
    EXPECT_EQ(told.rule, scene.last.rule);
    if (told.allowed && told.to) {
        EXPECT_EQ(*told.to, scene.now.state);
    }
    if (told.allowed && !told.to) {
        EXPECT_EQ(scene.now.state, before.state);
    }
}

TEST(Walks, keep_one_owner_a_rising_epoch_and_a_timer_in_every_wait) {
    for (std::uint64_t seed = 1; seed <= walks(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        World world(seed);
        for (int input = 0; input < kInputs; ++input) {
            const Conversation before = world.now();
            step(world);
            // A step of the sender may apply nothing; what it applies is checked the same.
            if (world.now() == before) continue;
            expect_well_formed(world.now(), world.paused);
            expect_heard(world.scene);
            expect_lawful(before, world.scene);
            expect_way_back(before, world.scene);
        }
        EXPECT_EQ(world.lost_replies, 0U);
        if (HasFailure()) return;
    }
}

TEST(Walks, are_explained_before_they_are_walked) {
    for (std::uint64_t seed = 1; seed <= walks(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        World world(seed);
        for (int input = 0; input < kInputs; ++input) {
            step(world);
            if (!world.dice.one_in(3)) continue;
            const Conversation before = world.now();
            const Command command = random_command(world.dice, before);
            Scene scene = world.scene;
            scene.apply(command);
            expect_explained(before, command, scene);
        }
        if (HasFailure()) return;
    }
}

TEST(Walks, are_not_moved_by_unknown_events_nor_by_timers_that_do_not_run) {
    for (std::uint64_t seed = 1; seed <= walks(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        World world(seed);
        world.apply(UserMessage{});
        for (int input = 0; input < kInputs; ++input) {
            step(world);
            Scene scene = world.scene;
            scene.apply(UnknownEvent{});
            EXPECT_EQ(scene.now, world.now());
            EXPECT_EQ(scene.last.effects, Effects{});
            const auto kind = static_cast<TimerKind>(world.dice.below(kTimerCount));
            scene.clock += kDay;
            scene.apply(TimerFired{
                .kind = kind, .episode = world.now().episode, .epoch = world.now().epoch + 1});
            EXPECT_EQ(scene.now, world.now());
        }
        if (HasFailure()) return;
    }
}

void fire(World& world, TimerKind kind) {
    const auto timer = world.now().timer(kind);
    ASSERT_TRUE(timer.has_value()) << name_of(kind);
    world.scene.clock = std::max(world.scene.clock, timer->due);
    world.apply(TimerFired{.kind = kind, .episode = timer->episode, .epoch = timer->epoch});
}

/// Everything that is under way comes to rest: the platform works, nobody acts, only timers fire.
void settle(World& world) {
    world.apply(SendingResumed{});
    for (int round = 0; round < 400; ++round) {
        if (world.send(true)) continue;
        if (world.now().state == State::returning && world.scene.policy.return_is_confirmed &&
            !world.bot_muted) {
            world.apply(ReturnConfirmed{});
            continue;
        }
        if (world.now().state == State::returning) {
            fire(world, TimerKind::return_check);
            continue;
        }
        if (world.now().state == State::bot && world.now().sync == Sync::diverged) {
            world.apply(UserMessage{});  // and no answer from a bot that is muted
            fire(world, TimerKind::reconcile);
            continue;
        }
        return;
    }
    ADD_FAILURE() << "it does not come to rest: " << name_of(world.now().state);
}

TEST(Walks, end_with_a_platform_that_does_what_the_state_says) {
    for (std::uint64_t seed = 1; seed <= walks(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        World world(seed);
        for (int input = 0; input < kInputs; ++input) step(world);
        settle(world);
        const Conversation& now = world.now();
        if (world.scene.policy.mute_by == MuteBy::gate) continue;
        if (now.state == State::bot || now.state == State::closed) {
            EXPECT_FALSE(world.bot_muted);
        }
        if (now.state == State::agent && now.muted == Muted::yes) {
            EXPECT_TRUE(world.bot_muted);
        }
        if (now.state == State::agent && world.scene.policy.mute != MuteWhen::never) {
            EXPECT_EQ(now.muted, Muted::yes);
        }
        EXPECT_EQ(world.lost_replies, 0U);
        if (HasFailure()) return;
    }
}

std::optional<TimerKind> next_due(const Conversation& conversation) {
    std::optional<TimerKind> next;
    for (std::size_t index = 0; index < kTimerCount; ++index) {
        const auto kind = static_cast<TimerKind>(index);
        const auto& timer = conversation.timer(kind);
        if (timer && (!next || timer->due < conversation.timer(*next)->due)) next = kind;
    }
    return next;
}

TEST(Walks, wait_for_ever_nowhere_when_only_timers_fire_and_the_platform_obeys) {
    for (std::uint64_t seed = 1; seed <= walks(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        World world(seed);
        world.apply(UserMessage{});
        for (int input = 0; input < kInputs; ++input) step(world);
        bool erased = false;
        for (int round = 0; round < 60 && !erased; ++round) {
            settle(world);
            const auto kind = next_due(world.now());
            if (!kind) break;
            fire(world, *kind);
            erased = world.scene.last.effects.erase;
        }
        // Without T_retain it has been erased during the walk.
        const bool gone =
            world.now().state == State::closed && !world.now().timer(TimerKind::retain);
        EXPECT_TRUE(erased || gone) << "it rests in " << name_of(world.now().state);
        if (HasFailure()) return;
    }
}

}  // namespace
}  // namespace lampjack::conversation
