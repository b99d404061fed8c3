#include "engine/policy.h"

#include "platforms/account.h"

#include <gtest/gtest.h>

namespace lampjack::engine {
namespace {

using conversation::Policy;

Policy policy(std::string_view members) {
    const auto account = platforms::make_account(
        "shop", R"({"platform":"certainly","webhook_token":"t","deployment_id":"d")" +
                    std::string(members) + "}");
    EXPECT_TRUE(account) << account.error().message;
    return policy_of(*account);
}

TEST(PolicyOf, reads_every_time_by_its_name) {
    const struct {
        const char* name;
        Millis Policy::*member;
        Millis fallback;
    } times[] = {
        {"loop_window", &Policy::loop_window, 600'000},
        {"t_accept", &Policy::accept, 180'000},
        {"t_first", &Policy::first, 120'000},
        {"t_idle_agent", &Policy::idle_agent, 1'800'000},
        {"t_idle_user", &Policy::idle_user, 86'400'000},
        {"t_return", &Policy::return_check, 15'000},
        {"t_idle_bot", &Policy::idle_bot, 2'592'000'000},
        {"t_retain", &Policy::retain, 2'592'000'000},
    };
    for (const auto& [name, member, fallback] : times) {
        EXPECT_EQ(policy("").*member, fallback) << name;
        const Policy changed = policy(",\"" + std::string(name) + "\":4321");
        for (const auto& other : times)
            EXPECT_EQ(changed.*other.member, other.name == name ? 4321 : other.fallback)
                << name << " changed " << other.name;
    }
}

TEST(PolicyOf, reads_every_word_by_its_name) {
    using namespace conversation;
    EXPECT_EQ(policy("").on_first, OnIdle::warn);
    EXPECT_EQ(policy(R"(,"on_first":"requeue")").on_first, OnIdle::requeue);
    EXPECT_EQ(policy("").on_idle, OnIdle::return_to_bot);
    EXPECT_EQ(policy(R"(,"on_idle":"warn")").on_idle, OnIdle::warn);
    EXPECT_EQ(policy("").on_accept_timeout, OnTimeout::return_to_bot);
    EXPECT_EQ(policy(R"(,"on_accept_timeout":"close")").on_accept_timeout, OnTimeout::close);
    EXPECT_EQ(policy("").keep, Keep::all);
    EXPECT_EQ(policy(R"(,"record":"handover")").keep, Keep::handover);
    EXPECT_EQ(policy(R"(,"record":"none")").keep, Keep::none);
    EXPECT_EQ(policy("").mute, MuteWhen::on_accept) << "as early as the decision says";
    EXPECT_EQ(policy(R"(,"mute":"on_accept")").mute, MuteWhen::on_accept);
    EXPECT_EQ(policy(R"(,"mute":"never")").mute, MuteWhen::never);
    EXPECT_EQ(policy("").loop_failures, 2U);
    EXPECT_EQ(policy(R"(,"loop_failures":0)").loop_failures, 0U);
}

TEST(PolicyOf, says_whether_the_words_go_through_us_and_whether_the_bot_can_be_muted) {
    EXPECT_TRUE(policy("").can_mute);
    EXPECT_FALSE(policy("").words_through_us) << "a desk: the platform tells its bot itself";
    const auto channel = platforms::make_account(
        "chan", R"({"platform":"omnichannel","side":"channel","webhook_token":"t","auth":"none",)"
                R"("platform_base":"https://api.example"})");
    ASSERT_TRUE(channel) << channel.error().message;
    EXPECT_TRUE(policy_of(*channel).words_through_us);
    EXPECT_TRUE(policy_of(*channel).can_mute);
    EXPECT_EQ(policy_of(*channel).mute, conversation::MuteWhen::on_accept);
    const auto bare = platforms::make_account(
        "bare", R"({"platform":"chatlayer_offloading","verify_token":"t"})");
    ASSERT_TRUE(bare) << bare.error().message;
    EXPECT_FALSE(policy_of(*bare).can_mute) << "no action to wake the bot is configured";
    EXPECT_EQ(policy_of(*bare).mute, conversation::MuteWhen::never);
}

TEST(PolicyOf, reads_every_flag_by_its_name) {
    const struct {
        const char* name;
        bool Policy::*member;
        bool fallback;
    } flags[] = {
        {"message_takes", &Policy::message_takes, true},
        {"agents_may_take", &Policy::agents_may_take, true},
        {"unnamed_takes", &Policy::unnamed_takes, false},
        {"reopen_asks_last_agent", &Policy::reopen_asks_last_agent, false},
    };
    for (const auto& [name, member, fallback] : flags) {
        EXPECT_EQ(policy("").*member, fallback) << name;
        const std::string other = fallback ? ":false" : ":true";
        EXPECT_EQ(policy(",\"" + std::string(name) + "\"" + other).*member, !fallback) << name;
    }
}

}  // namespace
}  // namespace lampjack::engine
