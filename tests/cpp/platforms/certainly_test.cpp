#include "platforms/certainly/certainly.h"

#include "../support/golden.h"
#include "base/base64.h"
#include "model/canonical.h"
#include "platforms/registry.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lampjack::platforms {
namespace {

const Adapter& adapter() { return *find("certainly"); }

Account make(std::string_view settings) {
    std::string json =
        R"({"platform":"certainly","webhook_token":"made-up-1","deployment_id":"dep-7")";
    if (!settings.empty()) json.append(",").append(settings);
    const auto account = make_account("shop", json + "}");
    EXPECT_TRUE(account.has_value()) << (account ? "" : account.error().message);
    return account ? *account : Account{};
}

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

// --- settings ------------------------------------------------------------------------------------------------------

TEST(CertainlySettings, need_a_token_and_a_deployment) {
    ASSERT_TRUE(
        make_account("a", R"({"platform":"certainly","webhook_token":"t","deployment_id":"d"})")
            .has_value());
    for (const std::string_view json :
         {R"({"platform":"certainly","deployment_id":"d"})",
          R"({"platform":"certainly","webhook_token":"t"})",
          R"({"platform":"certainly","webhook_token":[],"deployment_id":"d"})"}) {
        const auto account = make_account("a", json);
        ASSERT_FALSE(account.has_value()) << json;
        EXPECT_EQ(account.error().code, Code::config);
    }
    EXPECT_TRUE(make_account("a", R"({"platform":"certainly","auth":"none","deployment_id":"d"})")
                    .has_value());
}

TEST(CertainlySettings, ask_for_what_the_chosen_authorisation_needs) {
    constexpr std::string_view base =
        R"({"platform":"certainly","webhook_token":"t","deployment_id":"d",)";
    const auto with = [&](std::string_view rest) {
        return make_account("a", std::string(base).append(rest));
    };
    EXPECT_TRUE(with(R"("api_auth":"bearer","api_token":"k"})").has_value());
    EXPECT_TRUE(with(R"("api_auth":"basic","api_user":"u","api_password":"p"})").has_value());
    for (const std::string_view rest :
         {R"("api_auth":"bearer"})", R"("api_auth":"basic","api_user":"u"})",
          R"("api_auth":"basic","api_password":"p"})", R"("api_auth":"digest"})"}) {
        const auto account = with(rest);
        ASSERT_FALSE(account.has_value()) << rest;
        EXPECT_EQ(account.error().code, Code::config);
        EXPECT_NE(account.error().message.find("api_"), std::string::npos)
            << account.error().message;
    }
}

// --- verification --------------------------------------------------------------------------------------------------

struct Sender {
    std::string_view query;
    std::string authorization;
    bool accepted;
};

Result<Trust> verify(const Account& account, const Sender& sender) {
    std::vector<model::HeaderView> headers{{"content-type", "application/json"}};
    if (!sender.authorization.empty()) headers.push_back({"AUTHORIZATION", sender.authorization});
    const model::Request request{"POST", "/claim", sender.query, headers, "not even JSON"};
    return adapter().verify(account, adapter().endpoints.front(), request);
}

TEST(CertainlyVerify, accepts_the_token_where_the_vendor_can_put_it) {
    const Account account = make(R"("webhook_token":["made-up-1","made up+2"])");
    const Sender senders[] = {
        {"token=made-up-1", "", true},
        {"a=b&token=made-up-1&c", "", true},
        {"%74ok%65n=made%2Dup%2d1", "", true},
        {"token=made%20up%2B2", "", true},
        {"token=made+up%2B2", "", true},
        {"", "Bearer made-up-1", true},
        {"x=1", "bearer  made-up-1 ", true},
        {"", "Basic " + base64_encode("anyone:made-up-1"), true},
        {"", "basic " + base64_encode(":made up+2"), true},
        {"", "", false},
        {"token", "", false},
        {"token=", "", false},
        {"token=made-up-", "", false},
        {"token=made-up-11", "", false},
        {"Token=made-up-1", "", false},
        {"tokens=made-up-1", "", false},
        {"token=made-up-1&token=made-up-1", "", false},
        {"token=made-up-1&%74oken=x", "", false},
        {"token=wrong", "Bearer made-up-1", false},
        {"", "made-up-1", false},
        {"", "Bearermade-up-1", false},
        {"", "Bearer ", false},
        {"", "Digest made-up-1", false},
        {"", "Basic made-up-1", false},
        {"", "Basic " + base64_encode("made-up-1"), false},
        {"", "Basic " + base64_encode("made-up-1:"), false},
    };
    for (const Sender& sender : senders) {
        const auto trust = verify(account, sender);
        EXPECT_EQ(trust.has_value(), sender.accepted)
            << sender.query << " | " << sender.authorization;
        if (trust) {
            EXPECT_EQ(*trust, Trust::full);
        } else {
            EXPECT_EQ(trust.error().code, Code::auth);
            EXPECT_EQ(trust.error().message.find("made"), std::string::npos)
                << "an error repeats a token";
        }
    }
}

TEST(CertainlyVerify, refuses_two_authorization_headers) {
    const Account account = make("");
    const model::HeaderView one[] = {{"Authorization", "Bearer made-up-1"}};
    const model::HeaderView two[] = {{"Authorization", "Bearer made-up-1"},
                                     {"authorization", "Bearer made-up-1"}};
    const auto& endpoint = adapter().endpoints.front();
    EXPECT_TRUE(adapter().verify(account, endpoint, {"POST", "/claim", "", one, "{}"}).has_value());
    EXPECT_FALSE(
        adapter().verify(account, endpoint, {"POST", "/claim", "", two, "{}"}).has_value());
}

TEST(CertainlyVerify, lets_everybody_in_only_when_told_so) {
    const auto open =
        make_account("a", R"({"platform":"certainly","auth":"none","deployment_id":"d"})");
    ASSERT_TRUE(open.has_value());
    EXPECT_TRUE(verify(*open, {"", "", true}).has_value());
    Account unfinished;
    unfinished.adapter = &adapter();
    EXPECT_FALSE(verify(unfinished, {"token=", "", false}).has_value());
}

// --- requests of ours ----------------------------------------------------------------------------------------------

Result<model::HttpRequest> render(const Account& account, Action action, std::string_view id,
                                  const model::Batch* batch = nullptr) {
    Outgoing outgoing{};
    outgoing.action = action;
    outgoing.batch = batch;
    outgoing.bot = "6a7c1f0e-0000-4000-8000-000000000001";
    outgoing.id = id;
    return adapter().render(account, outgoing);
}

TEST(CertainlyRender, calls_handover_and_takeover_by_get) {
    const Account account = make("");
    const auto mute = render(account, Action::mute, "webbot:5f0c");
    ASSERT_TRUE(mute.has_value());
    EXPECT_EQ(mute->method, "GET");
    EXPECT_EQ(mute->url,
              "https://app.certainly.io/webbot/api/webchat/dep-7/handover/webbot%3A5f0c/");
    EXPECT_EQ(mute->headers, (model::Headers{{"Cache-Control", "no-cache"}}));
    EXPECT_EQ(mute->body, "");
    const auto back = render(account, Action::give_back, "webbot:5f0c");
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->method, "GET");
    EXPECT_EQ(back->url,
              "https://app.certainly.io/webbot/api/webchat/dep-7/takeover/webbot%3A5f0c/");
    EXPECT_EQ(model::header(back->headers, "cache-control"), "no-cache");
}

TEST(CertainlyRender, posts_the_agents_text) {
    const auto batch = model::read_content(
        R"([{"type":"text","text":"Hello from \"Agent\"!\nBye"}])", model::Role::agent);
    ASSERT_TRUE(batch.has_value());
    const auto request = render(make(""), Action::message, "webbot:5f0c", &**batch);
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->url,
              "https://app.certainly.io/webbot/api/webchat/dep-7/handover/webbot%3A5f0c/");
    EXPECT_EQ(request->headers, (model::Headers{{"Content-Type", "application/json"}}));
    EXPECT_EQ(request->body, R"({"message":"Hello from \"Agent\"!\nBye"})");
}

TEST(CertainlyRender, encodes_ids_exactly_once) {
    const Account account = make(R"("deployment_id":"dép/1")");
    EXPECT_EQ(render(account, Action::mute, "u").error().code, Code::argument);
    const Account plain = make(R"("api_base":"https://chat.example/base//","deployment_id":"a b")");
    const std::pair<std::string_view, std::string_view> ids[] = {
        {"webbot%3A5f0c", "webbot%253A5f0c"},
        {"a b", "a%20b"},
        {"a+b&c=d?e#f", "a%2Bb%26c%3Dd%3Fe%23f"},
        {"ü", "%C3%BC"},
        {"A-z_0.9~", "A-z_0.9~"},
        {"...", "..."},
    };
    for (const auto& [id, encoded] : ids) {
        const auto request = render(plain, Action::mute, id);
        ASSERT_TRUE(request.has_value()) << id;
        EXPECT_EQ(request->url, "https://chat.example/base/webbot/api/webchat/a%20b/handover/" +
                                    std::string(encoded) + "/");
    }
}

TEST(CertainlyRender, refuses_ids_that_would_change_the_path) {
    const Account account = make("");
    ASSERT_TRUE(render(account, Action::give_back, "a").has_value());
    for (const std::string_view id : {"", ".", "..", "a/b", "../x", "a\\b", "a\nb", "a\x7f"}) {
        for (const Action action : {Action::mute, Action::give_back}) {
            const auto request = render(account, action, id);
            ASSERT_FALSE(request.has_value()) << id;
            EXPECT_EQ(request.error().code, Code::argument);
        }
    }
}

TEST(CertainlyRender, tells_the_takeover_where_to_go_on) {
    const Account account = make(R"("claim_end":"sales & more/é")");
    const auto back = render(account, Action::give_back, "u1");
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->url, "https://app.certainly.io/webbot/api/webchat/dep-7/takeover/u1/"
                         "?ClaimEnd=sales%20%26%20more%2F%C3%A9");
    EXPECT_EQ(render(account, Action::mute, "u1")->url,
              "https://app.certainly.io/webbot/api/webchat/dep-7/handover/u1/");
}

TEST(CertainlyRender, authorises_as_configured) {
    const auto header = [](std::string_view settings, Action action) {
        const auto batch =
            model::read_content(R"({"type":"text","text":"hi"})", model::Role::agent);
        const auto request = render(make(settings), action, "u1", &**batch);
        return std::string(model::header(request->headers, "authorization"));
    };
    for (const Action action : {Action::mute, Action::message, Action::give_back}) {
        EXPECT_EQ(header("", action), "");
        EXPECT_EQ(header(R"("api_auth":"bearer","api_token":["made-up-key","old-key"])", action),
                  "Bearer made-up-key");
        EXPECT_EQ(header(R"("api_auth":"basic","api_user":"Aladdin","api_password":"open sesame")",
                         action),
                  "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }
}

TEST(CertainlyRender, has_no_way_to_ask_for_a_human) {
    EXPECT_EQ(render(make(""), Action::request, "u1").error().code, Code::unsupported);
    EXPECT_EQ(render(make(""), Action::message, "u1").error().code, Code::argument);
}

TEST(CertainlyAdapter, says_what_it_can_do) {
    EXPECT_EQ(adapter().out.parts, bit(model::PartType::text));
    EXPECT_TRUE(adapter().out.one_part_per_message);
    EXPECT_TRUE(adapter().handover.mute_by_request);
    EXPECT_TRUE(adapter().handover.can_return);
    EXPECT_FALSE(adapter().handover.confirms_return);
    EXPECT_EQ(adapter().direction_of(model::Role::agent), Direction::out);
    EXPECT_EQ(adapter().direction_of(model::Role::system), Direction::out);
    EXPECT_EQ(adapter().direction_of(model::Role::user), Direction::in);
    EXPECT_EQ(adapter().direction_of(model::Role::bot), Direction::in);
    const Account account = make("");
    const auto answer =
        adapter().answer(account, AnswerInput{.endpoint = adapter().endpoints.front()});
    EXPECT_EQ(answer, (model::Answer{200, {{"content-type", "application/json"}}, "{}"}));
}

// --- reading -------------------------------------------------------------------------------------------------------

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
    EXPECT_EQ(refusal(R"({"message":"hello"})", "/claim").message.find("from"), 0U);
    EXPECT_EQ(refusal("{}", "/claim").message.find("from"), 0U);
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
        {"/claim", R"({"from":"","to":true,"sessionId":null})", "from"},
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
    for (int i = 0; i < 20000; ++i) body += ",\"k" + std::to_string(i) + "\":1";
    EXPECT_EQ(parse_or_fail(body + "}")->size(), 1U);
    EXPECT_EQ(refusal(body + ",\"k777\":2}", "/messages").code, Code::json);
}

TEST(CertainlyRead, knows_the_user_of_an_agents_text_from_the_path) {
    const auto batch = parse_or_fail(R"({"message":"Hello from Agent!"})",
                                     "/webbot/api/webchat/d/handover/webbot%3A1/");
    EXPECT_EQ(batch->view(batch->conversations[0].id), "webbot:1");
    EXPECT_EQ(batch->root(0).role, model::Role::agent);
    EXPECT_TRUE(
        parse_or_fail(R"({"message":"Hello"})", "")->root(0).warns(model::Warning::unattributed));
}

// --- writing -------------------------------------------------------------------------------------------------------

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
    EXPECT_EQ(converted->losses.size(), 1U);
}

TEST(CertainlyWrite, gives_back_a_body_of_64_levels) {
    const std::string body = R"({"interlocutor":"bot","data":{"type":"text","text":"deep","x":)" +
                             std::string(62, '[') + std::string(62, ']') + "}}";
    EXPECT_EQ(text_of(adapter().write(*parse_or_fail(body), Direction::in)), body);
}

// --- hostile bodies ------------------------------------------------------------------------------------------------

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
