#include "platforms/certainly/certainly.h"

#include "base/base64.h"
#include "model/canonical.h"
#include "platforms/registry.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lampjack::platforms {
namespace {

const Adapter& adapter() { return *find("certainly"); }

Account make(std::string_view settings) {
    std::string json = R"({"platform":"certainly")";
    for (const std::string_view usual :
         {R"("webhook_token":"made-up-1")", R"("deployment_id":"dep-7")"}) {
        const auto name = usual.substr(0, usual.find(':'));
        if (settings.find(name) == std::string_view::npos) json.append(",").append(usual);
    }
    if (!settings.empty()) json.append(",").append(settings);
    const auto account = make_account("shop", json + "}");
    EXPECT_TRUE(account.has_value()) << (account ? "" : account.error().message);
    return account ? *account : Account{};
}

// --- settings ----------------------------------------------------------------------------------

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

// --- verification ------------------------------------------------------------------------------

struct Sender {
    std::string_view query;
    std::string authorization;
    bool accepted;
};

const std::vector<Sender>& senders() {
    static const std::vector<Sender> list{
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
    return list;
}

Result<Trust> verify(const Account& account, const Sender& sender) {
    std::vector<model::HeaderView> headers{{"content-type", "application/json"}};
    if (!sender.authorization.empty()) headers.push_back({"AUTHORIZATION", sender.authorization});
    const model::Request request{"POST", "/claim", sender.query, headers, "not even JSON"};
    return adapter().verify(account, adapter().endpoints.front(), request);
}

TEST(CertainlyVerify, accepts_the_token_where_the_vendor_can_put_it) {
    const Account account = make(R"("webhook_token":["made-up-1","made up+2"])");
    for (const Sender& sender : senders()) {
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

// --- requests of ours --------------------------------------------------------------------------

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
    EXPECT_TRUE(adapter().handover.accepts_undecided());
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

}  // namespace
}  // namespace lampjack::platforms
