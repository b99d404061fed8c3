#include "platforms/omnichannel/adapter_functions.h"

#include "omnichannel_support.h"

#include <gtest/gtest.h>

#include <array>

namespace lampjack::platforms::omnichannel {
namespace {

using namespace test;

Account account(std::string_view members) {
    auto made =
        make_account("golden", R"({"platform":"omnichannel",)" + std::string(members) + "}");
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return made ? *made : Account{};
}
Account channel(std::string_view more = {}) {
    return account(
        R"("webhook_token":"hook 1","channel_token":["tok-1","tok-2"],"transfer_token":"transfer-1")" +
        std::string(more));
}
Account peer(std::string_view url = "https://channel.example/hook", std::string_view more = {}) {
    return account(
        R"("side":"peer","webhook_token":"hook 1","channel_token":"tok 1","channel_url":")" +
        std::string(url) + "\"" + std::string(more));
}

std::string config_error(std::string_view members) {
    const auto made =
        make_account("golden", R"({"platform":"omnichannel",)" + std::string(members) + "}");
    return made ? "" : made.error().message;
}

/// "full", or the code of the refusal.
std::string verified(const Account& account, std::string_view path,
                     std::string_view authorization) {
    const std::array headers{model::HeaderView{"AUTHORIZATION", authorization}};
    model::Request request{.method = "POST", .path = path, .query = {}, .headers = {}, .body = {}};
    if (!authorization.empty()) request.headers = headers;
    const auto endpoint = route(adapter(), account.side, request, nullptr);
    if (!endpoint) return std::string(name_of(endpoint.error().code));
    const auto trust = adapter().verify(account, **endpoint, request);
    return trust ? "full" : std::string(name_of(trust.error().code));
}

TEST(OmnichannelSettings, a_channel_needs_its_tokens) {
    EXPECT_NE(
        config_error(R"("channel_token":"t")").find("account.golden.webhook_token: is required"),
        std::string::npos);
    EXPECT_NE(
        config_error(R"("webhook_token":"t")").find("account.golden.channel_token: is required"),
        std::string::npos);
    EXPECT_EQ(config_error(R"("webhook_token":"t","channel_token":"t")"), "");
    EXPECT_EQ(config_error(R"("auth":"none")"), "");
}

TEST(OmnichannelSettings, a_peer_needs_the_channels_address) {
    EXPECT_NE(config_error(R"("side":"peer","webhook_token":"t","channel_token":"t")")
                  .find("channel_url"),
              std::string::npos);
    EXPECT_NE(config_error(R"("side":"desk","webhook_token":"t","channel_token":"t")").find("side"),
              std::string::npos);
}

TEST(OmnichannelSettings, the_whole_webhook_address_is_taken_apart) {
    const Account ours = account(
        R"("channel_token":"t","webhook_url":"https://chat.example/connector/omnichannel/omnichannel_message/a%20b/bot_api_webhook")");
    EXPECT_EQ(ours.text("platform_base"), "https://chat.example");
    ASSERT_EQ(ours.secrets("webhook_token").size(), 1U);
    EXPECT_EQ(ours.secrets("webhook_token").front().reveal(), "a b");
    EXPECT_FALSE(ours.has("webhook_url")) << "the token stands in one place only";
    const Account unset = account(R"("channel_token":"t","webhook_url":"not-set")");
    EXPECT_EQ(unset.text("platform_base"), "https://app.chatbots.gms-worldwide.ch");
}

TEST(OmnichannelSettings, a_token_that_can_never_match_is_refused) {
    const auto error = [](std::string_view more) {
        return config_error(R"("webhook_token":"t",)" + std::string(more));
    };
    EXPECT_EQ(error(R"("channel_token":"a/b")"), "") << "in a header it can";
    for (const std::string_view bad :
         {R"("channel_token":"a/b","auth_in":"url")", R"("channel_token":"..","auth_in":"url")",
          R"("channel_token":" a")"})
        EXPECT_EQ(error(bad).find("account.golden.channel_token: can never match"), 0U) << bad;
    EXPECT_EQ(
        error(R"("channel_token":"a\nb")").find("account.golden.channel_token: holds a line end"),
        0U);
}

TEST(OmnichannelSettings, the_platforms_documented_address_is_the_default) {
    EXPECT_EQ(channel().text("platform_base"), "https://app.chatbots.gms-worldwide.ch");
    EXPECT_EQ(channel().side, Side::channel);
}

TEST(OmnichannelVerify, header_mode_fails_closed) {
    const Account ours = channel();
    for (const std::string_view good :
         {"Token tok-1", "token tok-2", "TOKEN   tok-1", "  Token\ttok-1 "})
        EXPECT_EQ(verified(ours, "/send_message", good), "full") << good;
    for (const std::string_view bad :
         {"", "Token", "Token ", "tok-1", "Token tok-3", "Bearer tok-1", "Token tok-1 x",
          "Tokentok-1", "Token tok-1,tok-2", "Token transfer-1", "Token hook 1"})
        EXPECT_EQ(verified(ours, "/send_message", bad), "auth") << bad;
    EXPECT_EQ(verified(ours, "/tok-1/send_message", ""), "auth");
    EXPECT_EQ(verified(ours, "/anything/send_message", "Token tok-1"), "full");
}

TEST(OmnichannelVerify, unique_url_mode_wants_the_token_in_the_path) {
    const Account ours = channel(R"(,"auth_in":"url")");
    EXPECT_EQ(verified(ours, "/tok-1/send_message", ""), "full");
    EXPECT_EQ(verified(ours, "/tok%2D2/send_message/", ""), "full");
    EXPECT_EQ(verified(ours, "/tok-3/send_message", "Token tok-1"), "auth");
    EXPECT_EQ(verified(ours, "/send_message", "Token tok-1"), "auth");
    EXPECT_EQ(verified(ours, "/a/tok-1/send_message", ""), "not_found");
}

TEST(OmnichannelVerify, a_transfer_has_a_token_of_its_own) {
    EXPECT_EQ(verified(channel(), "/transfer", "Token transfer-1"), "full");
    EXPECT_EQ(verified(channel(), "/transfer", "bearer transfer-1"), "full");
    EXPECT_EQ(verified(channel(), "/transfer", "Token tok-1"), "auth");
    const Account without = account(R"("webhook_token":"h","channel_token":"t")");
    EXPECT_EQ(verified(without, "/transfer", "Token "), "auth");
    EXPECT_EQ(verified(without, "/transfer", "Token t"), "auth");
    EXPECT_EQ(verified(account(R"("auth":"none")"), "/transfer", ""), "full");
}

TEST(OmnichannelVerify, a_peer_reads_the_token_from_the_path) {
    EXPECT_EQ(verified(peer(), "/hook%201/bot_api_webhook", ""), "full");
    EXPECT_EQ(verified(peer(), "/hook%202/bot_api_webhook", "Token tok 1"), "auth");
    EXPECT_EQ(verified(peer(), "/bot_api_webhook", ""), "not_found");
    EXPECT_EQ(verified(peer(), "/send_message", "Token tok 1"), "not_found");
}

TEST(OmnichannelAnswer, a_peer_refuses_in_the_platforms_words) {
    const Endpoint& ours = adapter().endpoints.front();
    const Endpoint& hook = adapter().endpoints.back();
    const auto refusal = adapter().refuse(hook, Error{Code::auth, "x"});
    ASSERT_TRUE(refusal.has_value());
    EXPECT_EQ(refusal->status, 400);
    EXPECT_EQ(refusal->body, R"({"error":"There is no active channel for received event."})");
    EXPECT_EQ(adapter().refuse(hook, Error{Code::json, "x"})->status, 500);
    EXPECT_FALSE(adapter().refuse(hook, Error{Code::payload, "visitor.id is missing"}).has_value());
    EXPECT_EQ(adapter().refuse(hook, Error{Code::payload, "chat_id must be a text"})->status, 500);
    EXPECT_FALSE(adapter().refuse(hook, Error{Code::too_large, "x"}).has_value());
    EXPECT_FALSE(adapter().refuse(ours, Error{Code::auth, "x"}).has_value());
    EXPECT_EQ(adapter().answer(channel(), {.endpoint = ours}).body, R"({"result":"ok"})");
    EXPECT_EQ(adapter().answer(peer(), {.endpoint = hook}).body, "{}");
}

// ---- sending

Result<model::HttpRequest> rendered(const Account& account, std::string_view content,
                                    Outgoing outgoing) {
    const auto batch = model::read_content(content, account.side == Side::peer ? model::Role::bot
                                                                               : model::Role::user);
    EXPECT_TRUE(batch.has_value());
    outgoing.batch = batch->get();
    return adapter().render(account, outgoing);
}
Outgoing to(std::string_view id, std::string_view raw_id = {}) {
    Outgoing outgoing{};
    outgoing.id = id;
    outgoing.raw_id = raw_id;
    outgoing.key = "key-1";
    return outgoing;
}
constexpr std::string_view kHi = R"({"type":"text","text":"hi"})";

TEST(OmnichannelRender, a_users_message_goes_to_the_platforms_webhook) {
    const auto request = rendered(channel(), kHi, to("4211", "4211"));
    ASSERT_TRUE(request.has_value()) << request.error().message;
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->url, "https://app.chatbots.gms-worldwide.ch/connector/omnichannel/"
                            "omnichannel_message/hook%201/bot_api_webhook");
    EXPECT_EQ(request->headers, (model::Headers{{"content-type", "application/json"}}));
    EXPECT_EQ(
        request->body,
        R"({"event":"new_message","chat_id":4211,"visitor":{"id":"4211","fields":{}},"message":{"id":"key-1","kind":"visitor","text":"hi"}})");
    EXPECT_EQ(lines(read_body(request->body, "/hook%201/bot_api_webhook")).find("error"),
              std::string::npos);
}

TEST(OmnichannelRender, the_chat_id_keeps_its_type) {
    const auto body = [](std::string_view setting, std::string_view id, std::string_view raw) {
        const auto request = rendered(channel(setting), kHi, to(id, raw));
        return request ? request->body.substr(0, request->body.find(",\"visitor\""))
                       : request.error().message;
    };
    EXPECT_EQ(body("", "18446744073709551617", "18446744073709551617"),
              R"({"event":"new_message","chat_id":18446744073709551617)");
    EXPECT_EQ(body("", "4211", ""), R"({"event":"new_message","chat_id":"4211")");
    EXPECT_EQ(body(R"(,"chat_id_type":"integer")", "4211", ""),
              R"({"event":"new_message","chat_id":4211)");
    EXPECT_EQ(body(R"(,"chat_id_type":"text")", "4211", "4211"),
              R"({"event":"new_message","chat_id":"4211")");
    EXPECT_NE(body(R"(,"chat_id_type":"integer")", "0042", "").find("no integer"),
              std::string::npos);
}

TEST(OmnichannelRender, nothing_incomplete_leaves) {
    Outgoing no_key = to("c-1");
    no_key.key = {};
    EXPECT_EQ(rendered(channel(), kHi, no_key).error().code, Code::argument);
    EXPECT_EQ(rendered(channel(), kHi, to("")).error().code, Code::argument);
    EXPECT_EQ(
        rendered(channel(), R"([{"type":"text","text":"a"},{"type":"text","text":"b"}])", to("c-1"))
            .error()
            .code,
        Code::unsupported);
    EXPECT_EQ(rendered(channel(R"(,"max_text":2)"), R"({"type":"text","text":"äöü"})", to("c-1"))
                  .error()
                  .code,
              Code::too_large);
    EXPECT_TRUE(rendered(channel(R"(,"max_text":3)"), R"({"type":"text","text":"äöü"})", to("c-1"))
                    .has_value());
    EXPECT_EQ(rendered(account(R"("auth":"none")"), kHi, to("c-1")).error().code, Code::config);
}

TEST(OmnichannelRender, the_gate_mutes_and_no_request_does) {
    EXPECT_TRUE(adapter().handover.mute_by_gate);
    for (const Action action : {Action::mute, Action::give_back, Action::request}) {
        Outgoing outgoing = to("c-1");
        outgoing.action = action;
        EXPECT_EQ(adapter().render(channel(), outgoing).error().code, Code::unsupported);
    }
}

TEST(OmnichannelRender, a_peer_calls_send_message_below_any_base) {
    const std::array<std::array<std::string_view, 2>, 5> rows{{
        {"https://channel.example", "https://channel.example/send_message"},
        {"https://channel.example/", "https://channel.example/send_message"},
        {"https://channel.example/hook//", "https://channel.example/hook/send_message"},
        {"https://channel.example/hook?key=a/b&c=1",
         "https://channel.example/hook/send_message?key=a/b&c=1"},
        {"https://channel.example/?key=a", "https://channel.example/send_message?key=a"},
    }};
    for (const auto& [base, url] : rows) {
        const auto request = rendered(peer(base), kHi, to("c-1"));
        ASSERT_TRUE(request.has_value()) << request.error().message;
        EXPECT_EQ(request->url, url);
        EXPECT_EQ(model::header(request->headers, "authorization"), "Token tok 1");
        EXPECT_EQ(request->body, R"({"chat_id":"c-1","message":{"kind":"operator","text":"hi"}})");
    }
    const auto in_url =
        rendered(peer("https://channel.example/hook", R"(,"auth_in":"url")"), kHi, to("c-1"));
    EXPECT_EQ(in_url->url, "https://channel.example/hook/tok%201/send_message");
    EXPECT_EQ(model::header(in_url->headers, "authorization"), "");
}

TEST(OmnichannelRender, a_peers_bot_asks_for_a_human_at_the_channel) {
    Outgoing outgoing = to("4211", "4211");
    outgoing.action = Action::request;
    const auto request = adapter().render(
        peer("https://channel.example/hook", R"(,"transfer_token":"t-1")"), outgoing);
    ASSERT_TRUE(request.has_value()) << request.error().message;
    EXPECT_EQ(request->url, "https://channel.example/hook/transfer");
    EXPECT_EQ(model::header(request->headers, "authorization"), "Token t-1");
    EXPECT_EQ(request->body, R"({"chat_id":4211})");
    EXPECT_EQ(adapter().render(peer(), outgoing).error().code, Code::config);
}

}  // namespace
}  // namespace lampjack::platforms::omnichannel
