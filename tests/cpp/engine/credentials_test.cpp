// Refused credentials: no delivery is lost of them, one customer's refusal stops nobody else, and a person who corrects the
// token has nothing else to do.
#include "credentials_world.h"
#include "kept_store.h"

#include <set>

namespace lampjack::test {
namespace {

using transport::FailureKind;

class Credentials : public OnEveryStore {
protected:
    SenderWorld open(const std::string& settings = "") {
        return SenderWorld(SenderWorld::account("shop", settings), "", kept_.open());
    }
};
LJK_ON_EVERY_STORE(Credentials);

TEST_P(Credentials, that_are_refused_for_a_while_cost_no_reply_and_no_order) {
    SenderWorld world = open();
    take(world, {"s-1"});
    const std::size_t before = world.http().count();
    std::vector<std::string> ids;
    for (const char* words : {"one", "two", "three", "four", "five"})
        ids.push_back(world.reply("s-1", words));
    world.pass_time(30 * kMinute, 10 * kSecond, 401);
    EXPECT_TRUE(world.dead_letters().empty());
    const std::size_t refused = world.http().count() - before;
    EXPECT_GE(refused, 6U) << "it is asked again";
    EXPECT_LE(refused, 11U) << "and not more often than a probe is due";
    world.pass_time(6 * kMinute, 10 * kSecond, 200);
    for (const auto& id : ids) EXPECT_EQ(world.status(id), "sent");
    EXPECT_EQ(received(world.http(), before + refused),
              (std::vector<std::string>{"one", "two", "three", "four", "five"}));
    EXPECT_EQ(world.state("s-1"), "agent") << "a lease that could not be used did not end";
}

TEST_P(Credentials, are_told_once_and_show_where_people_look) {
    SenderWorld world = open();
    take(world, {"s-1", "s-2"});
    const auto first = world.reply("s-1", "one"), second = world.reply("s-1", "two");
    const auto other = world.reply("s-2", "three");
    world.answer_all(401, R"({"error":"token is revoked","requestId":"abc-1"})");
    for (const auto& id : {first, second, other}) EXPECT_EQ(world.status(id), "paused");
    const std::string list = *world.hub().deliveries(SenderWorld::ref("s-1"));
    EXPECT_NE(list.find(R"("status":"paused")"), std::string::npos) << list;
    const json::Object row = world.delivery(first);
    EXPECT_EQ(json::text_of(row, "last_error"), "credentials: status 401");
    EXPECT_EQ(json::integer_of(row, "attempts", -1), 0) << "no attempt is counted";
    EXPECT_EQ(json::text_of(row, "vendor_answer"),
              R"({"error":"token is revoked","requestId":"abc-1"})");
    EXPECT_EQ(why(world), "credentials credentials");
    EXPECT_NE(world.log.find("error credentials.refused account=shop status=401"),
              std::string::npos)
        << world.log;
    world.pass_time(30 * kMinute, 10 * kSecond, 401);
    EXPECT_EQ(count_of(world.log, "credentials.refused"), 1U) << world.log;
    EXPECT_EQ(world.log.find("revoked"), std::string::npos) << "the vendor's words stay out";
    EXPECT_EQ(world.log.find("made-up"), std::string::npos) << "no token in a log";
    EXPECT_EQ(count_of(world.log, "delivery.retry"), 0U);
    world.pass_time(10 * kMinute, 10 * kSecond, 200);
    EXPECT_EQ(count_of(world.log, "info credentials.accepted account=shop"), 1U) << world.log;
    EXPECT_EQ(why(world), "");
    EXPECT_EQ(world.status(second), "sent");
}

/// How `why` tells the last delivery of the conversation.
json::Object last_told(engine::Hub& hub, const std::string& session) {
    const auto trace = SenderWorld::object(hub.why(SenderWorld::ref(session), 0, 100));
    json::Object last;
    for (const auto& line : trace.at("lines").as_array())
        for (const auto& one : line.as_object().at("deliveries").as_array()) last = one.as_object();
    return last;
}

TEST_P(Credentials, are_told_of_what_was_never_tried_and_to_tools_without_secrets) {
    SenderWorld world = open();
    take(world, {"s-1", "s-2"});
    world.reply("s-1", "one");
    world.answer_all(401);
    world.reply("s-2", "two");
    world.clock->advance(5 * kSecond);
    world.hub().step();
    const std::size_t at = world.config.find("at-made-up");
    world.config.replace(at, 10, "env:LJK_NOT_SET_HERE");
    world.config.insert(1, R"("secrets":"placeholder",)");
    world.store = kept_.open();
    const auto tool = world.start();
    for (auto* hub : {&world.hub(), tool->hub.get()}) {
        const auto told = last_told(*hub, "s-2");
        EXPECT_EQ(json::text_of(told, "status"), "paused");
        EXPECT_EQ(json::text_of(told, "reason"), "the platform refuses the account's credentials");
        const auto next = parse_time(json::text_of(told, "next_at"));
        ASSERT_TRUE(next);
        EXPECT_GT(*next, world.clock->now());
        EXPECT_EQ(json::text_of(last_told(*hub, "s-1"), "reason"), "credentials: status 401");
    }
    EXPECT_EQ(count_of(*tool->hub->deliveries(SenderWorld::ref("s-2")), R"("status":"paused")"),
              1U);
}

TEST_P(Credentials, of_one_process_stop_the_others_with_the_same_and_not_one_with_another) {
    SenderWorld world = open();
    world.store = kept_.open();
    const auto same = world.start();
    take(world, {"s-1", "s-2", "s-3"});
    std::vector<std::string> ids;
    for (const char* session : {"s-1", "s-2", "s-3"}) ids.push_back(world.reply(session, session));
    EXPECT_GE(world.answer_all(401), 1U);
    world.clock->advance(2 * kSecond);
    same->hub->step();
    EXPECT_EQ(same->http->count(), 0U) << "it was told, and sends nothing";

    world.config.replace(world.config.find("at-made-up"), 10, "at-new-one");
    world.store = kept_.open();
    const auto other = world.start();
    for (int i = 0; i < 3; ++i) {
        world.hub().step();
        other->hub->step();
        for (const auto id : other->http->in_flight()) other->http->answer(id, 200, "{}");
        other->http->deliver();
        other->hub->step();
    }
    for (const auto& id : ids)
        EXPECT_EQ(json::text_of(SenderWorld::object(other->hub->delivery(id)), "status"), "sent")
            << "at once: the clock stands still";
    EXPECT_EQ(model::header(other->http->call(1).request.headers, "authorization"),
              "Bearer at-new-one");
}

TEST_P(Credentials, get_one_probe_among_all_processes) {
    SenderWorld world = open();
    world.store = kept_.open();
    const auto second = world.start();
    std::vector<std::string> sessions;
    for (int i = 0; i < 10; ++i) sessions.push_back("s-" + std::to_string(i));
    take(world, sessions);
    for (const auto& session : sessions) world.reply(session, session);
    world.answer_all(401);
    std::size_t probes = 0;
    for (int i = 0; i < 400; ++i) {
        world.clock->advance(1'001);
        world.hub().step();
        second->hub->step();
        const std::size_t under_way =
            world.http().in_flight().size() + second->http->in_flight().size();
        ASSERT_LE(under_way, 1U);
        probes += under_way;
        for (auto* http : {&world.http(), second->http.get()}) {
            for (const auto id : http->in_flight()) http->answer(id, 401, "{}");
            http->deliver();
        }
    }
    EXPECT_GE(probes, 3U);
    EXPECT_LE(probes, 4U) << "after 30, 60, 120, 240 s";
}

TEST_P(Credentials, that_are_refused_for_one_customer_stop_nobody_else) {
    // The control is the account's own refusal: then the others wait.
    for (const int status : {403, 401}) {
        SenderWorld world = open();
        take(world, {"blocked-" + std::to_string(status), "s-2", "s-3"});
        const std::vector<std::string> blocked{"blocked-" + std::to_string(status)};
        const auto own = world.reply(blocked[0], "to nobody");
        EXPECT_EQ(answer_by_session(world, blocked, status), 1U);
        const auto other = world.reply("s-2", "hello"), another = world.reply("s-3", "hello");
        EXPECT_EQ(world.status(own), "paused");
        while (answer_by_session(world, blocked, status) != 0) {}
        EXPECT_EQ(world.status(other), status == 403 ? "sent" : "paused");
        EXPECT_EQ(world.status(another), status == 403 ? "sent" : "paused");
        for (Millis gone = 0; gone < 12 * kMinute; gone += kSecond) {
            world.clock->advance(kSecond);
            while (answer_by_session(world, blocked, status) != 0 && status == 403) {}
        }
        EXPECT_EQ(world.status(other), "sent");
        world.kill();
    }
}

TEST_P(Credentials, that_are_refused_for_one_customer_are_tried_after_1_2_4_minutes) {
    SenderWorld world = open();
    take(world, {"blocked"});
    const auto own = world.reply("blocked", "to nobody"), next = world.reply("blocked", "nor this");
    std::vector<Millis> at;
    for (Millis gone = 0; gone < 5 * kHour; gone += 30 * kSecond) {
        const std::size_t before = world.http().count();
        answer_by_session(world, {"blocked"}, 403);
        if (world.http().count() != before) at.push_back(gone / kMinute);
        world.clock->advance(30 * kSecond);
    }
    EXPECT_EQ(at, (std::vector<Millis>{0, 1, 3, 7, 15, 31, 63, 123, 183, 243}));
    EXPECT_EQ(world.status(own), "paused");
    EXPECT_EQ(world.status(next), "paused");
    EXPECT_EQ(count_of(world.log, "credentials.refused account=shop conversation="), 1U);
    ASSERT_TRUE(world.hub().resume("shop"));
    EXPECT_EQ(answer_by_session(world, {}, 403), 1U) << "a person wants to know now";
    while (answer_by_session(world, {}, 403) != 0) {}
    EXPECT_EQ(world.status(next), "sent");
    EXPECT_EQ(count_of(world.log, "credentials.accepted account=shop conversation="), 1U);
}

TEST(CredentialsPause, three_customers_that_are_refused_are_the_account) {
    SenderWorld world;
    take(world, {"a", "b", "c", "d"});
    for (const char* session : {"a", "b", "c"}) {
        world.reply(session, "x");
        answer_by_session(world, {"a", "b", "c"}, 403);
        world.clock->advance(kSecond);
    }
    const auto id = world.reply("d", "x");
    EXPECT_EQ(answer_by_session(world, {"a", "b", "c"}, 403), 0U);
    EXPECT_EQ(world.status(id), "paused");
    EXPECT_EQ(world.pass_time(40 * kSecond, kSecond, 200), 1U) << "the probe is another's";
    EXPECT_EQ(world.status(id), "sent");
}

TEST(CredentialsPause, a_probe_is_each_time_another_conversation_and_a_call_first) {
    SenderWorld world;
    take(world, {"a", "b", "c"});
    for (const char* session : {"a", "b", "c"}) world.reply(session, session);
    world.answer_all(401);  // all three were under way
    world.offload("d", "shop", false);
    world.command("take", "d");  // a mute
    world.clock->advance(kSecond);
    const std::size_t before = world.http().count();
    world.pass_time(20 * kMinute, kSecond, 401);
    const auto texts = received(world.http(), before);
    ASSERT_GE(texts.size(), 5U);
    EXPECT_EQ(texts[0], R"({"pause":true})");
    EXPECT_EQ((std::set<std::string>{texts[1], texts[2], texts[3]}),
              (std::set<std::string>{"a", "b", "c"}));
    EXPECT_EQ(texts[4], texts[0]) << "round and round";
}

TEST(CredentialsPause, ends_by_any_answer_that_lets_us_in) {
    for (const int status : {200, 422, 500, 429}) {
        SenderWorld world;
        take(world, {"a", "b"});
        world.reply("a", "a");
        world.answer_all(401);
        const auto other = world.reply("b", "b");
        EXPECT_EQ(world.answer_all(200), 0U);
        world.clock->advance(40 * kSecond);
        EXPECT_EQ(world.answer_all(status), 1U) << "the probe";
        while (world.answer_all(200) != 0) {}
        EXPECT_NE(world.status(other), "paused") << status;
        EXPECT_NE(world.log.find("credentials.accepted"), std::string::npos);
    }
}

TEST(CredentialsPause, lasts_when_nobody_answers) {
    SenderWorld world;
    take(world, {"a", "b"});
    world.reply("a", "a");
    world.answer_all(401);
    const auto other = world.reply("b", "b");
    world.clock->advance(40 * kSecond);
    EXPECT_EQ(world.fail_all(FailureKind::connect), 1U);
    EXPECT_EQ(world.status(other), "paused");
    EXPECT_EQ(world.log.find("credentials.accepted"), std::string::npos);
}

TEST(CredentialsPause, is_what_addresses_and_certificates_that_are_refused_mean_too) {
    for (const auto kind : {FailureKind::refused_by_policy, FailureKind::tls_verification}) {
        SenderWorld world;
        take(world, {"a"});
        const auto id = world.reply("a", "a");
        EXPECT_EQ(world.fail_all(kind), 1U);
        EXPECT_EQ(world.status(id), "paused");
        EXPECT_EQ(world.stat("breaker_opened"), 0);
        world.pass_time(20 * kMinute, 10 * kSecond, 200);
        EXPECT_EQ(world.status(id), "sent");
    }
    SenderWorld world;
    take(world, {"a"});
    const auto id = world.reply("a", "a");
    world.fail_all(FailureKind::tls);
    EXPECT_EQ(world.status(id), "pending") << "a handshake that failed may succeed";
}

}  // namespace
}  // namespace lampjack::test
