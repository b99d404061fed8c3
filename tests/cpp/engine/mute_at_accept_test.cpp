// Accept(mute) mutes at once where the platform can, and is told where it cannot. What the user says meanwhile is the desk's.
#include "test_hub.h"

namespace lampjack::test {
namespace {

using std::chrono::milliseconds;

constexpr const char* kCertainly =
    R"("platform":"certainly","webhook_token":"wt-made-up","deployment_id":"dep-1")";

struct Certainly : TestHub {
    explicit Certainly(const std::string& more = {}) : TestHub(kCertainly + more) {
        EXPECT_TRUE(
            hub->subscribe("desk", R"({"to":"desk","kinds":["message","handover_requested"]})"));
    }
    void claim(bool mute) {
        EXPECT_EQ(receive("/claim", R"({"reply":"my parcel is lost","from":"s-1","botId":"bot-1"})",
                          accept(mute)),
                  200);
    }
    void user_says(const std::string& text, int number) {
        const std::string body =
            R"({"interlocutor":"user","data":{"error":null,"message":{"from":"human","user_id":"s-1",)"
            R"("id":")" +
            std::to_string(number) + R"(","timestamp":)" + std::to_string(1'767'607'200 + number) +
            R"(,"actions":[{"type":"text","text":")" + text + R"("}]}}})";
        EXPECT_EQ(receive("/messages", body, {}), 200);
    }
    std::int32_t receive(std::string_view path, std::string_view body,
                         const engine::Decide& decide) {
        const model::Request request{"POST", path, "token=wt-made-up", {}, body};
        return hub->receive("shop", request, decide).status;
    }
    /// All that the desk is handed out now.
    std::string desk() {
        std::string all;
        while (const auto item = hub->next("desk", milliseconds(0))) {
            all += (*item)->json + "\n";
            EXPECT_TRUE(hub->done(**item, true));
        }
        return all;
    }
    std::size_t mutes() const {
        std::size_t count = 0;
        for (const auto& call : http->calls())
            count += call.request.url.find("/handover/") != std::string::npos ? 1U : 0U;
        return count;
    }
};

TEST(MutedAtAccept, certainly_is_told_at_once_and_the_desk_gets_what_the_user_says) {
    Certainly t;
    t.claim(true);
    EXPECT_NE(t.desk().find("my parcel is lost"), std::string::npos) << "the claim's own words";
    t.user_says("it is order 4711", 1);
    t.answer_next(200);
    EXPECT_EQ(t.mutes(), 1U);
    t.user_says("hello?", 2);
    const std::string got = t.desk();
    EXPECT_NE(got.find("4711"), std::string::npos);
    EXPECT_NE(got.find("hello?"), std::string::npos);
    EXPECT_EQ(json::text_of(t.conversation(), "muted"), "yes");
    EXPECT_EQ(t.command("take", "dana").error.code, Code::ok);
    t.hub->step();
    EXPECT_EQ(t.http->count(), 1U) << "it is muted already";
}

TEST(MutedAtAccept, a_take_before_the_mute_was_made_orders_no_second_one) {
    Certainly t;
    t.claim(true);
    EXPECT_EQ(t.command("take", "dana").error.code, Code::ok);
    t.answer_next(200);
    t.hub->step();
    EXPECT_EQ(t.http->count(), 1U);
    EXPECT_EQ(json::text_of(t.conversation(), "muted"), "yes");
    const auto rows = t.hub->deliveries(TestHub::kRef);
    EXPECT_EQ(json::parse_value(*rows, "rows")->as_array().size(), 1U) << *rows;
}

TEST(MutedAtAccept, a_mute_that_a_return_follows_is_ordered_anew) {
    Certainly t;
    t.claim(true);
    EXPECT_EQ(t.command("take", "dana").error.code, Code::ok);
    EXPECT_EQ(t.command("release", "dana", {}, {}, {}, true).error.code, Code::ok);
    EXPECT_EQ(t.command("take", "dana").error.code, Code::ok);
    const auto rows = json::parse_value(*t.hub->deliveries(TestHub::kRef), "rows")->as_array();
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(json::text_of(rows[0].as_object(), "action"), "mute");
    EXPECT_EQ(json::text_of(rows[1].as_object(), "action"), "unmute");
    EXPECT_EQ(json::text_of(rows[2].as_object(), "action"), "mute");
}

TEST(MutedAtAccept, waits_for_the_take_where_the_account_says_so) {
    Certainly t(R"(,"mute":"on_take")");
    t.claim(true);
    t.user_says("it is order 4711", 1);
    t.hub->step();
    EXPECT_EQ(t.mutes(), 0U);
    EXPECT_NE(t.desk().find(R"("to":"both")"), std::string::npos);
}

TEST(MutedAtAccept, an_account_that_cannot_mute_is_told_of_once) {
    TestHub t(R"("platform":"chatlayer_offloading","verify_token":"vt-made-up","api_token":"at")");
    for (int second = 1; second < 4; ++second)
        EXPECT_EQ(t.post(TestHub::offload("", second), TestHub::accept(true)).body,
                  R"({"offloadSuccess":true,"pauseBot":false})");
    const std::string line = "mute.unsupported account=shop";
    const auto first = t.log.find(line);
    ASSERT_NE(first, std::string::npos) << t.log;
    EXPECT_EQ(t.log.find(line, first + 1), std::string::npos) << t.log;
}

TEST(RepeatedOffload, brings_the_desk_what_the_user_said_since_the_request) {
    using T = TestHub;
    T t;
    ASSERT_TRUE(t.hub->subscribe("desk", R"({"to":"desk","kinds":["message"]})"));
    t.post(T::offload(T::user_item("before", 1, ""), 2), T::accept(true));
    EXPECT_FALSE(t.hub->next("desk", milliseconds(0))) << "the ticket has it";
    const std::string lines = T::user_item("before", 1, "") + "," + T::bot_item("wait", 3) + "," +
                              T::user_item("and another thing", 4, "");
    t.post(T::offload(lines, 5), T::accept(true));
    const auto item = t.hub->next("desk", milliseconds(0));
    ASSERT_TRUE(item);
    EXPECT_NE((*item)->json.find("and another thing"), std::string::npos);
    EXPECT_NE((*item)->json.find("transcript"), std::string::npos);
    ASSERT_TRUE(t.hub->done(**item, true));
    EXPECT_FALSE(t.hub->next("desk", milliseconds(0))) << "the bot's lines are not the desk's";
}

}  // namespace
}  // namespace lampjack::test
