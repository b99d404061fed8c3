// The array that performReceive returns: its times, and which item brings session data.
#include "model/canonical.h"
#include "platforms/registry.h"
#include "json/value.h"

#include <gtest/gtest.h>

#include <string>

namespace lampjack::test {
namespace {

const platforms::Adapter& adapter() { return *platforms::find("chatlayer_app"); }

std::string event(const std::string& kind, const std::string& more,
                  const std::string& user = "u-1") {
    return R"({"v":1,"kind":")" + kind + R"(","conversation":{"mode":"live","id":")" + user +
           R"("},"actor":{"role":"user"})" + more + "}";
}
std::string says(const std::string& text, const std::string& more = {},
                 const std::string& user = "u-1") {
    return event("message", R"(,"content":[{"type":"text","text":")" + text + "\"}]" + more, user);
}
std::string session(const std::string& data, const std::string& user = "u-1") {
    return event("session", R"(,"session":)" + data, user);
}

Result<std::string> write(const std::string& events) {
    const auto batch = model::read_events("[" + events + "]");
    EXPECT_TRUE(batch) << batch.error().message;
    return adapter().write(**batch, platforms::Direction::out);
}

/// Of each item its text, or where its handover goes, and its session data.
std::string sessions_in(const Result<std::string>& body) {
    EXPECT_TRUE(body) << body.error().message;
    std::string text;
    const auto array = json::parse_value(*body, "the array");
    for (const auto& one : array->as_array()) {
        const json::Object& item = one.as_object();
        const bool action = json::text_of(item, "type") == "action";
        text.append(text.empty() ? "" : " | ");
        text.append(action ? "handover" : json::text_of(item.at("message").as_object(), "text"));
        if (const auto* data = item.if_contains("session")) text += " " + json::to_text(*data);
    }
    return text;
}

TEST(ChatlayerAppArray, gives_each_item_a_time) {
    const auto reply = model::read_events(
        "[" + says("now") + "," + says("then", R"(,"sent_at":"2022-03-04T17:30:58.102Z")") + "," +
        event("handover", R"(,"handover":{"to":"agent"})") + "]");
    ASSERT_TRUE(reply) << reply.error().message;
    const platforms::Endpoint endpoint{.method = "POST",
                                       .path = "/receive",
                                       .purpose = platforms::Purpose::translate,
                                       .meaning = "x"};
    const auto account =
        platforms::make_account("app", R"({"platform":"chatlayer_app","auth":"none"})");
    const auto answer = adapter().answer(
        *account, {.endpoint = endpoint, .reply = reply->get(), .now = 1'767'607'200'000});
    EXPECT_EQ(answer.status, 200);
    const auto array = json::parse_value(answer.body, "the array");
    std::string times;
    for (const auto& item : array->as_array())
        times += json::to_text(item.as_object().at("timestamp")) + " ";
    EXPECT_EQ(times, "1767607200000 1646415058102 1767607200000 ");
}

TEST(ChatlayerAppArray, has_session_data_beside_the_next_item_of_its_user) {
    EXPECT_EQ(sessions_in(write(session(R"({"crm":{"tier":"gold"}})") + "," +
                                says("other", "", "u-2") + "," + says("one") + "," + says("two"))),
              R"(other | one {"crm":{"tier":"gold"}} | two)");
    EXPECT_EQ(sessions_in(write(session(R"({"a":{"b":1}})") + "," +
                                event("handover", R"(,"handover":{"to":"bot"})"))),
              R"(handover {"a":{"b":1}})");
}

TEST(ChatlayerAppArray, has_session_data_beside_the_item_before_when_none_follows) {
    EXPECT_EQ(sessions_in(write(says("one") + "," + says("two") + "," + session(R"({"a":{}})"))),
              R"(one | two {"a":{}})");
}

TEST(ChatlayerAppArray, merges_session_data_name_by_name_and_the_later_wins) {
    EXPECT_EQ(sessions_in(write(session(R"({"a":{"x":1},"b":{"x":1},"c":{"x":1}})") + "," +
                                says("one", R"(,"session":{"b":{"x":2},"d":{"x":2}})") + "," +
                                session(R"({"c":{"x":3},"d":{"x":3}})"))),
              R"(one {"a":{"x":1},"b":{"x":2},"c":{"x":3},"d":{"x":3}})");
}

TEST(ChatlayerAppArray, refuses_session_data_that_nothing_brings) {
    for (const std::string& beside :
         {std::string(), says("other", "", "u-2") + ",", event("message", "") + ","}) {
        const auto body = write(beside + session(R"({"a":{}})"));
        ASSERT_FALSE(body) << *body;
        EXPECT_EQ(body.error().code, Code::unsupported);
    }
}

}  // namespace
}  // namespace lampjack::test
