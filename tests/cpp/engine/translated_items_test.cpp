// What the array that answers a translation holds besides words: times, and session data beside them.
#include "relay_request.h"
#include "test_hub.h"

namespace lampjack::test {
namespace {

struct Items : TestHub {
    Items()
        : TestHub(
              R"("platform":"chatlayer_app","relay_token":"rt-made-up","target_url":"https://hook.example/1")") {
    }

    std::string receive(const std::string& events) {
        const auto reception =
            hub->begin("shop", relay_request("/receive", R"({"request":{"content":{}}})"));
        const auto set = hub->translate(*reception, "[" + events + "]");
        EXPECT_TRUE(set) << set.error().message;
        return hub->finish(*reception, nullptr).body;
    }
    static std::string message(const std::string& more = {}) {
        return R"({"kind":"message","actor":{"role":"user","id":"s-1"},"content":[{"type":"text","text":"hello"}])" +
               more + "}";
    }
    static std::string session(const std::string& user = "s-1") {
        return R"({"kind":"session","actor":{"role":"user","id":")" + user +
               R"("},"session":{"crm":{"tier":"gold"}}})";
    }
    static std::string item(const std::string& time, const std::string& data = {}) {
        return R"({"user":{"id":"s-1"},"actor":{"type":"user"},"type":"message",)"
               R"("message":{"messageType":"text","text":"hello"},)" +
               data + R"("timestamp":)" + time + "}";
    }
    bool told_alone() const { return log.find("translate.session_alone") != std::string::npos; }
};

constexpr const char* kData = R"("session":{"crm":{"tier":"gold"}},)";

TEST(TranslatedItems, have_the_time_of_receipt_where_the_event_has_none) {
    Items t;
    EXPECT_EQ(t.receive(Items::message()), "[" + Items::item(std::to_string(kStart)) + "]");
    EXPECT_EQ(t.receive(Items::message(R"(,"sent_at":"2022-03-04T17:30:58.102Z")")),
              "[" + Items::item("1646415058102") + "]");
}

TEST(TranslatedItems, bring_the_session_data_of_an_event_that_has_nothing_else) {
    Items t;
    EXPECT_EQ(t.receive(Items::session() + "," + Items::message()),
              "[" + Items::item(std::to_string(kStart), kData) + "]");
    EXPECT_FALSE(t.told_alone()) << t.log;
    EXPECT_EQ(t.events(), 2U) << "both are kept";
}

TEST(TranslatedItems, bring_it_again_when_the_request_is_repeated) {
    Items t;
    const std::string at = R"(,"sent_at":"2022-03-04T17:30:58.102Z")";
    std::string data = Items::session();
    data.insert(data.size() - 1, at);
    const std::string both = data + "," + Items::message(at);
    const std::string expected = "[" + Items::item("1646415058102", kData) + "]";
    for (int i = 0; i < 2; ++i) EXPECT_EQ(t.receive(both), expected);
    EXPECT_EQ(t.events(), 2U);
}

TEST(TranslatedItems, leave_session_data_out_that_nothing_can_bring_and_tell) {
    Items t;
    EXPECT_EQ(t.receive(Items::session("s-2") + "," + Items::message()),
              "[" + Items::item(std::to_string(kStart)) + "]");
    EXPECT_NE(t.log.find("translate.session_alone account=shop conversation="), std::string::npos)
        << t.log;
    EXPECT_EQ(t.log.find("gold"), std::string::npos);
    EXPECT_EQ(t.log.find("s-2"), std::string::npos);
}

TEST(TranslatedItems, of_a_handover_bring_session_data_too) {
    Items t;
    const std::string body = t.receive(
        Items::session() +
        R"(,{"kind":"handover","actor":{"role":"user","id":"s-1"},"handover":{"to":"agent"}})");
    EXPECT_NE(body.find(R"("session":{"crm":{"tier":"gold"}})"), std::string::npos) << body;
    EXPECT_EQ(t.receive(Items::session()), "[]") << "an agent has it";
    EXPECT_TRUE(t.told_alone());
}

}  // namespace
}  // namespace lampjack::test
