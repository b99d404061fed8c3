#include "sender_world.h"

namespace lampjack::test {
namespace {

using transport::FailureKind;

const std::string kNoLimits =
    R"("breaker_failures":1000000,"breaker_percent":100,"retry_percent":100000,)";

/// So many conversations, each with a reply of an agent on its way.
std::vector<std::string> replies(SenderWorld& world, int from, int to,
                                 const std::string& account = "shop") {
    std::vector<std::string> ids;
    for (int i = from; i < to; ++i) {
        const std::string session = "s-" + std::to_string(i);
        world.offload(session, account);
        ids.push_back(world.reply(session, "m" + std::to_string(i), account));
    }
    return ids;
}

TEST(Destinations, stop_after_five_failures_and_let_the_others_go_on) {
    SenderWorld world(SenderWorld::account("shop") + "," +
                      SenderWorld::account("other", {}, "https://other.example"));
    const auto ids = replies(world, 0, 40);
    world.hub().step();
    std::size_t failed = 0;
    for (const auto id : world.http().in_flight()) {
        world.http().fail_with(id, FailureKind::connect);
        ++failed;
    }
    world.http().deliver();
    EXPECT_LE(failed, 16U) << "one account has so many in flight";
    EXPECT_EQ(world.answer_all(200), 0U) << "the breaker is open: nothing is sent";
    EXPECT_EQ(world.stat("breaker_opened"), 1);
    EXPECT_EQ(support::lines_of(world.log, "warning breaker.open", "account=shop",
                                "host=api.example:443"),
              1U)
        << world.log;
    for (const auto& id : ids) EXPECT_EQ(world.status(id), "pending") << "it never drops";

    const auto others = replies(world, 100, 120, "other");
    EXPECT_EQ(world.answer_all(200), 16U);
    EXPECT_EQ(world.answer_all(200), 4U);
    for (const auto& id : others) EXPECT_EQ(world.status(id), "sent");

    EXPECT_EQ(world.pass_time(29'000, 1'000, 200), 0U);
    EXPECT_EQ(world.pass_time(60'000, 500, 200), 40U) << "one probe, then all of them";
    for (const auto& id : ids) EXPECT_EQ(world.status(id), "sent");
    EXPECT_EQ(
        support::lines_of(world.log, "info breaker.closed", "account=shop", "host=api.example:443"),
        1U)
        << world.log;
}

TEST(Destinations, let_one_probe_through_however_many_wait) {
    SenderWorld world;
    replies(world, 0, 60);
    world.fail_all(FailureKind::connect);
    std::size_t probes = 0;
    for (Millis gone = 0; gone < 900'000; gone += 500) {
        world.clock->advance(500);
        world.hub().step();
        const auto ids = world.http().in_flight();
        ASSERT_LE(ids.size(), 1U);
        world.clock->advance(700);
        world.hub().step();
        ASSERT_LE(world.http().in_flight().size(), 1U) << "and none beside one that is under way";
        probes += world.fail_all(FailureKind::unknown_after_sent);
    }
    // Open for 30, 60, 120, 240, 300 … s and a fifth more at most: in 36 min there is room for 7 to 11.
    EXPECT_GE(probes, 7U);
    EXPECT_LE(probes, 11U);
}

TEST(Destinations, agree_among_processes_of_one_store) {
    SenderWorld world;
    const auto second = world.start();
    replies(world, 0, 30);
    world.fail_all(FailureKind::connect);
    ASSERT_EQ(world.stat("breaker_opened"), 1);
    world.clock->advance(1'001);
    second->hub->step();
    EXPECT_EQ(second->http->count(), 0U) << "it was told, and sends nothing";
    std::size_t most = 0;
    for (int i = 0; i < 80; ++i) {
        world.clock->advance(500);
        second->hub->step();
        world.hub().step();
        most = std::max(most, world.http().in_flight().size() + second->http->in_flight().size());
    }
    EXPECT_EQ(most, 1U) << "one probe among all";
    for (auto* http : {&world.http(), second->http.get()}) {
        for (const auto id : http->in_flight()) http->answer(id, 200, "{}");
        http->deliver();
    }
    for (int i = 0; i < 60; ++i) {
        world.clock->advance(1'001);
        world.answer_all(200);
        second->hub->step();
        for (const auto id : second->http->in_flight()) second->http->answer(id, 200, "{}");
        second->http->deliver();
        second->hub->step();
    }
    EXPECT_EQ(world.stat("deliveries_sent") +
                  json::integer_of(SenderWorld::object(Result<std::string>(second->hub->stats())),
                                   "deliveries_sent", 0),
              30);
}

TEST(Destinations, a_probe_whose_process_died_is_followed_by_another) {
    SenderWorld world;
    replies(world, 0, 10);
    world.fail_all(FailureKind::connect);
    world.clock->advance(40'000);
    world.hub().step();
    ASSERT_EQ(world.http().in_flight().size(), 1U);
    world.kill();
    world.restart();
    world.hub().step();
    EXPECT_EQ(world.http().in_flight().size(), 0U) << "it may still be under way";
    EXPECT_EQ(world.pass_time(90'000, 500, 200), 10U);
}

TEST(Destinations, a_fenced_delivery_does_not_use_up_the_probe) {
    SenderWorld world;
    replies(world, 0, 8);
    world.fail_all(FailureKind::connect);
    for (int i = 0; i < 7; ++i)
        world.command("take", "s-" + std::to_string(i), {}, "lee", "shop", true);
    EXPECT_EQ(world.pass_time(45'000, 500, 200), 1U) << "the only one that may leave";
    EXPECT_EQ(world.stat("deliveries_sent"), 1);
}

/// G17 as it runs: 10 new deliveries a second for a minute, and everything fails.
struct Minute {
    std::size_t fresh = 0, requests = 0;
    std::int64_t opened = 0;
    explicit Minute(const std::string& more) {
        SenderWorld world(SenderWorld::account("shop"), more + R"("in_flight":64,)");
        for (int second = 0; second < 60; ++second) {
            fresh += replies(world, second * 10, second * 10 + 10).size();
            for (int part = 0; part < 4; ++part) {
                world.clock->advance(250);
                world.answer_all(503);
            }
        }
        requests = world.http().count();
        opened = world.stat("breaker_opened");
        EXPECT_EQ(world.dead_letters().size(), 0U);
    }
};

TEST(Destinations, an_outage_gets_no_more_than_a_fifth_of_requests_on_top) {
    const Minute both{""};
    EXPECT_LE(both.requests, 30U) << "those in flight when it opened, and the probes";
    EXPECT_GE(both.opened, 1);

    const Minute budget{R"("breaker_failures":1000000,"breaker_percent":100,)"};
    EXPECT_GE(budget.requests, budget.fresh);
    EXPECT_LE(budget.requests, budget.fresh + budget.fresh / 5 + 70) << "and ten in ten seconds";

    const Minute control{kNoLimits};
    EXPECT_GT(control.requests, control.fresh * 2) << "without either";
}

TEST(Destinations, one_that_hangs_leaves_room_for_the_others) {
    SenderWorld world(SenderWorld::account("shop") + "," +
                      SenderWorld::account("other", {}, "https://other.example"));
    replies(world, 0, 100);
    world.hub().step();
    EXPECT_EQ(world.http().in_flight().size(), 16U);
    const auto ids = replies(world, 100, 140, "other");
    for (int i = 0; i < 3; ++i) {
        world.hub().step();
        for (const auto id : world.http().in_flight())
            if (world.http().call(id).request.url.find("other.example") != std::string::npos)
                world.http().answer(id, 200, "{}");
        world.http().deliver();
    }
    world.hub().step();
    for (const auto& id : ids) EXPECT_EQ(world.status(id), "sent");
    EXPECT_EQ(world.http().in_flight().size(), 16U) << "they hang all the while";
}

/// Nine accounts with more to send than they get places for, and one more whose platform answers: how many of its
/// forty messages are gone while none of the others is.
std::size_t sent_beside_nine_that_hang(bool in_accounts_of_their_own) {
    std::string accounts = SenderWorld::account("other", {}, "https://other.example");
    for (int i = 0; i < 9; ++i) {
        const std::string name = "shop" + std::to_string(i);
        accounts += "," + SenderWorld::account(name, {}, "https://" + name + ".example");
    }
    SenderWorld world(accounts);
    for (int i = 0; i < 9; ++i)
        replies(world, 100 * i, 100 * i + 30,
                in_accounts_of_their_own ? "shop" + std::to_string(i) : "other");
    world.hub().step();
    const std::size_t hanging = world.http().in_flight().size();
    const auto ids = replies(world, 9'000, 9'040, "other");
    const auto is_of_the_forty = [&](const auto& call) {
        return call.request.url.find("s-90") != std::string::npos;
    };
    for (int i = 0; i < 40; ++i) {
        world.hub().step();
        for (const auto id : world.http().in_flight())
            if (is_of_the_forty(world.http().call(id))) world.http().answer(id, 200, "{}");
        world.http().deliver();
    }
    world.hub().step();
    EXPECT_GE(world.http().in_flight().size(), hanging) << "they hang all the while";
    return static_cast<std::size_t>(std::count_if(
        ids.begin(), ids.end(), [&](const auto& id) { return world.status(id) == "sent"; }));
}

TEST(Destinations, many_that_hang_leave_room_for_the_others) {
    EXPECT_EQ(sent_beside_nine_that_hang(true), 40U);
    EXPECT_EQ(sent_beside_nine_that_hang(false), 0U) << "the control: with places they share";
}

TEST(Destinations, thousands_that_wait_for_one_do_not_hold_up_the_others) {
    SenderWorld world(SenderWorld::account("shop") + "," +
                      SenderWorld::account("other", {}, "https://other.example"));
    replies(world, 0, 500);
    world.fail_all(FailureKind::connect);
    ASSERT_EQ(world.stat("breaker_opened"), 1);
    const auto before = world.stat("deliveries_postponed");
    const auto ids = replies(world, 500, 505, "other");
    world.hub().step();
    EXPECT_EQ(world.http().in_flight().size(), 5U);
    EXPECT_LE(world.stat("deliveries_postponed") - before, 128) << "eight leases at most";
    for (int i = 0; i < 10; ++i) world.hub().step();
    EXPECT_GE(world.stat("deliveries_postponed"), 484) << "and in the end all of them";
    EXPECT_EQ(world.http().in_flight().size(), 5U);
}

TEST(Destinations, take_no_more_places_than_an_account_has) {
    SenderWorld world;
    replies(world, 0, 60);
    world.hub().step();
    ASSERT_EQ(world.http().in_flight().size(), 16U);
    world.http().answer(world.http().in_flight().front(), 200, "{}");
    world.http().deliver();
    world.hub().step();
    EXPECT_EQ(world.http().in_flight().size(), 16U) << "one came back, one leaves";
}

TEST(Destinations, each_delivery_carries_its_id_on_every_platform) {
    SenderWorld world(
        SenderWorld::account("shop") +
        R"(,"c":{"platform":"certainly","webhook_token":"wt-made-up","deployment_id":"dep-1"})"
        R"(,"o":{"platform":"omnichannel","webhook_token":"wt-made-up","auth":"none"})"
        R"(,"a":{"platform":"chatlayer_app","relay_token":"rt-made-up","target_url":"https://app.example/in"})");
    std::vector<std::string> ids{replies(world, 0, 1).front()};
    model::Request request;
    request.method = "POST";
    request.path = "/messages";
    request.query = "token=wt-made-up";
    request.body =
        R"({"interlocutor":"user","data":{"error":null,"message":{"user_profile":{},"ref":null,"user_id":"u-1","timestamp":1767607200,"message":"hi","attachments":[]}}})";
    ASSERT_EQ(world.hub().receive("c", request, {}).status, 200);
    engine::CommandRequest notify;
    notify.name = "notify";
    const std::string words = SenderWorld::text("hello");
    notify.content = words;
    ids.push_back(world.hub().command("c:live:u-1", notify).delivery_id);
    for (const char* account : {"o", "a"})
        ids.push_back(world.hub().say(account, R"({"id":"7"})", words, "").delivery_id);
    world.hub().step();
    std::vector<std::string> keys;
    for (const auto id : world.http().in_flight())
        keys.emplace_back(model::header(world.http().call(id).request.headers, "idempotency-key"));
    std::sort(keys.begin(), keys.end());
    std::sort(ids.begin(), ids.end());
    EXPECT_EQ(keys, ids);
}

}  // namespace
}  // namespace lampjack::test
