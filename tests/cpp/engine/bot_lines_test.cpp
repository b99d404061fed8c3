// What the bot of a channel account says, on its way to the host's sink, while a human is asked for.
#include "channel_words.h"

namespace lampjack::test {
namespace {

using std::chrono::milliseconds;

class BotLines : public ChannelWords {
protected:
    using Message = std::shared_ptr<engine::SinkDelivery>;

    Message lease() {
        const auto leased = t().hub->next_sink("shop", milliseconds(0), engine::Keeper::host);
        return leased ? *leased : nullptr;
    }
    /// Whether the sink may show it; then it has.
    bool is_shown(const Message& message) {
        const auto may = t().hub->may_leave(*message);
        EXPECT_TRUE(may);
        if (!may || !*may) return false;
        EXPECT_TRUE(t().hub->sink_done(*message, true, {}));
        return json::text_of(t().delivery(message->lease.row.id), "status") == "sent";
    }
    void nobody_comes() {
        ASSERT_EQ(t().command("cancel", {}).error.code, Code::ok);
        ASSERT_EQ(t().state(), "bot");
    }
};
LJK_ON_EVERY_STORE(BotLines);

TEST_P(BotLines, one_that_waits_for_the_sink_is_shown_when_nobody_came) {
    open();
    bot_says("m-1");
    ask(true);
    nobody_comes();
    const auto line = lease();
    ASSERT_NE(line, nullptr);
    EXPECT_TRUE(is_shown(line));
    EXPECT_EQ(lease(), nullptr) << "once";
}

TEST_P(BotLines, one_that_the_sink_works_on_is_shown_when_nobody_came) {
    open();
    bot_says("m-1");
    ask(true);
    const auto line = lease();
    ASSERT_NE(line, nullptr);
    nobody_comes();
    EXPECT_TRUE(is_shown(line));
}

TEST_P(BotLines, one_that_failed_meanwhile_comes_again_when_nobody_came) {
    open();
    bot_says("m-1");
    ask(true);
    const auto line = lease();
    ASSERT_NE(line, nullptr);
    nobody_comes();
    EXPECT_TRUE(t().hub->sink_done(*line, false, "offline"));
    t().clock->advance(60'000);
    const auto again = lease();
    ASSERT_NE(again, nullptr);
    EXPECT_TRUE(is_shown(again));
}

TEST_P(BotLines, one_that_the_sink_works_on_when_an_agent_takes_is_not_shown) {
    open();
    bot_says("m-1");
    ask(true);
    const auto line = lease();
    ASSERT_NE(line, nullptr);
    take();
    EXPECT_FALSE(is_shown(line));
    EXPECT_EQ(standing(line->lease.row.id), "refused stale_owner");
}

TEST_P(BotLines, one_said_while_it_was_to_be_silent_is_never_shown) {
    open();
    ask(true);
    ASSERT_TRUE(is_shown(lease())) << "the line before";
    bot_says("m-2");
    nobody_comes();
    EXPECT_EQ(lease(), nullptr);
}

}  // namespace
}  // namespace lampjack::test
