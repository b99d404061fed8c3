// What a request without a token may do to a conversation that is known (offload_token = "optional"): it asks for a human, and
// nothing else. Each test has its control, which sends the same with the token.
#include "test_hub.h"

namespace lampjack::test {
namespace {

using T = TestHub;

struct Open : TestHub {
    Open() : TestHub(std::string(T::kFull) + R"(,"offload_token":"optional")") {}

    /// The conversation is known before anybody asks without a token.
    void begin() { EXPECT_EQ(post(T::messages(T::user_item("hello", 1, "m1"), 1)).status, 200); }
    model::Answer asks(bool with_token, std::string_view body, bool mute = true) {
        return post(body, T::accept(mute), with_token ? "challenge.verifyToken=vt-made-up" : "");
    }
    std::string member(std::string_view name) const {
        return std::string(json::text_of(conversation(), name));
    }
    /// The names of those who got the last line.
    std::string last_to() const {
        const auto items = transcript();
        return std::string(json::text_of(items.back().as_object(), "to"));
    }
};

std::string by_bot(std::string body, std::string_view bot) {
    const std::string_view ours = R"("botId":"b1")";
    for (auto at = body.find(ours); at != std::string::npos; at = body.find(ours))
        body.replace(at, ours.size(), R"("botId":")" + std::string(bot) + "\"");
    return body;
}

TEST(Anonymous, request_for_a_human_is_answered_by_the_decision) {
    Open open;
    open.begin();
    EXPECT_EQ(open.asks(false, T::offload("", 5)).body,
              R"({"offloadSuccess":true,"pauseBot":true})");
    EXPECT_EQ(open.state(), "requested");
    Open declined;
    declined.begin();
    EXPECT_EQ(declined.post(T::offload("", 5), {}, "").body,
              R"({"offloadSuccess":false,"pauseBot":false})");
    EXPECT_EQ(declined.state(), "bot");
}

TEST(Anonymous, transcript_stays_in_its_event) {
    const std::string body =
        T::offload(T::user_item("invented", 2, "m-2") + "," + T::bot_item("also invented", 3), 5);
    for (const bool with_token : {false, true}) {
        Open open;
        open.begin();
        EXPECT_EQ(open.asks(with_token, body).status, 200);
        EXPECT_EQ(open.events(), with_token ? 4U : 2U) << "with a token both lines are news";
        const auto items = open.transcript();
        const bool told = std::any_of(items.begin(), items.end(), [](const json::Value& item) {
            return json::to_text(item).find("invented") != std::string::npos;
        });
        EXPECT_TRUE(told) << "whoever takes the request can read it there";
    }
}

TEST(Anonymous, request_names_no_bot_and_no_user) {
    const std::string body = by_bot(T::offload(T::user_item("hi", 2, "m-2"), 5), "evil-bot");
    for (const bool with_token : {false, true}) {
        Open open;
        open.begin();
        open.asks(with_token, body);
        ASSERT_EQ(open.command("take", "dana").error.code, Code::ok);
        ASSERT_EQ(open.command("reply", "dana", R"({"type":"text","text":"hi"})").error.code,
                  Code::ok);
        std::string urls;
        for (int i = 0; i < 5; ++i) {
            open.hub->step();
            for (const auto& call : open.http->calls()) urls += call.request.url + " ";
            for (const auto id : open.http->in_flight()) open.http->answer(id, 200, "{}");
            open.http->deliver();
        }
        EXPECT_EQ(urls.find("evil-bot") != std::string::npos, with_token) << urls;
    }
}

TEST(Anonymous, request_mutes_nobody_in_the_books) {
    Open open;
    open.begin();
    open.asks(false, T::offload("", 5));
    EXPECT_EQ(open.member("muted"), "no");
    EXPECT_EQ(open.post(T::messages(T::user_item("anybody?", 10, "m2"), 10)).status, 200);
    EXPECT_EQ(open.last_to(), "both");

    Open control;
    control.begin();
    control.asks(true, T::offload("", 5));
    EXPECT_EQ(control.member("muted"), "yes");
}

TEST(Anonymous, request_has_muted_the_bot_when_it_does_not_answer_the_users_words) {
    Open open;
    open.begin();
    open.asks(false, T::offload("", 5));
    open.post(T::messages(T::user_item("anybody?", 10, "m2"), 10));
    open.clock->advance(59'000);
    open.hub->step();
    EXPECT_EQ(open.member("muted"), "no");
    open.clock->advance(1'000);
    open.hub->step();
    EXPECT_EQ(open.member("muted"), "yes");
    open.post(T::messages(T::user_item("hello?", 11, "m3"), 11));
    EXPECT_EQ(open.last_to(), "desk");

    Open speaks;
    speaks.begin();
    speaks.asks(false, T::offload("", 5));
    speaks.post(T::messages(T::user_item("anybody?", 10, "m2"), 10));
    speaks.post(T::messages(T::bot_item("I am here", 11), 11));
    speaks.clock->advance(60'000);
    speaks.hub->step();
    EXPECT_EQ(speaks.member("muted"), "no") << "the bot has answered";
}

TEST(Anonymous, mute_that_may_have_taken_is_undone_when_nobody_comes) {
    Open open;
    open.begin();
    open.asks(false, T::offload("", 5));
    open.clock->advance(180'000);
    open.hub->step();
    EXPECT_EQ(open.state(), "bot");
    open.hub->step();
    ASSERT_EQ(open.http->calls().size(), 1U);
    EXPECT_NE(open.http->calls()[0].request.body.find("resume"), std::string::npos);
}

TEST(Anonymous, time_makes_no_later_request_late) {
    Open open;
    open.begin();
    open.asks(false, T::offload("", 55));
    ASSERT_EQ(open.command("cancel", "").error.code, Code::ok);
    EXPECT_EQ(open.asks(true, T::offload("", 20)).body,
              R"({"offloadSuccess":true,"pauseBot":true})")
        << "the platform's own is not older than anything that it said";
}

TEST(Anonymous, request_begins_a_conversation_as_before) {
    Open open;
    EXPECT_EQ(open.asks(false, T::offload(T::user_item("hi", 1, "m1"), 5)).body,
              R"({"offloadSuccess":true,"pauseBot":true})");
    EXPECT_EQ(open.events(), 2U);
    EXPECT_EQ(open.member("muted"), "yes");
}

}  // namespace
}  // namespace lampjack::test
