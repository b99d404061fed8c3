// What the host makes of a request only it understands has the effects it would have from the platform, and the answer
// holds what the platform's bot is to get.
#include "sender_world.h"
#include "test_hub.h"

#include <array>
#include <chrono>

namespace lampjack::test {
namespace {

using engine::Decision;
using std::chrono::milliseconds;

constexpr const char* kApp =
    R"("platform":"chatlayer_app","relay_token":"rt-made-up","target_url":"https://hook.example/1")";

class Translation : public ::testing::Test {
protected:
    void open(const std::string& more = {}, std::shared_ptr<store::Store> store = {}) {
        t_ = std::make_unique<TestHub>(kApp + more, std::string(), std::move(store));
        ASSERT_NE(t_->hub, nullptr);
        ASSERT_TRUE(t_->hub->subscribe("desk", R"({"to":"desk"})"));
    }
    void SetUp() override { open(); }
    TestHub& t() { return *t_; }

    static constexpr std::array<model::HeaderView, 2> kHeaders{
        model::HeaderView{"content-type", "application/json"},
        model::HeaderView{"authorization", "Bearer rt-made-up"}};

    static std::string event(const std::string& kind, const std::string& more,
                             const std::string& user = "s-1") {
        return R"({"v":1,"kind":")" + kind + R"(","actor":{"role":"user","id":")" + user + R"("})" +
               more + "}";
    }
    static std::string message(const std::string& text, const std::string& more = {}) {
        return event("message", R"(,"content":[{"type":"text","text":")" + text + "\"}]" + more);
    }
    static std::string handover(const std::string& to, const std::string& user = "s-1") {
        return event("handover", R"(,"handover":{"to":")" + to + "\"}", user);
    }
    static std::string request(const std::string& user = "s-1") {
        return event("handover_requested", R"(,"handover":{"to":"agent"})", user);
    }

    std::shared_ptr<engine::Reception> begin() {
        model::Request request;
        request.method = "POST";
        request.path = "/receive";
        request.headers = kHeaders;
        request.body = R"({"request":{"content":{}}})";
        return t().hub->begin("shop", request);
    }
    /// One request whose translation is that; the array that answers it, each element as one word.
    std::string receive(const std::string& events, std::optional<Decision> decision = {}) {
        const auto reception = begin();
        const auto set = t().hub->translate(*reception, "[" + events + "]");
        EXPECT_TRUE(set) << set.error().message;
        asked_ = t().hub->question(*reception) != nullptr;
        return words(t().hub->finish(*reception, decision ? &*decision : nullptr).body);
    }
    static std::string words(const std::string& body) {
        std::string out;
        const auto array = json::parse_value(body, "the array");
        for (const auto& one : array->as_array()) {
            const json::Object& item = one.as_object();
            const bool action = json::text_of(item, "type") == "action";
            const json::Object& inner = item.at(action ? "action" : "message").as_object();
            out += (out.empty() ? "" : " ");
            out += action
                       ? "to-" + std::string(json::text_of(
                                     inner.at("data").as_object().at("handover").as_object(), "to"))
                       : std::string(json::text_of(inner, "text"));
        }
        return out;
    }
    std::string agent() {
        const json::Object owner = t().conversation().at("owner").as_object();
        return std::string(json::text_of(owner, "agent"));
    }
    std::string muted() { return std::string(json::text_of(t().conversation(), "muted")); }

    bool asked_ = false;

private:
    std::unique_ptr<TestHub> t_;
};

TEST_F(Translation, of_a_handover_to_an_agent_takes_the_conversation_and_tells_the_platform) {
    EXPECT_EQ(receive(message("hello") + "," + handover("agent") + "," + message("to a person")),
              "hello to-agent");
    EXPECT_EQ(t().state(), "agent");
    EXPECT_EQ(agent(), "unnamed");
    EXPECT_EQ(muted(), "yes");
    t().hub->step();
    EXPECT_EQ(t().http->count(), 0U) << "the answer muted the bot";
}

TEST_F(Translation, of_a_handover_to_the_bot_ends_what_an_agent_had) {
    receive(handover("agent"));
    EXPECT_EQ(receive(handover("bot") + "," + message("hello again")), "to-bot hello again");
    EXPECT_EQ(t().state(), "bot");
    EXPECT_EQ(muted(), "no");
}

TEST_F(Translation, of_a_request_asks_for_a_decision_and_mutes_in_the_answer) {
    EXPECT_EQ(receive(request(), Decision{true, true, {}}), "to-agent");
    EXPECT_TRUE(asked_);
    EXPECT_EQ(t().state(), "requested");
    EXPECT_EQ(muted(), "yes");
    EXPECT_EQ(receive(message("my order number is 4711")), "");
    t().hub->step();
    EXPECT_EQ(t().http->count(), 0U) << "no call besides the answer";
    EXPECT_EQ(t().command("take", "dana").error.code, Code::ok);
    EXPECT_EQ(t().command("release", "dana").error.code, Code::ok);
    t().hub->step();
    ASSERT_EQ(t().http->count(), 1U);
    EXPECT_NE(t().http->calls()[0].request.body.find(R"("handover":{"to":"bot"})"),
              std::string::npos);
}

TEST_F(Translation, of_a_request_that_is_accepted_unmuted_tells_the_platform_nothing) {
    EXPECT_EQ(receive(request() + "," + message("hello"), Decision{true, false, {}}), "hello");
    EXPECT_EQ(t().state(), "requested");
    EXPECT_EQ(muted(), "no");
    const auto last = t().transcript().back().as_object();
    EXPECT_EQ(json::text_of(last, "to"), "both");
}

TEST_F(Translation, of_a_request_that_is_declined_tells_the_platform_nothing) {
    EXPECT_EQ(receive(request(), Decision{false, false, "closed"}), "");
    EXPECT_EQ(t().state(), "bot");
}

TEST_F(Translation, of_a_request_that_nobody_decides_is_the_default) {
    EXPECT_EQ(receive(request()), "");
    EXPECT_EQ(t().state(), "requested");
}

TEST_F(Translation, follows_the_accounts_own_mute) {
    for (const char* word : {"never", "on_take"}) {
        open(std::string(R"(,"mute":")") + word + "\"");
        EXPECT_EQ(receive(request(), Decision{true, true, {}}), "") << word;
        EXPECT_EQ(muted(), "no") << word;
    }
}

TEST_F(Translation, of_several_conversations_is_answered_in_the_order_of_its_events) {
    EXPECT_EQ(receive(message("one") + "," + handover("agent", "s-2") + "," + message("two")),
              "one to-agent two");
}

TEST_F(Translation, refuses_events_without_a_user_and_goes_on) {
    EXPECT_EQ(receive(R"({"v":1,"kind":"message","actor":{"role":"user"},"content":[]},)" +
                      message("hello")),
              "hello");
    EXPECT_NE(t().log.find("translate.unattributed account=shop "
                           "members=v,kind,actor.role,content count=1"),
              std::string::npos)
        << t().log;
    EXPECT_EQ(t().transcript().size(), 1U);
}

TEST_F(Translation, refuses_events_whose_user_has_no_usable_id) {
    const auto said = [](const std::string& id, const std::string& more = {}) {
        return event("message", R"(,"content":[{"type":"text","text":"lost"}])" + more, id);
    };
    const std::string all = said("") + "," + said(" ") + "," + said(R"(a\u0000b)") + "," +
                            said("~unattributed") + "," +
                            said("s-1", R"(,"conversation":{"id":"~unattributed"})");
    EXPECT_EQ(receive(all + "," + message("hello")), "hello");
    EXPECT_NE(t().log.find("translate.unattributed account=shop"), std::string::npos) << t().log;
    EXPECT_NE(t().log.find("count=5"), std::string::npos) << t().log;
    EXPECT_EQ(t().transcript().size(), 1U);
    EXPECT_EQ(receive(said("s-1", R"(,"conversation":{"id":""})")), "lost") << "the user names it";
}

TEST_F(Translation, that_left_no_time_for_a_decision_is_kept_with_the_default) {
    open(R"(,"t_answer":1)");
    const auto reception = begin();
    const auto end = std::chrono::steady_clock::now() + milliseconds(3);
    while (std::chrono::steady_clock::now() < end) {}
    ASSERT_TRUE(t().hub->translate(*reception, "[" + request() + "]"));
    EXPECT_EQ(t().hub->question(*reception), nullptr);
    const Decision declined{false, false, {}};
    EXPECT_EQ(t().hub->finish(*reception, &declined).body, "[]");
    EXPECT_EQ(t().state(), "requested");
    EXPECT_NE(t().log.find("translate.late account=shop deadline_ms=1"), std::string::npos)
        << t().log;
}

TEST_F(Translation, that_comes_after_the_hub_was_closed_is_refused) {
    const auto reception = begin();
    t().hub->close();
    EXPECT_EQ(t().hub->translate(*reception, "[" + request() + "]").error().code, Code::closed);
}

TEST_F(Translation, of_nothing_lets_words_leave_once_the_erasure_is_ordered) {
    ASSERT_EQ(t().hub->say("shop", R"({"id":"s-1"})", R"([{"type":"text","text":"waiting"}])", {})
                  .error.code,
              Code::ok);
    EXPECT_EQ(receive(request(), Decision{true, true, {}}), "to-agent");
    EXPECT_EQ(t().hub->erase("shop", "s-1", false, milliseconds(0)).error().code, Code::timeout);
    EXPECT_EQ(t().state(), "returning");
    t().answer_next(200);
    ASSERT_EQ(t().http->count(), 1U);
    EXPECT_NE(t().http->calls()[0].request.body.find(R"("handover":{"to":"bot"})"),
              std::string::npos)
        << "the return alone";
    EXPECT_TRUE(t().hub->erase("shop", "s-1", false, milliseconds(0)));
}

TEST_F(Translation, that_is_repeated_tells_what_still_holds) {
    const std::string at = R"(,"sent_at":"2026-01-05T10:00:01.000Z")";
    const std::string asks = event("handover_requested", R"(,"handover":{"to":"agent"})" + at);
    EXPECT_EQ(receive(asks, Decision{true, true, {}}), "to-agent");
    EXPECT_EQ(receive(asks, Decision{false, false, {}}), "to-agent") << "the first decision holds";
    EXPECT_EQ(t().state(), "requested");
    EXPECT_EQ(t().command("take", "dana").error.code, Code::ok);
    EXPECT_EQ(receive(asks), "to-agent");
    EXPECT_EQ(t().command("release", "dana").error.code, Code::ok);
    t().answer_next(200);
    EXPECT_EQ(receive(asks), "") << "the bot has it again";
}

TEST_F(Translation, of_words_during_a_return_queues_them_behind_the_call) {
    receive(request(), Decision{true, true, {}});
    EXPECT_EQ(t().command("take", "dana").error.code, Code::ok);
    EXPECT_EQ(t().command("release", "dana").error.code, Code::ok);
    EXPECT_EQ(t().state(), "returning");
    EXPECT_EQ(receive(message("hello bot")), "");
    EXPECT_EQ(json::text_of(t().transcript().back().as_object(), "to"), "both");
    t().answer_next(200);
    t().answer_next(200);
    ASSERT_EQ(t().http->count(), 2U);
    EXPECT_NE(t().http->calls()[1].request.body.find("hello bot"), std::string::npos);
}

TEST_F(Translation, of_words_while_earlier_ones_wait_queues_them_behind_those) {
    receive(request(), Decision{true, true, {}});
    EXPECT_EQ(t().command("take", "dana").error.code, Code::ok);
    EXPECT_EQ(t().command("release", "dana").error.code, Code::ok);
    const std::string first = message("first", R"(,"sent_at":"2026-01-05T10:00:01.000Z")");
    EXPECT_EQ(receive(first), "") << "behind the return";
    t().answer_next(200);
    EXPECT_EQ(t().state(), "bot");
    EXPECT_EQ(receive(message("second") + "," + message("third")), "") << "the first still waits";
    EXPECT_EQ(receive(first), "") << "a repetition does not overtake the others";
    for (int i = 0; i < 3; ++i) t().answer_next(200);
    ASSERT_EQ(t().http->count(), 4U);
    EXPECT_NE(t().http->calls()[1].request.body.find("first"), std::string::npos);
    EXPECT_NE(t().http->calls()[2].request.body.find("second"), std::string::npos);
    EXPECT_NE(t().http->calls()[3].request.body.find("third"), std::string::npos);
    EXPECT_EQ(receive(first), "") << "the bot has had it";
    EXPECT_EQ(receive(message("fourth")), "fourth") << "the control: nothing waits";
}

/// An id so long that no conversation may have it.
const std::string kTooLong(300, 'x');

class FailedTranslation : public Translation {};

TEST_F(FailedTranslation, leaves_the_question_of_an_earlier_one) {
    const auto reception = begin();
    ASSERT_TRUE(t().hub->translate(*reception, "[" + request("s-1") + "]"));
    const engine::Question* question = t().hub->question(*reception);
    ASSERT_NE(question, nullptr);
    const std::string asked = question->item_json;
    const auto again = t().hub->translate(*reception, "[" + request(kTooLong) + "]");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Code::too_large);
    EXPECT_EQ(t().hub->translate(*reception, "[{").error().code, Code::json);
    EXPECT_EQ(t().hub->question(*reception), question);
    EXPECT_EQ(question->ref, "shop:live:s-1");
    EXPECT_EQ(question->item_json, asked);
    const Decision accepted{true, true, {}};
    EXPECT_EQ(words(t().hub->finish(*reception, &accepted).body), "to-agent");
    EXPECT_EQ(t().state(), "requested");
}

TEST_F(FailedTranslation, leaves_a_request_that_nobody_translated) {
    const auto reception = begin();
    ASSERT_FALSE(t().hub->translate(*reception, "[" + request(kTooLong) + "]"));
    EXPECT_EQ(t().hub->question(*reception), nullptr);
    EXPECT_EQ(t().hub->finish(*reception, nullptr).body, "[]");
    EXPECT_FALSE(t().hub->conversation(TestHub::kRef)) << "nobody asked for a human";
}

}  // namespace
}  // namespace lampjack::test
