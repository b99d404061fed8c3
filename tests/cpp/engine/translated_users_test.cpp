// Events of several users in one translation: each user who asks for a human is asked about, and gets their own answer.
#include "relay_request.h"
#include "test_hub.h"

#include <chrono>

namespace lampjack::test {
namespace {

using engine::Decision;

constexpr const char* kApp =
    R"("platform":"chatlayer_app","relay_token":"rt-made-up","target_url":"https://hook.example/1")";
const Decision kMuted{true, true, {}};
const Decision kDeclined{false, false, "closed"};

struct Users : TestHub {
    explicit Users(const std::string& more = {}) : TestHub(kApp + more) {}

    static std::string request(const std::string& user) {
        return R"({"v":1,"kind":"handover_requested","actor":{"role":"user","id":")" + user +
               R"("}})";
    }
    std::shared_ptr<engine::Reception> translated(const std::string& events) {
        auto reception =
            hub->begin("shop", relay_request("/receive", R"({"request":{"content":{}}})"));
        const auto set = hub->translate(*reception, "[" + events + "]");
        EXPECT_TRUE(set) << set.error().message;
        return reception;
    }
    std::string asked(const engine::Reception& reception) const {
        const engine::Question* question = hub->question(reception);
        return question == nullptr ? "" : question->ref;
    }
    std::string member(const std::string& user, std::string_view name) {
        const auto text = hub->conversation("shop:live:" + user);
        if (!text) return text.error().message;
        const auto one = json::parse_value(*text, "a conversation");
        return std::string(json::text_of(one->get_object(), name));
    }
};

TEST(TranslatedUsers, are_each_asked_about) {
    Users t;
    const auto reception = t.translated(Users::request("s-1") + "," + Users::request("s-2"));
    EXPECT_EQ(t.asked(*reception), "shop:live:s-1");
    t.hub->decide(*reception, &kMuted);
    EXPECT_EQ(t.asked(*reception), "shop:live:s-2");
    t.hub->decide(*reception, &kDeclined);
    EXPECT_EQ(t.asked(*reception), "");
    const std::string body = t.hub->finish(*reception, nullptr).body;
    EXPECT_NE(body.find(R"("id":"s-1")"), std::string::npos) << body;
    EXPECT_EQ(body.find("s-2"), std::string::npos) << "nobody takes over from that bot: " << body;
    EXPECT_EQ(t.member("s-1", "muted"), "yes");
    EXPECT_EQ(t.member("s-2", "muted"), "no");
    EXPECT_EQ(t.member("s-2", "state"), "bot");
}

TEST(TranslatedUsers, have_the_default_where_the_host_decides_about_the_first_alone) {
    Users t;
    const auto reception = t.translated(Users::request("s-1") + "," + Users::request("s-2"));
    const std::string body = t.hub->finish(*reception, &kMuted).body;
    EXPECT_EQ(t.member("s-1", "muted"), "yes");
    EXPECT_EQ(t.member("s-2", "state"), "requested");
    EXPECT_EQ(t.member("s-2", "muted"), "no") << body;
}

TEST(TranslatedUsers, are_asked_about_once) {
    Users t;
    const auto reception = t.translated(Users::request("s-1") + "," + Users::request("s-1"));
    t.hub->decide(*reception, &kDeclined);
    EXPECT_EQ(t.asked(*reception), "");
    t.hub->decide(*reception, &kMuted);  // there is no question
    EXPECT_EQ(t.hub->finish(*reception, &kMuted).body, "[]");
    EXPECT_EQ(t.member("s-1", "state"), "bot");
}

TEST(TranslatedUsers, have_the_default_when_the_time_is_used_up) {
    Users t(R"(,"t_answer":300)");
    const auto reception = t.translated(Users::request("s-1") + "," + Users::request("s-2"));
    t.hub->decide(*reception, &kMuted);
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(310);
    while (std::chrono::steady_clock::now() < end) {}
    t.hub->decide(*reception, &kMuted);
    EXPECT_EQ(t.asked(*reception), "");
    (void)t.hub->finish(*reception, nullptr);
    EXPECT_EQ(t.member("s-1", "muted"), "yes") << "that decision was in time";
    EXPECT_EQ(t.member("s-2", "state"), "requested");
    EXPECT_EQ(t.member("s-2", "muted"), "no");
    EXPECT_NE(t.log.find("decision.late account=shop conversation="), std::string::npos) << t.log;
}

TEST(TranslatedUsers, are_asked_about_anew_after_another_translation) {
    Users t;
    const auto reception = t.translated(Users::request("s-1") + "," + Users::request("s-2"));
    t.hub->decide(*reception, &kMuted);
    ASSERT_TRUE(t.hub->translate(*reception, "[" + Users::request("s-1") + "]"));
    EXPECT_EQ(t.asked(*reception), "shop:live:s-1");
    EXPECT_FALSE(t.hub->translate(*reception, "[{"));
    EXPECT_EQ(t.asked(*reception), "shop:live:s-1");
    EXPECT_EQ(t.hub->finish(*reception, &kDeclined).body, "[]");
}

}  // namespace
}  // namespace lampjack::test
