#include "engine/hub.h"

#include "relay_request.h"
#include "test_hub.h"
#include "json/writer.h"

namespace lampjack::test {
namespace {

// A whole channel in a Chatlayer app: what the user says goes out as a call of the app's address, comes back through its
// performReceive, and only the answer to that holds the message.

constexpr const char* kApp =
    R"("platform":"chatlayer_app","relay_token":"rt-made-up","target_hosts":["hook.example"])";

struct App : TestHub {
    explicit App(const std::string& more = {}) : TestHub(kApp + more) {
        EXPECT_EQ(relay("/subscribe", R"({"targetUrl":"https://hook.example/1"})").body, "{}");
    }

    model::Answer relay(std::string_view path, std::string_view body) {
        return hub->receive("shop", relay_request(path, body), {});
    }
    engine::CommandResult say(std::string_view text, std::string_view key) {
        return hub->say("shop", R"({"id":"s-1"})",
                        R"({"type":"text","text":")" + std::string(text) + R"("})", key);
    }
    /// The call that the sender has just made, as the app's performReceive passes it on.
    std::string returned(std::size_t call, bool as_text = false) const {
        std::string content = http->calls().at(call).request.body;
        if (as_text) {
            std::string quoted;
            json::append_string(content, quoted);
            content = quoted;
        }
        return R"({"request":{"content":)" + content +
               R"(,"method":"POST","query":{},"headers":{}}})";
    }
};

constexpr const char* kHello =
    R"([{"user":{"id":"s-1"},"actor":{"type":"user"},"type":"message","message":{"messageType":"text","text":"hello"},)"
    R"("timestamp":1767607200000}])";

TEST(ChatlayerApp, gets_what_the_user_says_when_it_passes_our_call_on) {
    App app;
    const auto said = app.say("hello", "k-1");
    ASSERT_EQ(said.error.code, Code::ok) << said.error.message;
    app.hub->step();
    ASSERT_EQ(app.http->calls().size(), 1u);
    EXPECT_EQ(app.http->calls()[0].request.url, "https://hook.example/1");
    const auto items = app.transcript().size();
    for (const bool as_text : {false, true}) {
        const std::string body = app.returned(0, as_text);
        EXPECT_EQ(app.hub->untranslated(*app.hub->begin("shop", relay_request("/receive", body))),
                  nullptr);
        EXPECT_EQ(app.relay("/receive", body).body, kHello);
    }
    app.answer_next(200);
    EXPECT_EQ(json::text_of(app.delivery(said.delivery_id), "status"), "sent");
    EXPECT_EQ(app.relay("/receive", app.returned(0)).body, kHello)
        << "the app may run after its address has answered";
    EXPECT_EQ(app.transcript().size() - items, 1u) << "only the delivery's own fact, nothing twice";
}

TEST(ChatlayerApp, gets_nothing_when_the_owner_has_changed_meanwhile) {
    App app;
    app.say("hello", "k-1");
    app.hub->step();
    ASSERT_EQ(app.http->calls().size(), 1u);
    EXPECT_EQ(app.relay("/receive", app.returned(0)).body, kHello);
    ASSERT_EQ(app.command("take", "dana", {}, {}, {}, true).error.code, Code::ok);
    EXPECT_EQ(app.relay("/receive", app.returned(0)).body, "[]");
}

TEST(ChatlayerApp, leaves_calls_that_are_not_ours_to_the_host) {
    App app;
    app.say("hello", "k-1");
    app.hub->step();
    std::string forged = app.returned(0);
    const auto mac = forged.find("\"mac\":\"") + 7;
    forged[mac] = forged[mac] == '0' ? '1' : '0';
    const auto taken = app.hub->begin("shop", relay_request("/receive", forged));
    const auto* untranslated = app.hub->untranslated(*taken);
    ASSERT_NE(untranslated, nullptr);
    EXPECT_EQ(untranslated->deadline_ms, 800) << "the account's t_answer";
    EXPECT_EQ(app.relay("/receive", forged).body, "[]");
}

TEST(ChatlayerApp, is_called_no_more_after_it_has_unsubscribed) {
    App app;
    EXPECT_EQ(app.relay("/subscribe", R"({"targetUrl":null})").status, 200);
    const auto said = app.say("hello", "k-1");
    app.hub->step();
    EXPECT_TRUE(app.http->calls().empty());
    EXPECT_NE(json::text_of(app.delivery(said.delivery_id), "status"), "sent");
}

TEST(ChatlayerApp, is_told_of_a_take_and_of_the_return) {
    App app;
    EXPECT_EQ(app.relay("/offload", R"({"inputData":{"user":{"id":"s-1"}}})").body, "{}");
    EXPECT_EQ(app.state(), "requested");
    ASSERT_EQ(app.command("take", "dana").error.code, Code::ok);
    app.hub->step();
    ASSERT_EQ(app.http->calls().size(), 1u);
    EXPECT_NE(app.relay("/receive", app.returned(0)).body.find(R"("handover":{"to":"agent"})"),
              std::string::npos);
    app.answer_next(200);
    ASSERT_EQ(app.command("release", "dana").error.code, Code::ok);
    app.hub->step();
    ASSERT_EQ(app.http->calls().size(), 2u);
    EXPECT_NE(app.relay("/receive", app.returned(1)).body.find(R"("handover":{"to":"bot"})"),
              std::string::npos);
    app.answer_next(200);
    EXPECT_NE(app.relay("/receive", app.returned(1)).body.find(R"("handover":{"to":"bot"})"),
              std::string::npos);
}

TEST(ChatlayerApp, that_runs_late_gets_no_mute_or_return_that_another_has_followed) {
    App app;
    app.relay("/offload", R"({"inputData":{"user":{"id":"s-1"}}})");
    ASSERT_EQ(app.command("take", "dana").error.code, Code::ok);
    app.answer_next(200);
    EXPECT_NE(app.relay("/receive", app.returned(0)).body.find(R"("to":"agent")"),
              std::string::npos);
    ASSERT_EQ(app.command("release", "dana").error.code, Code::ok);
    app.answer_next(200);
    ASSERT_EQ(app.state(), "bot");
    EXPECT_EQ(app.relay("/receive", app.returned(0)).body, "[]")
        << "it would mute the bot for ever";
    EXPECT_NE(app.relay("/receive", app.returned(1)).body.find(R"("to":"bot")"), std::string::npos);
    ASSERT_EQ(app.command("take", "lee").error.code, Code::ok);
    EXPECT_EQ(app.relay("/receive", app.returned(1)).body, "[]") << "the bot would talk over lee";
}

/// The item that gives the conversation back to the bot after an agent had it from 10:00 to 10:12.
std::string given_back(App& app) {
    app.say("hello", "k-1");
    app.command("take", "dana");
    app.clock->advance(720'000);
    app.command("release", "dana");
    for (int i = 0; i < 10 && app.state() != "returning"; ++i) app.answer_next(200);
    while (app.http->calls().empty() ||
           app.http->calls().back().request.body.find(R"("to":"bot")") == std::string::npos) {
        const auto before = app.http->calls().size();
        app.hub->step();
        if (app.http->calls().size() == before && app.http->in_flight().empty()) break;
        if (!app.http->in_flight().empty()) app.answer_next(200);
    }
    return app.http->calls().back().request.body;
}

TEST(ChatlayerApp, tells_the_bot_what_the_handover_was_where_the_account_asks_for_it) {
    App app(R"(,"return_session":"handover")");
    const std::string body = given_back(app);
    EXPECT_NE(
        body.find(R"("session":{"handover":{"agent":"dana","from":"2026-01-05T10:00:00.000Z",)"
                  R"("to":"2026-01-05T10:12:00.000Z","reason":"released"}})"),
        std::string::npos)
        << body;
}

TEST(ChatlayerApp, tells_the_bot_nothing_of_a_handover_unless_it_is_asked_for) {
    App app;
    const std::string body = given_back(app);
    EXPECT_NE(body.find(R"("to":"bot")"), std::string::npos) << body;
    EXPECT_EQ(body.find("session"), std::string::npos) << body;
}

}  // namespace
}  // namespace lampjack::test
