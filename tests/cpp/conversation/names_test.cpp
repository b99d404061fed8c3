#include "conversation/state.h"

#include "conversation/effects.h"
#include "conversation/input.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace lampjack::conversation {
namespace {

template <class Enum, class From>
void expect_both_ways(std::size_t count, From from) {
    std::set<std::string_view> names;
    for (std::size_t index = 0; index < count; ++index) {
        const auto value = static_cast<Enum>(index);
        EXPECT_EQ(from(name_of(value)), value) << name_of(value);
        names.insert(name_of(value));
    }
    EXPECT_EQ(names.size(), count);
    EXPECT_FALSE(names.contains(""));
    EXPECT_EQ(from("no such name"), std::nullopt);
    EXPECT_EQ(from(""), std::nullopt);
}

TEST(Names, lead_back_to_their_values) {
    expect_both_ways<State>(kStateCount, state_from);
    expect_both_ways<Owner>(3, owner_from);
    expect_both_ways<Muted>(3, muted_from);
    expect_both_ways<Sync>(3, sync_from);
    expect_both_ways<Reason>(kReasonCount, reason_from);
    expect_both_ways<CommandKind>(kCommandCount, command_from);
    expect_both_ways<TimerKind>(kTimerCount, timer_from);
    expect_both_ways<By>(6, by_from);
    expect_both_ways<Target::Kind>(3, target_kind_from);
}

TEST(Names, of_states_and_commands_are_those_of_the_documentation) {
    EXPECT_EQ(name_of(State::returning), "returning");
    EXPECT_EQ(name_of(CommandKind::take), "take");
    EXPECT_EQ(name_of(CommandKind::queue), "queue");
    EXPECT_EQ(name_of(Reason::late), "late");
    EXPECT_EQ(name_of(Reason::mute_failed), "mute_failed");
    EXPECT_EQ(name_of(Action::forward), "forward");
    EXPECT_EQ(name_of(Action::request), "request");
    EXPECT_EQ(name_of(To::desk), "desk");
    EXPECT_EQ(name_of(Alarm::agent_idle), "agent_idle");
    EXPECT_EQ(name_of(FactKind::draining), "draining");
    EXPECT_EQ(name_of(NoticeKind::queue_position), "queue_position");
}

TEST(Kinds, of_inputs_commands_and_timers_are_distinct_and_named) {
    std::set<std::string_view> names;
    for (std::size_t index = 0; index < kKindCount; ++index) {
        names.insert(name_of(static_cast<Kind>(index)));
    }
    EXPECT_EQ(names.size(), kKindCount);
    EXPECT_EQ(kind_of(Input{SessionEvent{}}), Kind::session);
    EXPECT_EQ(kind_of(Input{DrainDone{}}), Kind::drain_done);
    EXPECT_EQ(kind_of(Input{Command{.kind = CommandKind::queue}}), Kind::queue);
    EXPECT_EQ(kind_of(Input{TimerFired{.kind = TimerKind::idle_bot}}), Kind::timer_idle_bot);
    EXPECT_EQ(sent_at(UserMessage{.at = 7}), 7);
    EXPECT_EQ(sent_at(MuteDone{}), std::nullopt);
}

}  // namespace
}  // namespace lampjack::conversation
