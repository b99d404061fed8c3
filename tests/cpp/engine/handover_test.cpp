#include "engine/hub.h"

#include "test_hub.h"

namespace lampjack::test {
namespace {

using T = TestHub;

TEST(Handover, goes_from_offload_to_reply_to_return) {
    TestHub t;
    EXPECT_EQ(
        t.post(T::messages(T::user_item("hi", 1, "m1") + "," + T::bot_item("hello", 2), 2)).body,
        "{}");
    EXPECT_EQ(t.state(), "bot");

    const auto answer =
        t.post(T::offload(T::user_item("hi", 1, "m1") + "," + T::bot_item("hello", 2), 3),
               T::accept(true));
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.body == R"({"offloadSuccess":true,"pauseBot":true})") << answer.body;
    EXPECT_EQ(t.state(), "requested");
    EXPECT_EQ(t.events(), 3u) << "two messages once, and the request";

    ASSERT_EQ(t.command("take", "dana").error.code, Code::ok);
    EXPECT_EQ(t.state(), "agent");
    t.hub->step();
    EXPECT_TRUE(t.http->calls().empty()) << "the answer muted the bot; no call is needed";

    const auto reply = t.command("reply", "dana", R"({"type":"text","text":"Hello from Dana"})");
    ASSERT_EQ(reply.error.code, Code::ok) << reply.error.message;
    t.answer_next(200);
    ASSERT_EQ(t.http->calls().size(), 1u);
    const auto sent = t.http->calls()[0].request;
    EXPECT_EQ(sent.method, "POST");
    EXPECT_EQ(sent.url, "https://api.example/v1/bots/b1/conversations/s-1/actions?version=LIVE");
    EXPECT_EQ(model::header(sent.headers, "authorization"), "Bearer at-made-up");
    EXPECT_EQ(
        sent.body,
        R"({"sendMessages":[{"textMessageTemplate":{"textMessages":[{"text":"Hello from Dana"}]}}]})");
    EXPECT_EQ(json::text_of(t.delivery(reply.delivery_id), "status"), "sent");

    ASSERT_EQ(t.command("release", "dana").error.code, Code::ok);
    EXPECT_EQ(t.state(), "returning");
    t.answer_next(200);
    EXPECT_NE(t.http->calls()[1].request.body.find("resume"), std::string::npos);
    t.post(T::messages(T::bot_item("I am back", 9), 9));
    EXPECT_EQ(t.state(), "bot");
}

TEST(Handover, needs_no_request_for_an_agent_to_take_over) {
    TestHub t;
    t.post(T::messages(T::user_item("hi", 1, "m1"), 1));
    EXPECT_EQ(t.state(), "bot");
    ASSERT_EQ(t.command("take", "dana").error.code, Code::ok);
    EXPECT_EQ(t.state(), "agent");
    t.answer_next(200);
    ASSERT_EQ(t.http->calls().size(), 1u);
    EXPECT_NE(t.http->calls()[0].request.body.find("pause"), std::string::npos);
    t.post(T::messages(T::user_item("are you human?", 2, "m2"), 2));
    EXPECT_EQ(json::text_of(t.transcript().back().as_object(), "to"), "desk");
}

TEST(Handover, gives_a_request_of_the_host_to_the_desk_once) {
    TestHub t;
    t.post(T::messages(T::user_item("hi", 1, "m1"), 1));
    ASSERT_TRUE(t.hub->subscribe("desk", R"({"to":"desk","kinds":["handover_requested"]})"));
    const auto next = [&] { return t.hub->next("desk", std::chrono::milliseconds(0)); };
    ASSERT_FALSE(next()) << "the control";
    const auto asked = t.command("request", {});
    ASSERT_EQ(asked.error.code, Code::ok) << asked.error.message;
    EXPECT_EQ(t.state(), "requested");
    const auto item = next();
    ASSERT_TRUE(item);
    const json::Object told = T::object(Result<std::string>((*item)->json));
    EXPECT_EQ(json::text_of(told, "to"), "desk");
    EXPECT_EQ(json::to_text(told.at("event").as_object().at("handover")), R"({"to":"agent"})");
    EXPECT_EQ(json::to_text(told.at("event").as_object().at("actor")), R"({"role":"system"})");
    const json::Object receipt = *json::parse_value(asked.json, "receipt")->if_object();
    EXPECT_EQ(json::to_text(receipt.at("seq")), json::to_text(told.at("seq")));
    ASSERT_TRUE(t.hub->done(**item, true));
    EXPECT_EQ(t.command("request", {}).error.code, Code::ok);
    EXPECT_FALSE(next()) << "it waits already";
}

TEST(Handover, sends_a_reply_that_was_accepted_before_its_author_released) {
    TestHub t;
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    const auto reply = t.command("reply", "dana", R"({"type":"text","text":"last words"})");
    const auto release = t.command("release", "dana");
    ASSERT_EQ(release.error.code, Code::ok) << release.error.message;
    EXPECT_EQ(t.state(), "agent") << "draining: the reply leaves first";
    EXPECT_NE(t.command("reply", "dana", R"({"type":"text","text":"too late"})").error.code,
              Code::ok);
    t.answer_next(200);
    EXPECT_NE(t.http->calls()[0].request.body.find("last words"), std::string::npos);
    EXPECT_EQ(json::text_of(t.delivery(reply.delivery_id), "status"), "sent");
    EXPECT_EQ(t.state(), "returning");
    t.answer_next(200);
    EXPECT_NE(t.http->calls()[1].request.body.find("resume"), std::string::npos)
        << "the return goes after the reply";
}

TEST(Handover, fences_replies_of_an_agent_from_whom_the_conversation_was_taken) {
    TestHub t;
    t.post(T::offload("", 1), T::accept(true));
    const auto first = t.command("take", "dana");
    const auto reply = t.command("reply", "dana", R"({"type":"text","text":"stale"})");
    ASSERT_EQ(t.command("take", "lee", {}, {}, {}, true).error.code, Code::ok);
    t.hub->step();
    EXPECT_TRUE(t.http->calls().empty()) << "nothing stale leaves the process";
    EXPECT_EQ(json::text_of(t.delivery(reply.delivery_id), "status"), "refused");
    const auto late =
        t.command("reply", "dana", R"({"type":"text","text":"me again"})", first.epoch);
    EXPECT_EQ(late.error.code, Code::stale_owner);
    EXPECT_EQ(late.owner_agent, "lee");
    EXPECT_GT(late.epoch, first.epoch);
}

TEST(Handover, checks_the_epoch_again_right_before_the_call) {
    TestHub t;
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    t.command("reply", "dana", R"({"type":"text","text":"first"})");
    t.hub->step();
    ASSERT_EQ(t.http->in_flight().size(), 1u);
    const auto second = t.command("reply", "dana", R"({"type":"text","text":"second"})");
    t.command("take", "lee", {}, {}, {}, true);
    t.http->answer(t.http->in_flight().front(), 200, "{}");
    t.http->deliver();
    t.hub->step();
    t.hub->step();
    EXPECT_EQ(t.http->calls().size(), 1u);
    EXPECT_EQ(json::text_of(t.delivery(second.delivery_id), "status"), "refused");
}

TEST(Handover, answers_a_repeated_offload_with_its_first_answer) {
    TestHub t;
    const std::string body = T::offload("", 1);
    EXPECT_EQ(t.post(body, T::accept(true)).body, R"({"offloadSuccess":true,"pauseBot":true})");
    EXPECT_EQ(t.post(body, T::accept(false)).body, R"({"offloadSuccess":true,"pauseBot":true})");
    EXPECT_EQ(t.events(), 1u);
}

TEST(Handover, declines_when_nobody_decides) {
    TestHub t;
    EXPECT_EQ(t.post(T::offload("", 1)).body, R"({"offloadSuccess":false,"pauseBot":false})");
    EXPECT_EQ(t.state(), "bot");
}

TEST(Handover, never_promises_a_pause_it_could_not_end) {
    TestHub t(
        R"("platform":"chatlayer_offloading","verify_token":"vt-made-up","api_token":"at-made-up")");
    EXPECT_EQ(t.post(T::offload("", 1), T::accept(true)).body,
              R"({"offloadSuccess":true,"pauseBot":false})");
    EXPECT_EQ(t.state(), "requested");
}

TEST(Handover, retries_a_503_and_keeps_the_order) {
    TestHub t;
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    const auto first = t.command("reply", "dana", R"({"type":"text","text":"one"})");
    t.command("reply", "dana", R"({"type":"text","text":"two"})");
    t.answer_next(503, {{"retry-after", "2"}});
    EXPECT_EQ(json::text_of(t.delivery(first.delivery_id), "status"), "pending");
    t.hub->step();
    EXPECT_EQ(t.http->calls().size(), 1u) << "the second waits behind the first";
    t.clock->advance(2000);
    t.answer_next(200);
    t.answer_next(200);
    ASSERT_EQ(t.http->calls().size(), 3u);
    EXPECT_EQ(t.http->calls()[0].request.body, t.http->calls()[1].request.body);
    EXPECT_NE(t.http->calls()[2].request.body.find("two"), std::string::npos);
    EXPECT_EQ(model::header(t.http->calls()[0].request.headers, "idempotency-key"),
              model::header(t.http->calls()[1].request.headers, "idempotency-key"));
}

TEST(Handover, tells_in_the_log_why_a_reply_has_not_arrived_yet) {
    TestHub t;
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    const auto reply = t.command("reply", "dana", R"({"type":"text","text":"a riddle"})");
    t.answer_next(503, {{"Retry-After", "7"}});
    EXPECT_EQ(support::lines_of(t.log, "info delivery.retry", "account=shop",
                                "delivery=" + reply.delivery_id, "action=reply",
                                "reason=status_503", "attempts=1", "next_in_ms=7000"),
              1U)
        << t.log;
    EXPECT_EQ(t.log.find("riddle"), std::string::npos);
    t.clock->advance(7'000);
    t.answer_next(200);
    EXPECT_EQ(support::lines_of(t.log, "info delivery.retry"), 1U) << "said once";
}

TEST(Handover, lets_a_platform_be_silent_for_two_thirds_of_a_calls_time) {
    using std::chrono::seconds;
    for (const auto& [option, stalled] :
         {std::pair{"", seconds(10)}, std::pair{R"("total_ms":60000,)", seconds(40)}}) {
        TestHub t(T::kFull, option);
        t.post(T::offload("", 1), T::accept(true));
        t.command("take", "dana");
        t.command("reply", "dana", R"({"type":"text","text":"hello"})");
        t.hub->step();
        ASSERT_EQ(t.http->calls().size(), 1u);
        EXPECT_EQ(t.http->calls()[0].timeouts.stalled, stalled) << option;
    }
}

TEST(Handover, gives_a_repeated_command_its_first_result) {
    TestHub t;
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    const auto once = t.command("reply", "dana", R"({"type":"text","text":"once"})", {}, "k1");
    const auto twice = t.command("reply", "dana", R"({"type":"text","text":"once"})", {}, "k1");
    EXPECT_EQ(once.delivery_id, twice.delivery_id);
    t.answer_next(200);
    t.hub->step();
    EXPECT_EQ(t.http->calls().size(), 1u);
}

TEST(Handover, flags_a_bot_that_talks_over_the_agent) {
    TestHub t;
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    t.post(T::messages(T::bot_item("me too", 5), 5));
    const auto items = t.transcript();
    bool flagged = false;
    for (const auto& item : items)
        for (const auto& flag : item.as_object().at("flags").as_array())
            flagged |= flag == "talk_over";
    EXPECT_TRUE(flagged);
    EXPECT_EQ(t.state(), "agent");
}

TEST(Handover, returns_by_itself_when_nobody_takes) {
    TestHub t;
    t.post(T::offload("", 1), T::accept(true));
    t.clock->advance(181'000);
    t.hub->step();
    EXPECT_NE(t.state(), "requested");
    t.hub->step();
    const auto waiting = t.http->in_flight();
    ASSERT_EQ(waiting.size(), 1u) << "a muted bot must be woken";
    EXPECT_NE(t.http->calls()[0].request.body.find("resume"), std::string::npos);
}

TEST(Items, reach_a_subscription_once_in_order_and_again_after_a_failure) {
    TestHub t;
    t.post(T::offload(T::user_item("hi", 1, "m1"), 2), T::accept(true));
    t.command("take", "dana");
    t.post(T::messages(T::user_item("are you there", 5, "m2"), 5));
    ASSERT_TRUE(t.hub->subscribe("desk", R"({"to":"desk","kinds":["message"]})"));
    const auto item = t.hub->next("desk", std::chrono::milliseconds(0));
    ASSERT_TRUE(item.has_value()) << item.error().message;
    EXPECT_NE((*item)->json.find("are you there"), std::string::npos);
    EXPECT_EQ(t.hub->next("desk", std::chrono::milliseconds(0)).error().code, Code::timeout);
    ASSERT_TRUE(t.hub->done(**item, false));
    EXPECT_EQ(t.hub->next("desk", std::chrono::milliseconds(0)).error().code, Code::timeout);
    t.clock->advance(1000);
    const auto again = t.hub->next("desk", std::chrono::milliseconds(0));
    ASSERT_TRUE(again.has_value());
    ASSERT_TRUE(t.hub->done(**again, true));
    EXPECT_EQ(t.hub->next("desk", std::chrono::milliseconds(0)).error().code, Code::timeout);
}

TEST(Reception, refuses_what_it_must) {
    TestHub t;
    EXPECT_EQ(t.post("{}", {}, "challenge.verifyToken=wrong").status, 401);
    EXPECT_EQ(t.post("{}", {}, "").status, 401);
    EXPECT_EQ(t.post("{").status, 400);
    EXPECT_EQ(t.post("{}").status, 400);
    EXPECT_EQ(t.post(std::string(9 << 20, ' ')).status, 413);
    model::Request request;
    request.method = "PUT";
    EXPECT_EQ(t.hub->receive("shop", request, {}).status, 405);
    request.method = "POST";
    request.path = "/elsewhere";
    EXPECT_EQ(t.hub->receive("shop", request, {}).status, 404);
    EXPECT_EQ(t.hub->receive("nobody", request, {}).status, 404);
    const model::HeaderView xml{"Content-Type", "text/xml"};
    request.path = "/";
    request.query = "challenge.verifyToken=vt-made-up";
    request.headers = std::span(&xml, 1);
    EXPECT_EQ(t.hub->receive("shop", request, {}).status, 415);
    EXPECT_EQ(t.log.find("made-up"), std::string::npos);
}

TEST(Reception, tells_of_refusals_once_a_minute_and_how_many_there_were) {
    TestHub t;
    for (int i = 0; i < 3; ++i) t.post("{}", {}, "challenge.verifyToken=wrong");
    EXPECT_EQ(t.post("{").status, 400);
    const auto lines = [&](const char* status, const char* count) {
        return support::lines_of(t.log, "warning request.refused", "account=shop", status, count);
    };
    EXPECT_EQ(lines("status=401", "count=1"), 1U) << "one line for each status";
    EXPECT_EQ(support::lines_of(t.log, "warning request.refused", "status=401"), 1U) << t.log;
    EXPECT_EQ(lines("status=400", "count=1"), 1U) << t.log;
    t.clock->advance(60'000);
    t.post("{}", {}, "challenge.verifyToken=wrong");
    EXPECT_EQ(lines("status=401", "count=3"), 1U) << t.log;
    t.hub->receive("a-name-from-the-address", {}, {});
    EXPECT_EQ(support::lines_of(t.log, "warning request.refused", "status=404"), 1U) << t.log;
    EXPECT_EQ(t.log.find("a-name-from"), std::string::npos);
}

}  // namespace
}  // namespace lampjack::test
