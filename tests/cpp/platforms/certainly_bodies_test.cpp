#include "platforms/certainly/certainly.h"

#include "../support/golden.h"
#include "model/canonical.h"
#include "platforms/registry.h"

#include <gtest/gtest.h>

#include <string>

namespace lampjack::platforms {
namespace {

const Adapter& adapter() { return *find("certainly"); }

model::BatchPtr parse_or_fail(std::string_view body, std::string_view path = "/messages") {
    ReadInput input{};
    input.path = path;
    auto batch = parse(adapter(), input, body);
    EXPECT_TRUE(batch.has_value()) << (batch ? "" : batch.error().message) << "\n" << body;
    return batch ? *batch : model::BatchPtr::make();
}

Error refusal(std::string_view body, std::string_view path) {
    ReadInput input{};
    input.path = path;
    const auto batch = parse(adapter(), input, body);
    EXPECT_FALSE(batch.has_value()) << body;
    return batch ? Error{Code::ok, ""} : batch.error();
}

model::BatchPtr canonical(std::string_view json) {
    auto batch = model::read_events(json);
    EXPECT_TRUE(batch.has_value()) << (batch ? "" : batch.error().message);
    return batch ? *batch : model::BatchPtr::make();
}

std::string text_of(const Result<std::string>& body) { return body ? *body : body.error().message; }

// --- reading -----------------------------------------------------------------------------------

constexpr std::string_view kClaim =
    R"({"reply":"agent","from":"webbot:1","to":"channel-1","sessionId":"s-1","customVariables":{"a":1}})";

TEST(CertainlyRead, tells_a_claim_by_its_shape_where_no_path_is_known) {
    for (const std::string_view path : {"", "/", "/claim", "/claim/"})
        EXPECT_EQ(parse_or_fail(kClaim, path)->root(0).kind, model::EventKind::handover_requested)
            << path;
    const Error error = refusal(kClaim, "/messages");
    EXPECT_EQ(error.code, Code::payload);
    EXPECT_NE(error.message.find("interlocutor"), std::string::npos) << error.message;
}

TEST(CertainlyRead, takes_any_body_as_a_claim_at_the_claims_address) {
    const auto batch = parse_or_fail(
        R"({"from":"webbot:1","message":"m","type":"text","data":1,"actions":[]})", "/claim");
    EXPECT_EQ(batch->root(0).kind, model::EventKind::handover_requested);
    for (const std::string_view body : {R"({"message":"hello"})", "{}"}) {
        const auto nobodys = parse_or_fail(body, "/claim");
        EXPECT_EQ(nobodys->root(0).kind, model::EventKind::handover_requested) << body;
        EXPECT_TRUE(nobodys->root(0).warns(model::Warning::unattributed)) << body;
    }
    const auto message =
        parse_or_fail(R"({"data":{"type":"text","text":"a"},"interlocutor":"bot"})", "/claim");
    EXPECT_EQ(message->root(0).kind, model::EventKind::message);
}

TEST(CertainlyRead, names_the_field_that_is_wrong) {
    struct {
        std::string_view path, body, field;
    } const cases[] = {
        {"/messages", R"({"interlocutor":"user","data":"hello"})", "data"},
        {"/messages", R"({"interlocutor":"user","data":null})", "data"},
        {"/messages", R"({"interlocutor":1,"data":{"type":"text","text":"a"}})", "interlocutor"},
        {"/messages", R"({"interlocutor":null,"data":{"type":"text","text":"a"}})", "interlocutor"},
        {"/messages", R"({"interlocutor":"user","data":{"user_id":{},"message":"a"}})", "user_id"},
        {"/messages",
         R"({"interlocutor":"user","data":{"message":{"user_id":true,"message":"a"}}})", "user_id"},
        {"/messages",
         R"({"interlocutor":"user","data":{"message":{"user_id":"a","id":[1],"message":"a"}}})",
         "id"},
        {"/messages", "{}", "interlocutor"},
        {"/claim", R"({"from":{"id":"webbot:1"}})", "from"},
        {"/claim", R"({"from":1.5})", "from"},
        {"/claim", R"({"direction":"out","to":true,"from":"u"})", "to"},
        {"/", "{}", "from"},
    };
    for (const auto& [path, body, field] : cases) {
        const Error error = refusal(body, path);
        EXPECT_EQ(error.code, Code::payload) << body;
        EXPECT_EQ(error.message.substr(0, field.size()), field) << body;
    }
    EXPECT_EQ(refusal(R"([1])", "/messages").code, Code::payload);
    EXPECT_EQ(refusal("", "/messages").code, Code::json);
}

TEST(CertainlyRead, finds_the_claims_user_by_the_web_chats_prefix_and_then_by_the_direction) {
    struct {
        std::string_view body, user;
        bool differs;
    } const cases[] = {
        {R"({"direction":"out","from":"token","to":"user_id"})", "user_id", false},
        {R"({"direction":"in","from":"user","to":"channel"})", "user", false},
        {R"({"from":"user","to":"channel"})", "user", false},
        {R"({"direction":7,"from":"user","to":"channel"})", "user", false},
        {R"({"direction":"out","from":"webbot:1","to":"channel"})", "webbot:1", true},
        {R"({"direction":"in","from":"channel","to":"webbot:1"})", "webbot:1", true},
        {R"({"direction":"out","from":"webbot:1","to":"webbot:2"})", "webbot:2", false},
        {R"({"to":"webbot:2","from":"webbot:1"})", "webbot:1", false},
        {R"({"direction":"in","from":"","to":"channel","sessionId":"s"})", "", false},
        {R"({"direction":"out","from":"page","to":null})", "", false},
        {R"({"to":"channel"})", "", false},
    };
    for (const auto& [body, user, differs] : cases) {
        const auto batch = parse_or_fail(body, "/claim");
        const model::Event& event = batch->root(0);
        EXPECT_EQ(batch->view(batch->conversations[event.conversation].id), user) << body;
        EXPECT_EQ(batch->view(batch->actors[event.actor].id), user) << body;
        EXPECT_EQ(event.warns(model::Warning::sender_differs), differs) << body;
        EXPECT_EQ(event.warns(model::Warning::unattributed), user.empty()) << body;
    }
}

TEST(CertainlyRead, takes_the_claims_attached_media_as_a_file) {
    const auto batch = parse_or_fail(R"({"from":"u","attachedMedia":"url_to_the_file"})", "/claim");
    ASSERT_EQ(batch->parts_of(batch->root(0)).size(), 1U);
    const model::Part& file = batch->parts_of(batch->root(0)).front();
    EXPECT_EQ(file.type, model::PartType::file);
    EXPECT_EQ(batch->view(file.url), "url_to_the_file");
    for (const std::string_view empty : {R"({"from":"u","attachedMedia":""})",
                                         R"({"from":"u","attachedMedia":null})", R"({"from":"u"})"})
        EXPECT_TRUE(parse_or_fail(empty, "/claim")->parts.empty()) << empty;
}

TEST(CertainlyRead, limits_ids_to_256_bytes) {
    const auto body = [](std::string_view id) {
        return R"({"interlocutor":"user","data":{"message":{"message":"a","timestamp":1649659256,"user_id":")" +
               std::string(id) + "\"}}}";
    };
    const std::string longest(256, 'x');
    const auto batch = parse_or_fail(body(longest));
    EXPECT_EQ(batch->view(batch->conversations[0].id), longest);
    EXPECT_EQ(refusal(body(longest + "x"), "/messages").code, Code::payload);
    EXPECT_EQ(refusal(body("a\\u001fb"), "/messages").code, Code::payload);
    EXPECT_EQ(refusal(R"({"from":")" + longest + "x\"}", "/claim").code, Code::payload);
}

TEST(CertainlyRead, keeps_a_user_frame_without_a_user) {
    const auto batch =
        parse_or_fail(R"({"interlocutor":"user","data":{"message":{"message":"a"}}})");
    EXPECT_TRUE(batch->root(0).warns(model::Warning::unattributed));
    EXPECT_FALSE(batch->conversations[batch->root(0).conversation].id.present());
    const auto claimed = parse_or_fail(
        R"({"interlocutor":"user","data":{"message":{"user_id":"u","message":"a"}}})");
    EXPECT_FALSE(claimed->root(0).warns(model::Warning::unattributed));
}

TEST(CertainlyRead, does_not_depend_on_the_order_of_keys) {
    const std::string_view bodies[][2] = {
        {R"({"interlocutor":"user","data":{"error":null,"message":{"user_id":"webbot:1","timestamp":1649659256,"message":"hi","attachments":["https://f.example/a"]}}})",
         R"({"data":{"message":{"attachments":["https://f.example/a"],"message":"hi","timestamp":1649659256,"user_id":"webbot:1"},"error":null},"interlocutor":"user"})"},
        {R"({"interlocutor":"user","data":{"message":{"from":"human","actions":[{"type":"text","text":"a"}],"attachments":["https://f.example/a"],"user_id":"webbot:1"}}})",
         R"({"data":{"message":{"user_id":"webbot:1","attachments":["https://f.example/a"],"actions":[{"text":"a","type":"text"}],"from":"human"}},"interlocutor":"user"})"},
        {R"({"interlocutor":"bot","data":{"type":"choice","text":"Sure?","options_type":"suggested_replies","options":["Yes","No"]}})",
         R"({"data":{"options":["Yes","No"],"options_type":"suggested_replies","text":"Sure?","type":"choice"},"interlocutor":"bot"})"},
        {R"({"interlocutor":"bot","data":{"type":"card","cards":[{"title":"T","buttons":[{"type":"postback","title":"Go","options":{"message":"go"}}]}]}})",
         R"({"data":{"cards":[{"buttons":[{"options":{"message":"go"},"title":"Go","type":"postback"}],"title":"T"}],"type":"card"},"interlocutor":"bot"})"},
    };
    for (const auto& [one, other] : bodies)
        EXPECT_EQ(model::write_event_lines(*parse_or_fail(one), "a"),
                  model::write_event_lines(*parse_or_fail(other), "a"));
    const std::string_view reversed =
        R"({"customVariables":{"a":1},"sessionId":"s-1","to":"channel-1","from":"webbot:1","reply":"agent"})";
    EXPECT_EQ(model::write_event_lines(*parse_or_fail(kClaim, "/claim"), "a"),
              model::write_event_lines(*parse_or_fail(reversed, "/claim"), "a"));
}

TEST(CertainlyRead, finds_twins_among_very_many_keys) {
    std::string body = R"({"interlocutor":"bot","data":{"type":"text","text":"a"})";
    for (int i = 0; i < 253; ++i) body += ",\"k" + std::to_string(i) + "\":1";
    EXPECT_EQ(parse_or_fail(body + "}")->size(), 1U);
    EXPECT_EQ(parse_or_fail(body + ",\"k253\":2}")->size(), 1U);
    EXPECT_EQ(refusal(body + ",\"k177\":2}", "/messages").code, Code::json);
    EXPECT_EQ(refusal(body + ",\"k253\":2,\"k254\":2}", "/messages").code, Code::too_large);
}

TEST(CertainlyRead, knows_the_user_of_an_agents_text_from_the_path) {
    const auto batch = parse_or_fail(R"({"message":"Hello from Agent!"})",
                                     "/webbot/api/webchat/d/handover/webbot%3A1/");
    EXPECT_EQ(batch->view(batch->conversations[0].id), "webbot:1");
    EXPECT_EQ(batch->root(0).role, model::Role::agent);
    EXPECT_TRUE(
        parse_or_fail(R"({"message":"Hello"})", "")->root(0).warns(model::Warning::unattributed));
}

// --- writing -----------------------------------------------------------------------------------

TEST(CertainlyWrite, makes_a_claim_of_another_platforms_request) {
    const auto batch = canonical(
        R"({"v":1,"kind":"handover_requested","platform":"chatlayer_offloading","conversation":{"mode":"live","bot":"b","id":"s 1"},)"
        R"("actor":{"role":"user","first_name":"Ada"},"handover":{"to":"agent","payload":{"dialog":7}},)"
        R"("session":{"lang":"da"},"extra":{"secret":1}})");
    EXPECT_EQ(
        text_of(adapter().write(*batch, Direction::in)),
        R"({"reply":"","replyData":{"dialog":7},"botId":"b","direction":"in","extractedData":{},)"
        R"("customVariables":{"lang":"da"},"from":"s 1","to":"","sessionId":"","moduleId":"",)"
        R"("botTrainedModelId":"","attachedMedia":"","firstName":"Ada","lastName":""})");
    const auto words = canonical(
        R"({"v":1,"kind":"handover_requested","conversation":{"id":"s1"},"actor":{"role":"user"},"handover":{"payload":"agent"}})");
    EXPECT_EQ(text_of(adapter().write(*words, Direction::in)).substr(0, 17),
              R"({"reply":"agent",)");
}

TEST(CertainlyWrite, makes_documented_frames_of_canonical_messages) {
    const auto user = canonical(
        R"({"v":1,"kind":"message","platform":"omnichannel","conversation":{"id":"webbot:1"},"actor":{"role":"user","last_name":"Byron"},)"
        R"("sent_at":"2022-04-11T06:40:56.789Z","content":[{"type":"text","text":"hi"},{"type":"file","url":"https://f.example/a","media":"image"}],)"
        R"("extra":{"from":"x","request":{"data":1}}})");
    EXPECT_EQ(
        text_of(adapter().write(*user, Direction::in)),
        R"({"interlocutor":"user","data":{"error":null,"message":{"user_profile":{"surname":"Byron"},"ref":null,)"
        R"("user_id":"webbot:1","timestamp":1649659256,"message":"hi","attachments":["https://f.example/a"]}}})");
    const auto bot = canonical(
        R"({"v":1,"kind":"message","platform":"omnichannel","conversation":{"id":"u"},"actor":{"role":"bot"},"content":[)"
        R"({"type":"cards","layout":"list","cards":[{"title":"T","url":"https://s.example","options":[)"
        R"({"kind":"url","title":"Open","url":"https://s.example/a"}]}]}],"extra":{"x":1}})");
    EXPECT_EQ(
        text_of(adapter().write(*bot, Direction::in)),
        R"({"interlocutor":"bot","data":{"type":"card","cards":[{"title":"T","image_destination_url":"https://s.example",)"
        R"("buttons":[{"type":"postback","title":"Open","is_active":true,"options":{"message":"https://s.example/a"}}]}]}})");
    const auto press = canonical(
        R"({"v":1,"kind":"message","conversation":{"id":"u"},"actor":{"role":"user"},"content":[{"type":"postback","title":"Go","payload":"go"}]})");
    EXPECT_NE(text_of(adapter().write(*press, Direction::in)).find(R"("message":"go")"),
              std::string::npos);
}

TEST(CertainlyWrite, joins_several_texts_of_an_agent) {
    const auto batch = model::read_content(
        R"([{"type":"text","text":"a"},{"type":"text","text":"b"}])", model::Role::agent);
    ASSERT_TRUE(batch.has_value());
    EXPECT_EQ(text_of(adapter().write(**batch, Direction::out)), R"({"message":"a\nb"})");
}

TEST(CertainlyWrite, refuses_what_has_no_frame) {
    const auto code = [](std::string_view json, Direction direction) {
        const auto body = adapter().write(*canonical(json), direction);
        return body ? Code::ok : body.error().code;
    };
    const auto message = [](std::string_view role, std::string_view content) {
        return R"({"v":1,"kind":"message","platform":"x","conversation":{"id":"u"},"actor":{"role":")" +
               std::string(role) + R"("},"content":)" + std::string(content) + "}";
    };
    EXPECT_EQ(code(message("user", R"([{"type":"text","text":"a"}])"), Direction::in), Code::ok);
    EXPECT_EQ(code(message("user", R"([{"type":"start"}])"), Direction::in), Code::unsupported);
    EXPECT_EQ(code(message("user", R"([{"type":"unknown","raw":{"a":1}}])"), Direction::in),
              Code::unsupported);
    EXPECT_EQ(code(message("bot", R"([{"type":"text","text":"a"},{"type":"text","text":"b"}])"),
                   Direction::in),
              Code::unsupported);
    EXPECT_EQ(
        code(message("bot", R"([{"type":"location","latitude":1,"longitude":2}])"), Direction::in),
        Code::unsupported);
    EXPECT_EQ(code(message("agent", R"([{"type":"location","latitude":1,"longitude":2}])"),
                   Direction::out),
              Code::unsupported);
    EXPECT_EQ(code(R"({"v":1,"kind":"handover","actor":{"role":"system"}})", Direction::in),
              Code::unsupported);
    EXPECT_EQ(code(R"({"v":1,"kind":"handover_requested","actor":{"role":"user"}})", Direction::in),
              Code::unsupported);
    EXPECT_EQ(code("[" + message("bot", "[]") + "," + message("bot", "[]") + "]", Direction::in),
              Code::unsupported);
}

TEST(CertainlyWrite, converts_with_a_report_of_what_is_lost) {
    const auto batch = canonical(
        R"({"v":1,"kind":"message","platform":"chatlayer_offloading","conversation":{"id":"u"},"actor":{"role":"agent"},)"
        R"("content":[{"type":"choice","text":"Sure?","style":"buttons","options":[{"kind":"postback","title":"Yes","payload":"y"}]}]})");
    const auto converted = convert(*batch, 0, adapter());
    ASSERT_TRUE(converted.has_value());
    EXPECT_EQ(converted->body, R"({"message":"Sure?\n1. Yes"})");
    ASSERT_EQ(converted->losses.size(), 3U);
    EXPECT_EQ(converted->losses[0].field, "type");
    EXPECT_EQ(converted->losses[0].before, "choice");
    EXPECT_EQ(converted->losses[0].after, "text");
    EXPECT_EQ(converted->losses[1].field, "conversation.id") << "the address says it";
    EXPECT_EQ(converted->losses[2].field, "options.payload");
}

TEST(CertainlyWrite, gives_back_a_body_of_64_levels) {
    const std::string body = R"({"interlocutor":"bot","data":{"type":"text","text":"deep","x":)" +
                             std::string(62, '[') + std::string(62, ']') + "}}";
    EXPECT_EQ(text_of(adapter().write(*parse_or_fail(body), Direction::in)), body);
}

// --- hostile bodies ----------------------------------------------------------------------------

/// Reads the bytes; what is accepted must be writable and must read again as the same events.
void survive(const std::string& body, std::string_view path) {
    ReadInput input{};
    input.path = path;
    const auto batch = parse(adapter(), input, body);
    if (!batch) {
        EXPECT_TRUE(batch.error().code == Code::json || batch.error().code == Code::payload)
            << body;
        return;
    }
    const auto& event = (*batch)->root(0);
    const bool is_agent = event.role == model::Role::agent;
    const auto written = adapter().write(**batch, is_agent ? Direction::out : Direction::in);
    ASSERT_TRUE(written.has_value()) << written.error().message << "\n" << body;
    EXPECT_TRUE(test::same_json(*written, body)) << *written << "\n" << body;
}

TEST(CertainlyHostile, no_truncation_and_no_changed_byte_crashes_or_loses_anything) {
    constexpr std::string_view replacements = "\"\\{}[],:0n \x01\xff";
    for (const auto& golden : test::golden_cases()) {
        if (golden.platform != "certainly" || golden.body.size() > 2000) continue;
        const std::string path = golden.text("path");
        for (std::size_t at = 0; at < golden.body.size(); ++at) {
            survive(golden.body.substr(0, at), path);
            std::string changed = golden.body;
            changed[at] = replacements[(at * 7 + golden.body.size()) % replacements.size()];
            survive(changed, path);
            changed[at] = replacements[(at * 3 + 1) % replacements.size()];
            survive(changed, path);
            if (testing::Test::HasFailure()) return;
        }
    }
}

}  // namespace
}  // namespace lampjack::platforms
