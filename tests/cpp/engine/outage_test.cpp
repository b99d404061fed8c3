// The PostgreSQL server goes away under a hub at work and comes back: meanwhile nothing is acknowledged and everybody is told
// to come again; afterwards everything goes on by itself, once.

#include "sender_world.h"

#include "../support/postgres_server.h"

namespace lampjack::test {
namespace {

using std::chrono::milliseconds;

/// A server of its own, which the test stops.
class PostgresOutage : public ::testing::Test {
protected:
    void SetUp() override {
        if (const auto why = support::PostgresServer::why_not(); !why.empty()) GTEST_SKIP() << why;
        server_ = std::make_unique<support::PostgresServer>();
        url_ = server_->url(server_->make_database());
        world_ = std::make_unique<SenderWorld>(SenderWorld::account("shop"), "", open());
        ASSERT_TRUE(world_->hub().subscribe("desk", "{}"));
        world_->offload("s-1");
    }
    std::shared_ptr<store::Store> open() const {
        auto opened = store::open(url_);
        EXPECT_TRUE(opened) << opened.error().message;
        return opened ? std::shared_ptr<store::Store>(std::move(*opened)) : nullptr;
    }
    model::Answer user_says(const std::string& text) const {
        const std::string body =
            R"({"event":"messages","botId":"b1","version":"LIVE","sessionId":"s-1","timestamp":"2026-01-05T10:00:09.000Z",)"
            R"("messages":[{"actor":"user","timestamp":"2026-01-05T10:00:09.000Z","message":{"messageType":"text",)"
            R"("text":")" +
            text + R"(","channelType":"web","sender":{"id":"s-1","botId":"b1"},"id":"id-of-)" +
            text + R"("}}]})";
        return world_->post(body, "shop", {});
    }
    engine::CommandResult reply(std::string_view key) const {
        engine::CommandRequest request;
        request.name = "reply";
        request.agent = "dana";
        request.key = key;
        const std::string words = SenderWorld::text("hello");
        request.content = words;
        return world_->hub().command(SenderWorld::ref("s-1"), request);
    }
    /// How often the log has that text.
    std::size_t kept(const std::string& text) const {
        const auto log = world_->hub().transcript(SenderWorld::ref("s-1"), 0, 100);
        EXPECT_TRUE(log) << log.error().message;
        std::size_t count = 0;
        for (auto at = log->find("\"" + text + "\""); at != std::string::npos;
             at = log->find("\"" + text + "\"", at + 1))
            ++count;
        return count;
    }

    std::unique_ptr<support::PostgresServer> server_;
    std::string url_;
    std::unique_ptr<SenderWorld> world_;
};

TEST_F(PostgresOutage, acknowledges_nothing_and_heals_by_itself) {
    const auto sent = reply("first").delivery_id;
    world_->hub().step();
    ASSERT_EQ(world_->http().count(), 1U) << "a reply is under way";

    server_->stop_immediately();
    for (int round = 0; round < 2; ++round) {
        const auto refused = user_says("during");
        EXPECT_EQ(refused.status, 503) << refused.body;
        EXPECT_FALSE(model::header(refused.headers, "retry-after").empty());
        const auto late = reply("second");
        EXPECT_EQ(late.error.code, Code::store) << late.error.message;
        EXPECT_TRUE(is_retryable(late.error.code));
        EXPECT_EQ(world_->hub().next("desk", milliseconds(0)).error().code, Code::store);
        EXPECT_EQ(world_->hub().conversation(SenderWorld::ref("s-1")).error().code, Code::store);
        if (round == 0) world_->http().answer(1, 200, "{}");
        world_->http().deliver();
        world_->hub().step();
    }

    server_->start();
    world_->clock->advance(5'000);
    EXPECT_EQ(kept("during"), 0U) << "nobody was told that it is kept";
    EXPECT_EQ(user_says("during").status, 200);
    EXPECT_EQ(user_says("during").status, 200);
    EXPECT_EQ(kept("during"), 1U);
    EXPECT_EQ(reply("second").error.code, Code::ok);
    EXPECT_EQ(reply("second").error.code, Code::ok);
    world_->hub().step();
    EXPECT_EQ(world_->status(sent), "sent") << "its outcome was kept over the outage";
    EXPECT_EQ(world_->answer_all(200), 1U);
    world_->clock->advance(70'000);  // longer than any lease
    while (world_->answer_all(200) != 0) {}
    EXPECT_EQ(world_->http().count(), 2U) << "each reply left once";
    EXPECT_TRUE(world_->hub().next("desk", milliseconds(0)));
}

TEST_F(PostgresOutage, a_hub_that_opens_meanwhile_says_so_in_one_line) {
    const std::string config =
        R"({"store":")" + url_ + R"(","account":{)" + SenderWorld::account("shop") + "}}";
    EXPECT_TRUE(engine::Hub::open(config, engine::run_nothing, {})) << "the control";
    server_->stop_immediately();
    const auto opened = engine::Hub::open(config, engine::run_nothing, {});
    ASSERT_FALSE(opened);
    const std::string& message = opened.error().message;
    EXPECT_EQ(opened.error().code, Code::store) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    EXPECT_NE(message.find("PostgreSQL cannot be reached: is the server running"), message.npos)
        << message;
}

}  // namespace
}  // namespace lampjack::test
