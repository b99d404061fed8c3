// Stories of bad hours, told on each store there is, under a virtual clock.
#include "kept_store.h"
#include "sender_world.h"

#include <barrier>
#include <future>

namespace lampjack::test {
namespace {

constexpr Millis kMinute = 60'000;
constexpr Millis kHour = 60 * kMinute;

class Stories : public OnEveryStore {
protected:
    SenderWorld world{SenderWorld::account("shop") +
                          R"(,"c":{"platform":"certainly","webhook_token":"wt-made-up",)"
                          R"("deployment_id":"dep-1","api_base":"https://c.example"})",
                      {},
                      kept_.open()};

    std::string body(transport::CallId id) { return world.http().call(id).request.body; }

    /// A user of the other platform asks for a human, and an agent answers: its bot is muted by a call.
    void claim(const std::string& user) {
        const std::string text = R"({"reply":"help","from":")" + user + R"(","botId":"bot-1"})";
        model::Request request;
        request.method = "POST";
        request.path = "/claim";
        request.query = "token=wt-made-up";
        request.body = text;
        const auto accept = [](const engine::Question&) {
            return engine::Decision{true, true, {}};
        };
        ASSERT_EQ(world.hub().receive("c", request, accept).status, 200);
    }
};

LJK_ON_EVERY_STORE(Stories);

TEST_P(Stories, a_reply_and_a_release_during_an_outage_arrive_in_that_order) {
    world.offload("s-1");
    const auto reply = world.reply("s-1", "goodbye");
    ASSERT_EQ(world.command("release", "s-1").error.code, Code::ok);
    const auto tries = world.pass_time(10 * kMinute, 1'000, 503);
    EXPECT_GE(tries, 5U);
    EXPECT_LE(tries, 10U) << "the breaker spares a platform that is down";
    EXPECT_EQ(world.status(reply), "pending");
    EXPECT_EQ(world.state("s-1"), "agent") << "what was accepted leaves before its author";
    EXPECT_EQ(world.pass_time(6 * kMinute, 1'000, 200), 2U);
    EXPECT_EQ(world.status(reply), "sent");
    EXPECT_EQ(world.state("s-1"), "bot");
    const auto last = world.http().count();
    EXPECT_NE(body(last - 1).find("goodbye"), std::string::npos);
    EXPECT_NE(body(last).find("resume"), std::string::npos);
    for (transport::CallId id = 1; id + 1 < last; ++id)
        EXPECT_NE(body(id).find("goodbye"), std::string::npos) << "the return never overtakes";
}

TEST_P(Stories, a_mute_that_is_refused_for_ever_ends_at_the_bot_and_nobody_is_muted) {
    claim("u-1");
    const auto taken = world.command("take", "u-1", {}, "dana", "c");
    ASSERT_EQ(taken.error.code, Code::ok) << taken.error.message;
    const auto reply =
        world.command("reply", "u-1", SenderWorld::text("hello"), "dana", "c").delivery_id;
    EXPECT_EQ(world.answer_all(404), 1U) << "the mute goes first";
    EXPECT_EQ(world.state("u-1", "c"), "bot") << "T19";
    EXPECT_EQ(world.status(reply), "refused") << "and its words never leave: the bot speaks";
    bool told = false;
    const auto text = world.hub().transcript("c:live:u-1", 0, 100);
    told = text && text->find("mute_failed") != std::string::npos;
    EXPECT_TRUE(told);
    EXPECT_EQ(world.answer_all(200), 1U) << "it may have worked once: the bot is woken";
    EXPECT_NE(world.http().call(2).request.url.find("/takeover/"), std::string::npos);
    EXPECT_EQ(world.pass_time(kHour, 10'000, 200), 0U);
    ASSERT_EQ(world.dead_letters().size(), 1U);
    EXPECT_EQ(json::text_of(world.dead_letters()[0].as_object(), "action"), "mute");
}

TEST_P(Stories, a_return_that_fails_for_an_hour_is_listed_and_heals) {
    world.offload("s-1");
    world.command("take", "s-1");
    world.reply("s-1", "hello");
    world.answer_all(200);
    ASSERT_EQ(world.command("release", "s-1").error.code, Code::ok);
    const auto tries = world.pass_time(kHour, 1'000, 503);
    EXPECT_GE(tries, 12U) << "it never gives up, and";
    EXPECT_LE(tries, 40U) << "it does not hammer";
    EXPECT_EQ(world.state("s-1"), "returning");
    EXPECT_TRUE(world.dead_letters().empty()) << "a return never dies of age";
    ASSERT_EQ(world.stuck().size(), 1U);
    EXPECT_EQ(json::text_of(world.stuck()[0].as_object(), "ref"), "shop:live:s-1");
    EXPECT_EQ(world.pass_time(10 * kMinute, 1'000, 200), 1U);
    EXPECT_EQ(world.state("s-1"), "bot");
    EXPECT_TRUE(world.stuck().empty());
}

TEST_P(Stories, a_lost_token_pauses_all_and_a_new_one_heals) {
    for (int i = 0; i < 6; ++i) world.offload("s-" + std::to_string(i));
    const auto first = world.reply("s-0", "zero");
    world.answer_all(401);
    EXPECT_EQ(world.status(first), "paused");
    EXPECT_EQ(support::lines_of(world.log, "error credentials.refused", "account=shop"), 1U)
        << world.log;
    std::vector<std::string> ids;
    for (int i = 1; i < 6; ++i) ids.push_back(world.reply("s-" + std::to_string(i), "later"));
    world.kill();
    world.config.replace(world.config.find("at-made-up"), 10, "at-new-one");
    world.restart();
    EXPECT_EQ(world.answer_all(200), 6U) << "at once";
    ids.push_back(first);
    for (const auto& id : ids) EXPECT_EQ(world.status(id), "sent");
    EXPECT_EQ(model::header(world.http().call(1).request.headers, "authorization"),
              "Bearer at-new-one");
}

/// Every process looks after every timer; one fires it.
TEST_P(Stories, a_timer_that_several_processes_see_fires_once) {
    const auto second = world.start();
    world.offload("waits");
    world.clock->advance(4 * kMinute);  // longer than an agent may take to accept
    auto other = std::async(std::launch::async, [&] { second->hub->step(); });
    world.hub().step();
    other.get();
    const auto log = world.hub().transcript(SenderWorld::ref("waits"), 0, 100);
    ASSERT_TRUE(log);
    std::size_t ended = 0;
    for (auto at = log->find("handover_ended"); at != std::string::npos;
         at = log->find("handover_ended", at + 1))
        ++ended;
    EXPECT_EQ(ended, 1u) << *log;
}

/// The platform asks twice at once, two processes decide differently: one answer counts, and both give it.
TEST_P(Stories, two_processes_that_decide_at_the_same_time_give_one_answer) {
    const auto second = world.start();
    for (int round = 0; round < 20; ++round) {
        const std::string body =
            R"({"event":"offload","botId":"b1","version":"LIVE","sessionId":"twice-)" +
            std::to_string(round) + R"(","timestamp":")" + world.stamp() +
            R"(","payload":{},"transcript":[]})";
        std::barrier both(2);
        const auto ask = [&](engine::Hub& hub, bool accept) {
            model::Request request;
            request.method = "POST";
            request.query = "challenge.verifyToken=vt-made-up";
            request.body = body;
            return hub.receive("shop", request, [&](const engine::Question&) {
                both.arrive_and_wait();  // neither has stored anything yet
                return engine::Decision{accept, accept, accept ? "" : "closed"};
            });
        };
        auto other = std::async(std::launch::async, [&] { return ask(*second->hub, false); });
        const auto mine = ask(world.hub(), true);
        const auto theirs = other.get();
        ASSERT_EQ(mine.status, 200) << mine.body;
        EXPECT_EQ(mine.body, theirs.body);
    }
}

}  // namespace
}  // namespace lampjack::test
