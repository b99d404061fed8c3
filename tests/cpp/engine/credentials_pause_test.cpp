#include "engine/credentials_pause.h"

#include <gtest/gtest.h>

namespace lampjack::engine {
namespace {

constexpr Millis kNow = 1'767'607'200'000;
constexpr Millis kMinute = 60'000;

class Pause : public ::testing::Test {
protected:
    void refuse(const std::string& tag) { pause.refuse_lane(tag, now, limits, random); }
    void refuse_all(bool was_probe = false) {
        pause.refuse_account(was_probe, now, limits, random);
    }
    Millis lane_wait(const std::string& tag) const { return pause.lane_at(tag, now, limits) - now; }
    Millis probe_wait() const { return pause.probe_at(now, limits) - now; }

    Millis now = kNow;
    PauseLimits limits;
    SeededRandom random{7};
    CredentialsPause pause;
};

TEST_F(Pause, of_a_conversation_doubles_from_a_minute_to_an_hour) {
    for (const Millis minutes : {1, 2, 4, 8, 16, 32, 60, 60}) {
        refuse("a");
        EXPECT_EQ(lane_wait("a"), minutes * kMinute);
        EXPECT_FALSE(pause.is_paused());
        EXPECT_EQ(lane_wait("b"), 0) << "another conversation";
        now += minutes * kMinute;
        EXPECT_EQ(lane_wait("a"), 0);
    }
    pause.accept("a", true);
    refuse("a");
    EXPECT_EQ(lane_wait("a"), kMinute) << "it begins anew";
}

TEST_F(Pause, of_three_conversations_within_ten_minutes_is_the_accounts) {
    refuse("a");
    now += 4 * kMinute;
    refuse("b");
    refuse("b");
    EXPECT_FALSE(pause.is_paused()) << "two conversations, however often";
    now += 5 * kMinute;
    refuse("c");
    EXPECT_TRUE(pause.is_paused());
    EXPECT_EQ(pause.since, now);
}

TEST_F(Pause, of_three_conversations_is_not_the_accounts_over_a_longer_time) {
    for (const char* tag : {"a", "b", "c"}) {
        refuse(tag);
        now += 6 * kMinute;
    }
    EXPECT_FALSE(pause.is_paused());
}

TEST_F(Pause, of_three_conversations_is_not_the_accounts_when_another_was_accepted_between) {
    refuse("a");
    refuse("b");
    pause.accept("z", true);
    refuse("c");
    EXPECT_FALSE(pause.is_paused());
    refuse("a");
    EXPECT_FALSE(pause.is_paused());
    refuse("b");
    EXPECT_TRUE(pause.is_paused()) << "three since then";

    pause = {};
    refuse("a");
    refuse("b");
    pause.accept("z", false);
    refuse("c");
    EXPECT_TRUE(pause.is_paused()) << "an answer that is no success proves nothing";
}

TEST_F(Pause, of_the_account_lets_one_probe_through_and_doubles) {
    refuse_all();
    Millis last = 0;
    for (const Millis seconds : {30, 60, 120, 240, 300, 300}) {
        const Millis wait = probe_wait();
        EXPECT_GE(wait, seconds * 1000);
        EXPECT_LE(wait, seconds * 1200);
        refuse_all();
        EXPECT_EQ(probe_wait(), wait) << "those that were under way before say nothing new";
        now += wait;
        EXPECT_EQ(probe_wait(), 0);
        pause.probe_begins(now, 20'000);
        EXPECT_EQ(probe_wait(), 20'000) << "one at a time";
        pause.probe_not_sent();
        EXPECT_EQ(probe_wait(), 0);
        pause.probe_begins(now, 20'000);
        refuse_all(true);
        last = wait;
    }
    EXPECT_GE(last, 300'000);
    pause.end(now);
    EXPECT_FALSE(pause.is_paused());
    EXPECT_EQ(pause.ended, now);
    refuse_all();
    EXPECT_LE(probe_wait(), 36'000) << "it begins anew";
}

TEST_F(Pause, is_never_longer_than_it_lasts_when_the_clock_is_set_back) {
    for (int i = 0; i < 9; ++i) {
        refuse("a");
        refuse_all(true);
    }
    EXPECT_FALSE(pause.is_ahead(now, limits));
    now -= 10 * kMinute;
    EXPECT_EQ(probe_wait(), 0);
    EXPECT_EQ(lane_wait("a"), 0);
    EXPECT_TRUE(pause.is_ahead(now, limits));
    pause.ask_now("", now);
    EXPECT_FALSE(pause.is_ahead(now, limits));
}

TEST_F(Pause, ends_when_a_person_asks) {
    refuse_all();
    pause.ask_now("b", now);
    EXPECT_EQ(probe_wait(), 0);
    EXPECT_EQ(pause.wanted, "b");
    EXPECT_TRUE(pause.is_paused()) << "until the probe is answered";
    pause.probe_begins(now, 20'000);
    EXPECT_EQ(pause.wanted, "");

    pause = {};
    refuse("a");
    refuse("b");
    pause.ask_now("b", now);
    EXPECT_EQ(lane_wait("b"), 0);
    EXPECT_EQ(lane_wait("a"), kMinute);
    pause.ask_now("", now);
    EXPECT_EQ(lane_wait("a"), 0);
}

TEST_F(Pause, is_the_same_after_the_store) {
    EXPECT_EQ(pause.to_text(), "");
    EXPECT_EQ(CredentialsPause::from_text(""), CredentialsPause{});
    refuse("a");
    refuse("b");
    pause.accept("z", true);
    refuse("b");
    EXPECT_EQ(CredentialsPause::from_text(pause.to_text()), pause);
    refuse_all();
    pause.ask_now("a", now);
    EXPECT_EQ(CredentialsPause::from_text(pause.to_text()), pause);
    pause.end(now);
    EXPECT_EQ(CredentialsPause::from_text(pause.to_text()), pause);
}

TEST_F(Pause, that_cannot_be_read_is_none) {
    for (const char* text : {"nonsense", "x y z", "-5 1 2 3", " ", "0 0 0 0 0 - :1:2:3:1 a:0:1:2:1",
                             "18446744073709551616 1"})
        EXPECT_TRUE(CredentialsPause::from_text(text).is_empty()) << text;
}

TEST_F(Pause, remembers_no_more_conversations_than_it_may) {
    for (int i = 0; i < 200; ++i) {
        refuse(std::to_string(i));
        pause.accept("z", true);
        now += 1000;
    }
    EXPECT_EQ(pause.lanes.size(), limits.remembered);
    EXPECT_NE(pause.lane("199"), nullptr);
    EXPECT_EQ(pause.lane("0"), nullptr);
    now += 4 * 3'600'000;
    refuse("late");
    EXPECT_EQ(pause.lanes.size(), 1U) << "those that nobody asked for since are over";
}

}  // namespace
}  // namespace lampjack::engine
