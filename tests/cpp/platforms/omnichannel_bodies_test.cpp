#include "platforms/omnichannel/adapter_functions.h"

#include "omnichannel_support.h"
#include "platforms/omnichannel/channel_variables.h"
#include "platforms/omnichannel/file_token.h"
#include "support/paths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace lampjack::platforms::omnichannel {
namespace {

using namespace test;

constexpr std::string_view kText =
    R"({"event":"new_message","chat_id":4211,"visitor":{"id":"v-9","fields":{"name":"Robin"}},"message":{"id":"m-1","kind":"visitor","text":"hello"}})";

// ---- reading

TEST(OmnichannelRead, the_order_of_keys_is_free) {
    std::array<std::string, 4> members{
        R"("event":"new_message")", R"("chat_id":"c-1")",
        R"("visitor":{"fields":{"login":"robin"},"id":"v-9"})",
        R"("message":{"data":{"button":{"text":"Yes","id":"b1"}},"kind":"keyboard_response","id":"m-1"})"};
    std::sort(members.begin(), members.end());
    std::string first;
    do {
        const std::string body =
            "{" + members[0] + "," + members[1] + "," + members[2] + "," + members[3] + "}";
        const std::string events = lines(read_body(body));
        if (first.empty()) first = events;
        EXPECT_EQ(events, first) << body;
    } while (std::next_permutation(members.begin(), members.end()));
    EXPECT_NE(first.find(R"("payload":"b1")"), std::string::npos) << first;
}

TEST(OmnichannelRead, the_endpoint_tells_what_a_body_is) {
    const std::string_view body =
        R"({"event":"new_message","chat_id":"c-1","visitor":{"id":"v-9"},"reason":"r",)"
        R"("message":{"id":"m-1","kind":"visitor","text":"x"}})";
    EXPECT_NE(lines(read_body(body)).find(R"("kind":"message")"), std::string::npos);
    EXPECT_NE(lines(read_body(body, "/h/bot_api_webhook/")).find(R"("role":"user")"),
              std::string::npos);
    // Who may only answer users must neither speak for them nor call for humans.
    EXPECT_NE(lines(read_body(body, "/send_message")).find(R"("kind":"unknown")"),
              std::string::npos);
    EXPECT_NE(lines(read_body(body, "/transfer")).find(R"("kind":"handover_requested")"),
              std::string::npos);
    const auto handover = read_body(R"({"chat_id":"c-1","reason":"r"})", "/send_message");
    EXPECT_EQ(lines(handover), "error: message is missing");
}

TEST(OmnichannelRead, a_platform_wants_a_visitor_and_older_bodies_have_none) {
    const std::string_view body =
        R"({"event":"new_message","chat_id":"c-1","message":{"id":"m","kind":"visitor","text":"x"}})";
    EXPECT_EQ(lines(read_body(body, "/h/bot_api_webhook")), "error: visitor is missing");
    EXPECT_EQ(written(read_body(body), Direction::out), body);
}

TEST(OmnichannelRead, ids_are_bounded) {
    const auto body = [](std::string_view id) {
        return R"({"event":"new_message","chat_id":)" + std::string(id) +
               R"(,"visitor":{"id":"v"},"message":{"id":"m","kind":"visitor","text":"x"}})";
    };
    const std::string longest(256, '7');
    for (const std::string& good :
         {longest, "\"" + longest + "\"", std::string("-5"), std::string("\" \"")})
        EXPECT_TRUE(read_body(body(good)).has_value()) << good;
    for (const std::string& bad :
         {longest + "7", "\"" + longest + "7\"", std::string("\"\""), std::string("\"a\\u0000\""),
          std::string("\"\\n\""), std::string("4.0"), std::string("1e3"), std::string("null"),
          std::string("false"), std::string("[]"), std::string("{}")}) {
        const auto batch = read_body(body(bad));
        ASSERT_FALSE(batch.has_value()) << bad;
        EXPECT_EQ(batch.error().code, Code::payload) << bad;
    }
}

TEST(OmnichannelRead, many_fields_and_many_messages_are_bounded) {
    std::string fields, messages;
    for (int i = 0; i < 254; ++i) fields += ",\"f" + std::to_string(i) + "\":1";
    for (int i = 0; i < 1002; ++i)
        messages += std::string(i == 0 ? "" : ",") + R"({"kind":"operator","text":"x"})";
    const std::string head = R"({"chat_id":"c","message":{"kind":"operator","text":"x"})";
    EXPECT_TRUE(read_body(head + fields + "}").has_value());
    EXPECT_EQ(lines(read_body(head + fields + R"(,"g":1})")),
              "error: an object has more than 256 members");
    const auto batch = read_body(R"({"chat_id":"c","messages":[)" + messages + "]}");
    ASSERT_TRUE(batch.has_value());
    ASSERT_EQ((*batch)->size(), 1001U);
    EXPECT_FALSE((*batch)->root(999).warns(model::Warning::too_many_items));
    EXPECT_TRUE((*batch)->root(1000).warns(model::Warning::too_many_items));
    EXPECT_EQ((*batch)->root(1000).kind, model::EventKind::unknown);
}

TEST(OmnichannelRead, the_deepest_body_comes_back_as_it_was) {
    const auto body = [](std::size_t depth) {
        return R"({"chat_id":"c","message":{"kind":"operator","text":"x"},"x":)" +
               std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    EXPECT_EQ(written(read_body(body(63)), Direction::in), body(63));
    EXPECT_EQ(read_body(body(64)).error().code, Code::json);
}

TEST(OmnichannelRead, routing_fields_of_a_message_stand_once) {
    const std::string_view body =
        R"({"chat_id":"c","message":{"kind":"operator","text":"x","kind":"keyboard"}})";
    const auto batch = read_body(body);
    ASSERT_FALSE(batch.has_value());
    EXPECT_EQ(batch.error().code, Code::json);
}

// ---- writing

TEST(OmnichannelWrite, a_foreign_users_message_has_all_that_is_required) {
    EXPECT_EQ(
        written_foreign(
            R"("kind":"message","conversation":{"mode":"live","id":"4211"},"actor":{"role":"user","id":"u-1",)"
            R"("first_name":"Robin","extra":{"secret":1}},"vendor_id":"x-1","content":[{"type":"text","text":"hi",)"
            R"("extra":{"a":1}}],"extra":{"request":{"event":"forged"},"kind":"forged"})",
            Direction::out),
        R"({"event":"new_message","chat_id":4211,"visitor":{"id":"u-1","fields":{"name":"Robin"}},"message":{"id":"x-1","kind":"visitor","text":"hi"}})");
    EXPECT_EQ(
        written_foreign(
            R"("kind":"message","conversation":{"mode":"live","id":"c-1"},"actor":{"role":"user"},)"
            R"("content":[{"type":"postback","title":"Yes"}])",
            Direction::out),
        R"({"event":"new_message","chat_id":"c-1","visitor":{"id":"c-1","fields":{}},"message":{"id":"00112233445566778899aabbccddeeff","kind":"keyboard_response","data":{"button":{"id":"Yes","text":"Yes"}}}})");
}

TEST(OmnichannelWrite, a_file_without_a_state_is_ready_and_another_keeps_its_word) {
    const auto state = [](std::string_view member) {
        const std::string body = written_foreign(
            R"("kind":"message","conversation":{"mode":"live","id":"c-1"},"actor":{"role":"user"},"content":[)"
            R"({"type":"file","url":"https://f.example/a.png","media":"image")" +
                std::string(member) + "}]",
            Direction::out);
        const auto at = body.find(R"("state":)");
        return body.substr(at, body.find(',', at) - at);
    };
    EXPECT_EQ(state(""), R"("state":"ready")");
    EXPECT_EQ(state(R"(,"state":"ready")"), R"("state":"ready")");
    EXPECT_EQ(state(R"(,"state":"uploading")"), R"("state":"uploading")");
}

TEST(OmnichannelWrite, a_foreign_file_has_what_is_known_of_it) {
    EXPECT_EQ(
        written_foreign(
            R"("kind":"message","conversation":{"mode":"live","id":"0042"},"actor":{"role":"user","id":"u"},)"
            R"("content":[{"type":"file","url":"https://f.example/a.png","media":"image","state":"ready","size":5}])",
            Direction::out),
        R"({"event":"new_message","chat_id":"0042","visitor":{"id":"u","fields":{}},"message":{"id":"00112233445566778899aabbccddeeff","kind":"file_visitor","data":{"id":"00112233445566778899aabbccddeeff","state":"ready","size":5,"url":"https://f.example/a.png"}}})");
}

TEST(OmnichannelWrite, several_foreign_parts_of_a_bot_go_in_one_list) {
    EXPECT_EQ(
        written_foreign(
            R"("kind":"message","conversation":{"mode":"live","id":"c-1"},"actor":{"role":"bot"},"content":[)"
            R"({"type":"text","text":"hi"},{"type":"choice","text":"Sure?","style":"quick_replies","options":[)"
            R"({"kind":"reply","title":"Yes","payload":"y"},{"kind":"reply","title":"No"}]}])",
            Direction::in),
        R"({"chat_id":"c-1","messages":[{"kind":"operator","text":"hi"},{"kind":"keyboard","text":"Sure?","buttons":[[{"id":"y","text":"Yes"}],[{"id":"No","text":"No"}]]}]})");
}

TEST(OmnichannelWrite, what_has_no_form_is_refused) {
    const std::string head =
        R"("kind":"message","conversation":{"mode":"live","id":"c-1"},"actor":{"role":"user"},"content":)";
    EXPECT_EQ(written_foreign(head + R"([{"type":"text","text":"a"},{"type":"text","text":"b"}])",
                              Direction::out),
              "error: an omnichannel new_message holds one message");
    EXPECT_EQ(written_foreign(head + R"([{"type":"location","latitude":1,"longitude":2}])",
                              Direction::out),
              "error: omnichannel has no message for a part of type location");
    EXPECT_EQ(written_foreign(head + "[]", Direction::out),
              "error: omnichannel has no body for an event of kind message");
    EXPECT_EQ(
        written_foreign(
            R"("kind":"message","actor":{"role":"user"},"content":[{"type":"text","text":"a"}])",
            Direction::out),
        "error: the event has no conversation id");
}

TEST(OmnichannelWrite, a_foreign_handover_request_becomes_a_transfer) {
    const std::string head =
        R"("kind":"handover_requested","conversation":{"mode":"live","id":"4211"},"actor":{"role":"bot"},)";
    EXPECT_EQ(
        written_foreign(head + R"("handover":{"to":"agent","payload":{"a":1}})", Direction::in),
        R"({"chat_id":4211,"context":{"a":1}})");
    EXPECT_EQ(written_foreign(head + R"("handover":{"to":"agent"})", Direction::in),
              R"({"chat_id":4211})");
}

TEST(OmnichannelWrite, one_body_speaks_to_one_conversation) {
    const auto two = model::read_events(
        R"([{"v":1,"id":"00112233445566778899aabbccddeeff","kind":"message","platform":"omnichannel","conversation":{"mode":"live","id":"a"},"actor":{"role":"bot"},"content":[{"type":"text","text":"x"}]},)"
        R"({"v":1,"id":"00112233445566778899aabbccddeefe","kind":"message","platform":"omnichannel","conversation":{"mode":"live","id":"b"},"actor":{"role":"bot"},"content":[{"type":"text","text":"x"}]}])");
    EXPECT_EQ(written(two, Direction::in), "error: one body holds the events of one conversation");
}

// ---- the platform's own renderings

TEST(OmnichannelFileToken, splits_at_the_first_two_bars) {
    const auto file = read_file_token("file:image|f-1|https://f.example/a|b.png");
    ASSERT_TRUE(file.has_value());
    EXPECT_EQ(*file, (FileTokenView{"image", "f-1", "https://f.example/a|b.png"}));
    EXPECT_EQ(write_file_token(*file), "file:image|f-1|https://f.example/a|b.png");
    for (const std::string_view other :
         {"", "file:", "file:image", "file:image|f-1", "file:image|f-1|", "file:|f-1|u",
          "File:image|f-1|u", " file:image|f-1|u"})
        EXPECT_FALSE(read_file_token(other).has_value()) << other;
}

TEST(OmnichannelFileToken, is_made_of_a_ready_file_only) {
    const auto token = [](std::string_view data) {
        const auto batch = read_body(
            R"({"event":"new_message","chat_id":1,"visitor":{"id":"v"},"message":{"id":"m-1","kind":"file_visitor","data":)" +
            std::string(data) + "}}");
        return batch ? write_file_token(**batch, (*batch)->root(0)).value_or("none")
                     : batch.error().message;
    };
    EXPECT_EQ(
        token(
            R"({"id":"f-1","state":"ready","content_type":"video/mp4","url":"https://f.example/a"})"),
        "file:video|f-1|https://f.example/a");
    EXPECT_EQ(token(R"({"state":"ready","content_type":"text/plain","url":"https://f.example/a"})"),
              "file:file|m-1|https://f.example/a");
    EXPECT_EQ(token(R"({"id":"f-1","state":"upload","url":"https://f.example/a"})"), "none");
}

TEST(OmnichannelVariables, follow_the_table) {
    const auto batch = read_body(
        R"({"event":"new_message","chat_id":4211,"visitor":{"id":"v-9","fields":{"name":"Robin","login":"r","phone":"+1","email":"r@mail.example","site":"s"}},"message":{"id":"m","kind":"visitor","text":"x"}})");
    ASSERT_TRUE(batch.has_value());
    const std::vector<ChannelVariable> expected{
        {"channel_visitor_id", "v-9"},          {"channel_conversation_id", "4211"},
        {"channel_visitor_firstname", "Robin"}, {"channel_visitor_account", "r"},
        {"channel_visitor_phone", "+1"},        {"channel_visitor_email", "r@mail.example"},
        {"channel_visitor_source", "s"},        {"channel_chat_id", "4211|omnichannel"}};
    EXPECT_EQ(channel_variables(**batch, (*batch)->root(0)), expected);
    EXPECT_EQ(chat_id_of("4211|omnichannel"), "4211");
    EXPECT_EQ(chat_id_of("a|omnichannel|omnichannel"), "a|omnichannel");
    EXPECT_EQ(chat_id_of("4211"), "4211");
}

// ---- damaged bodies

std::vector<std::string> golden_bodies() {
    std::vector<std::string> bodies;
    for (const auto& entry :
         std::filesystem::directory_iterator(lampjack::test::test_data() / "omnichannel")) {
        std::ifstream file(entry.path() / "body.raw", std::ios::binary);
        bodies.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return bodies;
}

/// Whatever is accepted can be written in canonical form and back without a crash.
void exercise(std::string_view body) {
    for (const std::string_view path : {"", "/send_message", "/transfer", "/t/bot_api_webhook"}) {
        const auto batch = read_body(body, path);
        if (!batch) continue;
        const std::string events = model::write_events(**batch, "golden");
        EXPECT_TRUE(model::read_events(events).has_value()) << events;
        for (const Direction direction : {Direction::in, Direction::out})
            (void)adapter().write(**batch, direction);
    }
}

TEST(OmnichannelDamage, truncated_and_mutated_bodies_do_no_harm) {
    const auto bodies = golden_bodies();
    ASSERT_FALSE(bodies.empty());
    constexpr std::string_view kBytes = "\"{}[],:\\0xn\xff";
    for (const std::string& body : bodies) {
        for (std::size_t end = 0; end < body.size(); ++end) {
            exercise(std::string_view(body).substr(0, end));
            std::string mutated = body;
            mutated[end] = kBytes[end % kBytes.size()];
            exercise(mutated);
        }
    }
    EXPECT_TRUE(read_body(kText).has_value());
}

}  // namespace
}  // namespace lampjack::platforms::omnichannel
