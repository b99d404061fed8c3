#include "conversation/explain.h"

#include "conversation/scenes.h"

namespace lampjack::conversation {
namespace {

TEST(Explain, names_the_row_that_allows_and_where_it_leads) {
    const Scene scene = requested_scene();
    const Explanation told =
        explain(scene.now, CommandKind::take, "ana", scene.policy, scene.clock);
    EXPECT_TRUE(told.allowed);
    EXPECT_EQ(told.rule, "T5");
    EXPECT_EQ(told.code, Code::ok);
    EXPECT_EQ(told.to, State::agent);
    EXPECT_EQ(told.why, "the request is open to this agent");
}

TEST(Explain, names_the_row_that_refuses_the_owner_and_the_epoch) {
    const Scene scene = agent_scene();
    const Explanation told =
        explain(scene.now, CommandKind::reply, "bo", scene.policy, scene.clock);
    EXPECT_FALSE(told.allowed);
    EXPECT_EQ(told.code, Code::not_owner);
    EXPECT_EQ(told.owner.agent, "ana");
    EXPECT_EQ(told.epoch, 2U);
    EXPECT_TRUE(told.allowed_now.test(static_cast<std::size_t>(CommandKind::notify)));
    EXPECT_FALSE(told.allowed_now.test(static_cast<std::size_t>(CommandKind::reply)));
}

TEST(Explain, heeds_the_epoch_and_the_role_of_a_command) {
    const Scene scene = agent_scene();
    const auto stale = explain(scene.now, under(1, reply("ana")), scene.policy, scene.clock);
    EXPECT_EQ(stale.code, Code::stale_owner);
    EXPECT_TRUE(stale.allowed_now.test(static_cast<std::size_t>(CommandKind::reply)));
    const auto boss = explain(scene.now, supervised(take("boss")), scene.policy, scene.clock);
    EXPECT_TRUE(boss.allowed);
    EXPECT_TRUE(boss.allowed_now.test(static_cast<std::size_t>(CommandKind::release)));
}

TEST(Explain, heeds_the_policy_and_the_time) {
    Scene scene = bot_scene({.agents_may_take = false});
    EXPECT_FALSE(explain(scene.now, CommandKind::take, "ana", scene.policy, scene.clock).allowed);
    scene.apply(unwanted()).apply(unwanted());
    const Command request{.kind = CommandKind::request, .by = By::rule};
    EXPECT_FALSE(explain(scene.now, request, scene.policy, scene.clock).allowed);
    EXPECT_TRUE(explain(scene.now, request, scene.policy, scene.clock + 10 * kMinute).allowed);
}

TEST(Explain, knows_a_conversation_that_was_never_seen) {
    const Explanation told = explain({}, CommandKind::take, "ana", {}, kNow);
    EXPECT_TRUE(told.allowed);
    EXPECT_EQ(told.epoch, 0U);
}

}  // namespace
}  // namespace lampjack::conversation
