// The store fails while deliveries are under way.
#include "credentials_world.h"

namespace lampjack::test {
namespace {

struct FaultyWorld : SenderWorld {
    FaultyWorld() : FaultyWorld(std::make_shared<FaultyStore>()) {}
    explicit FaultyWorld(std::shared_ptr<FaultyStore> kept)
        : SenderWorld(account("shop"), {}, kept),
          faulty(*kept) {
        offload("s-1");
    }
    FaultyStore& faulty;
};

/// The platform takes a reply; what became of it cannot be recorded until the store is back.
TEST(StoreFaults, an_outcome_is_kept_until_it_can_be_recorded) {
    for (const bool lives : {true, false}) {
        FaultyWorld world;
        const auto id = world.reply("s-1", "once");
        world.hub().step();
        ASSERT_EQ(world.http().count(), 1U);
        world.http().answer(1, 200, "{}");
        world.http().deliver();
        world.faulty.no_writes = true;
        for (int i = 0; i < 100; ++i) {  // longer than the lease
            world.clock->advance(1'000);
            world.hub().step();
        }
        EXPECT_EQ(world.status(id), "pending");
        if (!lives) {
            world.kill();
            world.faulty.no_writes = false;
            world.restart();
            world.clock->advance(61'000);
            world.hub().step();
            EXPECT_EQ(world.http().count(), 1U) << "the control: who forgets sends again";
            continue;
        }
        EXPECT_EQ(world.hub().drain(std::chrono::milliseconds(0)).error().code, Code::timeout)
            << "there is something left to write down";
        world.faulty.no_writes = false;
        world.clock->advance(2'000);
        world.hub().step();
        EXPECT_EQ(world.status(id), "sent");
        EXPECT_EQ(world.http().count(), 1U) << "it was sent once";
        EXPECT_TRUE(world.hub().drain(std::chrono::milliseconds(0)));
    }
}

TEST(StoreFaults, an_outcome_that_waits_is_recorded_before_its_row_is_sent_again) {
    FaultyWorld world;
    const auto id = world.reply("s-1", "once");
    world.hub().step();
    world.http().answer(1, 200, "{}");
    world.http().deliver();
    world.faulty.no_writes = true;
    world.hub().step();
    world.clock->advance(100'000);  // the lease is over: the row may be leased anew
    world.faulty.no_writes = false;
    world.hub().step();
    world.hub().step();
    EXPECT_EQ(world.status(id), "sent");
    EXPECT_EQ(world.http().count(), 1U);
}

TEST(StoreFaults, a_look_at_the_owner_that_fails_gives_the_lease_back) {
    FaultyWorld world;
    const auto id = world.reply("s-1", "soon");
    world.faulty.no_conversations = true;
    world.hub().step();
    EXPECT_EQ(world.http().count(), 0U) << "nothing leaves unchecked";
    world.faulty.no_conversations = false;
    world.hub().step();
    EXPECT_EQ(world.answer_all(200), 1U) << "at once, not when the lease ends";
    EXPECT_EQ(world.status(id), "sent");
}

TEST(StoreFaults, a_lease_that_cannot_be_given_back_is_given_back_later) {
    FaultyWorld world;
    world.reply("s-1", "soon");
    world.faulty.no_conversations = world.faulty.no_releases = true;
    world.hub().step();
    world.faulty.no_conversations = world.faulty.no_releases = false;
    world.clock->advance(200);
    world.hub().step();
    EXPECT_EQ(world.answer_all(200), 1U);
}

TEST(StoreFaults, a_delivery_is_not_given_up_because_the_store_cannot_be_read) {
    FaultyWorld world;
    const auto id = world.reply("s-1", "soon");
    world.faulty.no_meta = true;
    world.hub().step();
    EXPECT_EQ(world.status(id), "pending");
    world.faulty.no_meta = false;
    world.hub().step();
    EXPECT_EQ(world.answer_all(200), 1U);
}

TEST(StoreFaults, an_answer_that_was_cut_leaves_its_status) {
    SenderWorld world;
    world.offload("s-1");
    const auto id = world.reply("s-1", "hello");
    world.hub().step();
    world.http().decide(1, transport::Failure{transport::FailureKind::cut_body,
                                              "cut",
                                              {503, {{"Retry-After", "7"}}, "half"},
                                              true});
    world.http().deliver();
    world.hub().step();
    EXPECT_EQ(json::integer_of(world.delivery(id), "last_code", 0), 503);
    EXPECT_EQ(json::text_of(world.delivery(id), "next_at"), "2026-01-05T10:00:07.000Z");
}

TEST(RetryAfter, is_obeyed_within_bounds_in_all_its_forms) {
    const auto wait_after = [](const model::Headers& headers) {
        SenderWorld world;
        world.offload("s-1");
        const auto id = world.reply("s-1", "hello");
        world.answer_all(429, "{}", headers);
        Millis next = 0;
        std::string ref;
        if (const auto row = world.store->delivery(id, ref)) next = row->ready_at;
        return next - SenderWorld::kBegin;
    };
    EXPECT_EQ(wait_after({{"Retry-After", "42"}}), 42'000);
    EXPECT_EQ(wait_after({{"Retry-After", "Mon, 05 Jan 2026 10:00:30 GMT"}}), 30'000);
    EXPECT_EQ(wait_after({{"Retry-After", "1000000000"}}), 900'000) << "15 minutes at most";
    EXPECT_LE(wait_after({{"Retry-After", "soon"}}), 1'000) << "garbage leaves it to the formula";
    EXPECT_LE(wait_after({{"Retry-After", "-5"}}), 1'000);
    EXPECT_EQ(wait_after({{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1767607260"}}),
              60'000);
    EXPECT_EQ(wait_after({{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1767607260500"}}),
              60'500);
}

TEST(Drain, waits_for_what_sinks_have_taken) {
    SenderWorld world(
        R"("o":{"platform":"omnichannel","webhook_token":"wt-made-up","auth":"none"})");
    const std::string words = SenderWorld::text("hello");
    ASSERT_EQ(world.hub().say("o", R"({"id":"7"})", words, "").error.code, Code::ok);
    engine::CommandRequest notify;
    notify.name = "notify";
    notify.content = words;
    ASSERT_EQ(world.hub().command("o:live:7", notify).error.code, Code::ok);
    auto delivery = world.hub().next_sink("o", std::chrono::milliseconds(0));
    ASSERT_TRUE(delivery) << delivery.error().message;
    EXPECT_EQ(world.hub().drain(std::chrono::milliseconds(0)).error().code, Code::timeout);
    ASSERT_TRUE(world.hub().sink_done(**delivery, true, ""));
    EXPECT_TRUE(world.hub().drain(std::chrono::milliseconds(0)));
}

TEST(Bodies, are_judged_where_a_200_proves_nothing) {
    const auto status_after = [](const std::string& body, const std::string& settings = {}) {
        SenderWorld world(
            R"("o":{"platform":"omnichannel","webhook_token":"wt-made-up","auth":"none")" +
            settings + "}");
        const auto said = world.hub().say("o", R"({"id":"7"})", SenderWorld::text("hello"), "");
        EXPECT_EQ(said.error.code, Code::ok);
        world.answer_all(200, body);
        return world.status(said.delivery_id);
    };
    for (const char* good : {"", "{}", "OK", R"({"result":"ok"})", R"({"error":null})", "[]"})
        EXPECT_EQ(status_after(good), "sent") << good;
    EXPECT_EQ(status_after(R"({"error":"There is no active channel for received event."})"),
              "dead");
    EXPECT_EQ(status_after(R"({"result":"error"})"), "dead");
    EXPECT_EQ(status_after("<html>Please log in</html>"), "pending");
    EXPECT_EQ(status_after("<html>Please log in</html>", R"(,"on_unknown":"hold")"), "held");
    EXPECT_EQ(status_after(R"({"result":)"), "pending");

    SenderWorld control;
    control.offload("s-1");
    const auto id = control.reply("s-1", "hello");
    control.answer_all(200, R"({"error":"no"})");
    EXPECT_EQ(control.status(id), "sent") << "Chatlayer documents no body: the status decides";
}

TEST(Bodies, a_500_that_may_be_our_fault_is_tried_three_times) {
    SenderWorld world(
        R"("o":{"platform":"omnichannel","webhook_token":"wt-made-up","auth":"none"})");
    const auto said = world.hub().say("o", R"({"id":"7"})", SenderWorld::text("hello"), "");
    EXPECT_EQ(world.pass_time(60'000, 1'000, 500), 3U);
    EXPECT_EQ(world.status(said.delivery_id), "dead");
}

}  // namespace
}  // namespace lampjack::test
