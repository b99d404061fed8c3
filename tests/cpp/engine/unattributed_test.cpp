// What names no conversation is kept, and an operator is told where the request may name its user: names of members only.
#include "engine/member_names.h"

#include "relay_request.h"
#include "test_hub.h"

namespace lampjack::test {
namespace {

using engine::member_names;

TEST(MemberNames, are_paths_three_levels_deep_without_values) {
    EXPECT_EQ(member_names(R"({"a":1,"b":{"c":"secret","d":{"e":{"f":2}}},"g":[{"h":1}],"i":{}})"),
              "a,b.c,b.d.e,g,i");
    EXPECT_EQ(member_names("7"), "");
    EXPECT_EQ(member_names("[{\"a\":1}]"), "");
    EXPECT_EQ(member_names("{\"a\":"), "");
}

TEST(MemberNames, of_one_element_of_a_list) {
    EXPECT_EQ(member_names(R"([{"a":1},{"b":{"c":1}},7])", 1), "b.c");
    EXPECT_EQ(member_names(R"([{"a":1},7])", 1), "");
    EXPECT_EQ(member_names(R"([{"a":1}])", 1), "");
}

TEST(MemberNames, that_may_say_more_than_a_name_are_left_out) {
    EXPECT_EQ(member_names(R"({"+32470123456":1,"ana@x.example":{"b":1},"32":2,"A name":3})"),
              "?,?.b,?,?");
    EXPECT_EQ(member_names("{\"" + std::string(41, 'a') + "\":1}"), "?");
    std::string many = "{\"k0\":0";
    for (int i = 1; i < 100; ++i) many += ",\"k" + std::to_string(i) + "\":0";
    const std::string names = member_names(many + "}");
    EXPECT_EQ(std::count(names.begin(), names.end(), ','), 23);
}

struct Relay : TestHub {
    explicit Relay(const std::string& more = {})
        : TestHub(R"("platform":"chatlayer_app","relay_token":"rt-made-up")" + more) {}

    std::shared_ptr<engine::Reception> begin(std::string_view path, std::string_view body) {
        return hub->begin("shop", relay_request(path, body));
    }
    model::Answer post(std::string_view path, std::string_view body) {
        return hub->finish(*begin(path, body), nullptr);
    }
    bool warned(std::string_view text = "event.unattributed") const {
        return log.find(text) != std::string::npos;
    }
};

constexpr const char* kSend =
    R"({"meta":{"recipient":{"id":"u-secret"}},"inputData":{"messages":[{"text_message":{"text":"words"}}]}})";

TEST(Unattributed, is_what_names_itself_so) {
    Relay relay;
    constexpr const char* kNamed =
        R"({"meta":{"recipient":{"id":"~unattributed"}},"inputData":{"messages":[{"text_message":{"text":"words"}}]}})";
    EXPECT_EQ(relay.post("/send", kNamed).status, 200);
    EXPECT_TRUE(relay.warned("event.unattributed account=shop")) << relay.log;
    const auto listed = relay.hub->conversations("", 10);
    ASSERT_TRUE(listed);
    EXPECT_EQ(*listed, "[]") << "it takes no conversation over";
    const auto said = relay.hub->say("shop", R"({"id":"~unattributed"})",
                                     R"([{"type":"text","text":"words"}])", {});
    EXPECT_EQ(said.error.code, Code::argument);
}

TEST(Unattributed, messages_are_told_with_the_names_of_their_bundle) {
    Relay relay;
    EXPECT_EQ(relay.post("/send", kSend).body, "{}");
    EXPECT_TRUE(relay.warned("event.unattributed account=shop endpoint=/send "
                             "members=meta.recipient.id,inputData.messages count=1"))
        << relay.log;
    EXPECT_EQ(relay.log.find("u-secret"), std::string::npos) << relay.log;
    EXPECT_EQ(relay.log.find("words"), std::string::npos) << relay.log;
    const auto kept = relay.hub->transcript("shop:live:~unattributed", 0, 10);
    ASSERT_TRUE(kept);
    EXPECT_NE(kept->find("words"), std::string::npos) << "it is kept";
}

TEST(Unattributed, is_nothing_that_the_user_path_finds) {
    Relay relay(R"(,"user_path":"meta.recipient.id")");
    EXPECT_EQ(relay.post("/send", kSend).body, "{}");
    EXPECT_FALSE(relay.warned()) << relay.log;
}

TEST(Unattributed, messages_are_told_once_a_minute_with_their_number) {
    Relay relay;
    for (int i = 0; i < 3; ++i) relay.post("/send", kSend);
    relay.clock->advance(60'000);
    relay.post("/send", kSend);
    EXPECT_TRUE(relay.warned("count=1")) << relay.log;
    EXPECT_TRUE(relay.warned("count=3")) << relay.log;
    EXPECT_FALSE(relay.warned("count=2")) << relay.log;
}

TEST(Unattributed, is_a_request_that_nobody_translates) {
    Relay relay;
    EXPECT_EQ(
        relay.post("/receive", R"({"request":{"content":{"who":"u-1"},"method":"POST"}})").body,
        "[]");
    EXPECT_TRUE(relay.warned("endpoint=/receive members=request.content.who,request.method"))
        << relay.log;
}

TEST(Unattributed, events_of_a_translation_are_told_with_their_members) {
    Relay relay;
    const auto reception = relay.begin("/receive", R"({"request":{"content":{}}})");
    ASSERT_TRUE(relay.hub->translate(
        *reception,
        R"([{"v":1,"kind":"session","actor":{"role":"user","id":"s-1"},"session":{"a":{}}},)"
        R"({"v":1,"kind":"message","actor":{"role":"user","first_name":"Ana"},"content":[{"type":"text","text":"words"}]}])"));
    relay.hub->finish(*reception, nullptr);
    EXPECT_TRUE(relay.warned("translate.unattributed account=shop "
                             "members=v,kind,actor.role,actor.first_name,content count=1"))
        << relay.log;
    EXPECT_EQ(relay.log.find("Ana"), std::string::npos);
    EXPECT_FALSE(relay.warned()) << "told already";
}

}  // namespace
}  // namespace lampjack::test
