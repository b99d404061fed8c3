// What a configuration says that can never work is told when a hub is opened, and so are secrets that can be guessed.
#include "engine/hub.h"

#include "../support/log_check.h"

#include <gtest/gtest.h>

namespace lampjack::test {
namespace {

constexpr const char* kOffloading =
    R"("platform":"chatlayer_offloading","verify_token":"made-up-token-of-tests")";
constexpr const char* kCertainly =
    R"("platform":"certainly","webhook_token":"made-up-token-of-tests","deployment_id":"d")";
constexpr const char* kOmnichannel =
    R"("platform":"omnichannel","webhook_token":"made-up-token-of-tests","auth":"none")";
/// No constant: gcc 12 would see copies beyond its end.
const std::string kApp = R"("platform":"chatlayer_app","relay_token":"made-up-token-of-tests")";

struct Opened {
    std::string error, log;
};

Opened open(const std::string& settings, const std::string& options = {}) {
    Opened opened;
    engine::World world;
    world.log = [&opened](std::string_view level, std::string_view text) {
        support::keep_line(opened.log, level, text);
    };
    auto hub = engine::Hub::open(R"({"store":"memory:",)" + options + R"("account":{"shop":{)" +
                                     settings + "}}}",
                                 engine::run_nothing, std::move(world));
    if (hub) return opened;
    EXPECT_EQ(hub.error().code, Code::config);
    opened.error = hub.error().message;
    return opened;
}

std::string with(const std::string& account, const std::string& setting, const std::string& value,
                 const std::string& options = {}) {
    return open(account + ",\"" + setting + "\":\"" + value + "\"", options).error;
}

constexpr const char* kLoopback = R"("allow_networks":["127.0.0.0/8"],)";

TEST(ConfigCheck, refuses_addresses_that_would_be_refused_at_each_call) {
    const std::string http = "plain http is not allowed; use https or list the network in "
                             "allow_networks";
    EXPECT_EQ(with(kOffloading, "api_base", "http://api.example"),
              "account.shop.api_base: " + http);
    EXPECT_EQ(with(kCertainly, "api_base", "http://api.example"), "account.shop.api_base: " + http);
    EXPECT_EQ(with(kOmnichannel, "platform_base", "http://api.example"),
              "account.shop.platform_base: " + http);
    EXPECT_EQ(with(kApp, "target_url", "http://hook.example/1"),
              "account.shop.target_url: " + http);
    EXPECT_EQ(with(std::string(kOmnichannel) + R"(,"side":"peer")", "channel_url",
                   "http://channel.example"),
              "account.shop.channel_url: " + http);
    const std::string elsewhere = "account.shop.api_base: the address is in a network that is not "
                                  "allowed (allow_networks)";
    EXPECT_EQ(with(kCertainly, "api_base", "https://127.0.0.1"), elsewhere);
    EXPECT_EQ(with(kCertainly, "api_base", "http://10.0.0.1", kLoopback), elsewhere);
    EXPECT_EQ(with(kCertainly, "api_base", "http://127.0.0.1:9000", kLoopback), "");
    EXPECT_EQ(with(kCertainly, "api_base", "http://localhost:9000", kLoopback), "");
    EXPECT_EQ(with(kCertainly, "api_base", "https://api.example/behind"), "");
}

TEST(ConfigCheck, refuses_an_address_that_was_pasted_twice) {
    const std::string twice = ": holds two addresses: give one, with https:// once";
    for (const char* address :
         {"https://https://api.example", "https://http://api.example", "https://https:api.example",
          "https://api.examplehttps://api.example", "https://api.example/https://api.example"})
        for (const char* account : {kOffloading, kCertainly})
            EXPECT_EQ(with(account, "api_base", address), "account.shop.api_base" + twice)
                << address;
    EXPECT_EQ(with(kApp, "target_url", "https://https://hook.example"),
              "account.shop.target_url" + twice);
    EXPECT_EQ(with(kApp, "target_url", "https://hook.example/?to=https://api.example"), "");
}

TEST(ConfigCheck, refuses_an_address_with_the_path_that_is_added_to_it) {
    const std::string holds = ": holds a part of the path that is added to it: give the address "
                              "that stands before that part";
    for (const char* path : {"/v1", "/v1/", "/v1/bots", "/v1/bots/b1/conversations/c1/actions"})
        EXPECT_EQ(with(kOffloading, "api_base", std::string("https://api.example") + path),
                  "account.shop.api_base" + holds)
            << path;
    for (const char* path : {"/webbot", "/webbot/api/", "/x/webbot/api/webchat/d/handover/u/"})
        EXPECT_EQ(with(kCertainly, "api_base", std::string("https://api.example") + path),
                  "account.shop.api_base" + holds)
            << path;
    for (const char* path : {"/connector", "/connector/omnichannel/"})
        EXPECT_EQ(with(kOmnichannel, "platform_base", std::string("https://api.example") + path),
                  "account.shop.platform_base" + holds)
            << path;
    EXPECT_EQ(with(kOmnichannel, "platform_base",
                   "https://api.example/connector/omnichannel/omnichannel_message/t/"
                   "bot_api_webhook"),
              "account.shop.platform_base: is the whole webhook address: give that as webhook_url, "
              "without webhook_token");
    for (const char* good : {"https://api.example/", "https://v1", "https://api.example/v1x"})
        EXPECT_EQ(with(kOffloading, "api_base", good), "") << good;
}

TEST(ConfigCheck, refuses_a_channels_address_with_method_or_token) {
    const std::string peer =
        R"("platform":"omnichannel","side":"peer","webhook_token":"made-up-token-of-tests",)"
        R"("channel_token":"made-up/token of tests","auth_in":"header")";
    const std::string holds = "account.shop.channel_url: holds a part of the path that is added to "
                              "it: give the address that stands before that part";
    for (const char* path : {"/send_message", "/a/transfer"})
        EXPECT_EQ(with(peer, "channel_url", std::string("https://channel.example") + path), holds)
            << path;
    const std::string in_url =
        R"("platform":"omnichannel","side":"peer","webhook_token":"made-up-token-of-tests",)"
        R"("channel_token":"made-up-token of-tests","auth_in":"url")";
    EXPECT_EQ(with(in_url, "channel_url", "https://channel.example/made-up-token%20of-tests"),
              holds);
    EXPECT_EQ(with(in_url, "channel_url", "https://channel.example/line"), "");
}

TEST(ConfigCheck, refuses_a_query_before_the_path) {
    for (const char* account : {kOffloading, kCertainly})
        EXPECT_EQ(with(account, "api_base", "https://api.example/?version=LIVE"),
                  "account.shop.api_base: must have no query: a path is added to it");
}

TEST(ConfigCheck, refuses_a_token_in_the_address_that_can_never_match) {
    EXPECT_EQ(open(R"("platform":"omnichannel","webhook_token":"made-up-token-of-tests",)"
                   R"("auth_in":"url","channel_token":"made-up/token-of-tests")")
                  .error,
              "account.shop.channel_token: can never match: it is one segment of an address, so it "
              "has no slash, backslash or control character, and is not \".\" or \"..\"");
}

TEST(ConfigCheck, refuses_hosts_that_are_none) {
    for (const char* host : {"https://hook.example", "hook.example/1", "hook.example:443", ""}) {
        std::string account = kApp;
        account.append(R"(,"target_hosts":[")").append(host).append("\"]");
        EXPECT_EQ(
            open(account).error,
            "account.shop.target_hosts: must be names of hosts, without scheme, port and path")
            << host;
    }
    EXPECT_EQ(open(kApp + R"(,"target_hosts":["hook.example","[::1]"])").error, "");
}

TEST(ConfigCheck, warns_of_a_secret_that_can_be_guessed) {
    const Opened opened =
        open(R"("platform":"certainly","webhook_token":["made-up-token-of-tests","a"],)"
             R"("deployment_id":"d","api_auth":"basic","api_user":"ada",)"
             R"("api_password":"fifteen-letters")");
    EXPECT_EQ(opened.error, "");
    EXPECT_EQ(opened.log, "warning secret.short account=shop setting=api_password\n"
                          "warning secret.short account=shop setting=webhook_token\n");
}

TEST(ConfigCheck, does_not_warn_of_secrets_that_are_long_or_not_there) {
    EXPECT_EQ(open(kOffloading).log, "");
    EXPECT_EQ(open(R"("platform":"chatlayer_offloading","verify_token":"sixteen--letters")").log,
              "");
    EXPECT_EQ(open(R"("platform":"certainly","auth":"none","deployment_id":"d")").log, "");
    EXPECT_EQ(open(R"("platform":"chatlayer_offloading","verify_token":"env:NOT_SET_HERE")",
                   R"("secrets":"placeholder",)")
                  .log,
              "");
}

}  // namespace
}  // namespace lampjack::test
