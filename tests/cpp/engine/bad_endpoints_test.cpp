// G16: platforms that misbehave in every way we know, each on a real socket, all at once, beside one that is well.
#include "engine/hub.h"

#include "../support/loopback_server.h"
#include "../support/tls_server.h"
#include "base/timestamp.h"
#include "json/value.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <list>
#include <map>
#include <thread>

namespace lampjack::test {
namespace {

using support::Certificate;
using support::LoopbackServer;
using support::Reaction;
using support::Received;
using support::reply;
using support::TlsServer;
using End = Reaction::End;

constexpr auto kPatience = std::chrono::seconds(30);

struct Platform {
    const char* name;
    const char* settings;
    const char* base;  ///< the setting that holds the address
    bool is_channel;
    bool judges_bodies;
};
constexpr Platform kPlatforms[] = {
    {"chatlayer_offloading", R"("verify_token":"vt-made-up","api_token":"at-made-up")", "api_base",
     false, false},
    {"certainly", R"("webhook_token":"wt-made-up","deployment_id":"dep-1")", "api_base", false,
     false},
    {"omnichannel", R"("webhook_token":"wt-made-up","auth":"none")", "platform_base", true, true},
    {"chatlayer_app", R"("relay_token":"rt-made-up")", "target_url", true, false},
};
void PrintTo(const Platform& platform, std::ostream* out) { *out << platform.name; }

std::string http_date(std::time_t at) {
    char text[64];
    std::tm parts{};
    gmtime_r(&at, &parts);
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return text;
}

LoopbackServer::Handler always(Reaction reaction) {
    return [reaction = std::move(reaction)](const Received&) { return reaction; };
}

/// What a reply that lost its body means: the status stands, unless the body had to be read.
const char* by_status(const Platform& platform) { return platform.judges_bodies ? "held" : "sent"; }

struct Expected {
    std::string status;
    std::string error = {};
    int wait_from = 0, wait_to = 0;  ///< seconds until the next try, when it matters
};

class BadEndpoints : public testing::TestWithParam<Platform> {
protected:
    /// An endpoint that does this with every request, and what becomes of a delivery to it.
    void endpoint(const std::string& name, Reaction reaction, Expected expected,
                  std::string greeting = {}) {
        servers_.emplace_back(always(std::move(reaction)), true, std::move(greeting));
        endpoint_at(name, servers_.back().url(""), std::move(expected));
    }
    void endpoint_at(const std::string& name, const std::string& url, Expected expected) {
        accounts_ += (accounts_.empty() ? "\"" : ",\"") + name + R"(":{"platform":")" +
                     GetParam().name + R"(","on_unknown":"hold",)" + GetParam().settings + ",\"" +
                     GetParam().base + "\":\"" + url + "\"}";
        if (!expected.status.empty()) expected_[name] = std::move(expected);
    }

    void open(const std::string& ca_file, int total_ms = 1'000) {
        auto opened = engine::Hub::open(
            R"({"store":"memory:","allow_networks":["127.0.0.0/8"],"connect_ms":900,"total_ms":)" +
                std::to_string(total_ms) + R"(,"retry_base_ms":60000,"ca_file":")" + ca_file +
                R"(","account":{)" + accounts_ + "}}",
            engine::run_sender);
        ASSERT_TRUE(opened) << opened.error().message;
        hub_ = std::move(*opened);
    }

    /// Something to send for a user of that account; the delivery's id.
    std::string send(const std::string& account, const std::string& user) {
        const std::string words = R"({"type":"text","text":"hello"})";
        if (GetParam().is_channel) {
            const auto said = hub_->say(account, R"({"id":")" + user + R"("})", words, "");
            EXPECT_EQ(said.error.code, Code::ok) << said.error.message;
            return said.delivery_id;
        }
        meet(account, user);
        engine::CommandRequest notify;
        notify.name = "notify";
        notify.content = words;
        const auto told = hub_->command(account + ":live:" + user, notify);
        EXPECT_EQ(told.error.code, Code::ok) << told.error.message;
        return told.delivery_id;
    }
    void meet(const std::string& account, const std::string& user) {
        model::Request request;
        request.method = "POST";
        std::string body;
        if (std::string_view(GetParam().name) == "certainly") {
            request.path = "/messages";
            request.query = "token=wt-made-up";
            body =
                R"({"interlocutor":"user","data":{"error":null,"message":{"user_profile":{},"ref":null,"user_id":")" +
                user + R"(","timestamp":1767607200,"message":"hi","attachments":[]}}})";
        } else {
            request.path = "/";
            request.query = "challenge.verifyToken=vt-made-up";
            body =
                R"({"event":"messages","botId":"b1","version":"LIVE","sessionId":")" + user +
                R"(","timestamp":"2026-01-05T10:00:00.000Z","messages":[{"actor":"bot","timestamp":"2026-01-05T10:00:00.000Z","message":{"text":"hi"}}]})";
        }
        request.body = body;
        EXPECT_EQ(hub_->receive(account, request, {}).status, 200);
    }

    json::Object delivery(const std::string& id) {
        const auto text = hub_->delivery(id);
        return text ? json::parse_value(*text, "a delivery")->as_object() : json::Object{};
    }
    /// After its first attempt, waited for.
    json::Object attempted(const std::string& id) {
        const auto end = std::chrono::steady_clock::now() + kPatience;
        for (;;) {
            auto found = delivery(id);
            if (json::integer_of(found, "attempts", 0) > 0 ||
                json::text_of(found, "status") == "paused" ||
                std::chrono::steady_clock::now() > end)
                return found;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }

    std::list<LoopbackServer> servers_;
    std::string accounts_;
    std::map<std::string, Expected> expected_;
    std::unique_ptr<engine::Hub> hub_;
};

std::string closed_port() {
    const LoopbackServer gone(always({}));
    return gone.url("");
}

TEST_P(BadEndpoints, are_told_apart_and_harm_nobody_else) {
    const Platform& platform = GetParam();
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    const LoopbackServer trap(always({{reply(200)}}));
    const LoopbackServer good(always({{reply(200)}}));
    const Certificate valid("127.0.0.1", -3600, 3600);
    const Certificate expired("127.0.0.1", -7200, -3600);
    const Certificate foreign("desk.example", -3600, 3600);
    const TlsServer at_valid(valid), at_expired(expired), at_foreign(foreign);
    const auto ca_file = std::filesystem::temp_directory_path() /
                         ("lampjack-ca-" + std::to_string(getpid()) + platform.name + ".pem");
    std::ofstream(ca_file) << valid.pem() << expired.pem() << foreign.pem();

    endpoint_at("refuses", closed_port(), {"pending", "connect"});
    endpoint("hangs", {{}, End::hang}, {"held", "unknown_after_sent"});
    endpoint("hangs-after-head", {{ok + "Content-Length: 9\r\n\r\n"}, End::hang},
             {by_status(platform), {}});
    std::vector<std::string> bytes;
    for (const char c : ok + "Content-Length: 0\r\n\r\n") bytes.emplace_back(1, c);
    endpoint("a-byte-a-second", {bytes, End::close, std::chrono::seconds(1)},
             {"held", "unknown_after_sent"});
    endpoint("resets", {{}, End::reset}, {"held", "unknown_after_sent"});
    endpoint("cuts", {{ok + "Content-Length: 9\r\n\r\nhalf"}, End::close}, {by_status(platform)});
    endpoint("fails", {{reply(500)}}, {"pending", "status 500"});
    endpoint("busy-seconds", {{reply(429, {{"Retry-After", "120"}})}}, {"pending", {}, 60, 120});
    endpoint("busy-date", {{reply(429, {{"Retry-After", http_date(std::time(nullptr) + 300)}})}},
             {"pending", {}, 200, 300});
    endpoint("busy-garbage", {{reply(429, {{"Retry-After", "soon"}})}}, {"pending", {}, -30, 60});
    endpoint("busy-for-ever", {{reply(429, {{"Retry-After", "1000000000"}})}},
             {"pending", {}, 800, 900});
    endpoint("redirects", {{reply(302, {{"Location", trap.url("/trap")}})}},
             {"dead", "status 302"});
    endpoint("floods", {{ok + "\r\n", std::string(1 << 20, 'x')}, End::close},
             {by_status(platform)});
    endpoint_at("no-tls",
                [&] {
                    servers_.emplace_back(always({}), true, reply(400));
                    return servers_.back().url("", "127.0.0.1", "https");
                }(),
                {"pending", "tls"});
    endpoint_at("expired", at_expired.url(), {"paused", "credentials: tls_verification"});
    endpoint_at("foreign", at_foreign.url(), {"paused", "credentials: tls_verification"});
    endpoint("http-1-0", {{"HTTP/1.0 200 OK\r\n\r\n{}"}, End::close}, {"sent"});
    endpoint("bad-chunks", {{ok + "Transfer-Encoding: chunked\r\n\r\nZZ\r\nhello"}, End::close},
             {by_status(platform)});
    endpoint_at("no-name", "https://desk.invalid", {"pending"});
    endpoint_at("valid", at_valid.url(), {"sent"});
    endpoint_at("good", good.url(""), {});
    open(ca_file.string());

    std::map<std::string, std::string> ids;
    for (const auto& [name, expected] : expected_) ids[name] = send(name, "u-1");
    std::vector<std::string> others;
    for (int i = 0; i < 20; ++i) others.push_back(send("good", "v-" + std::to_string(i)));

    for (const auto& id : others)
        EXPECT_EQ(json::text_of(attempted(id), "status"), "sent") << "others go on";
    for (const auto& [name, expected] : expected_) {
        const auto found = attempted(ids[name]);
        EXPECT_EQ(json::text_of(found, "status"), expected.status) << name;
        if (!expected.error.empty()) {
            EXPECT_EQ(json::text_of(found, "last_error"), expected.error) << name;
        }
        if (expected.wait_to == 0) continue;
        const auto next = parse_time(json::text_of(found, "next_at"));
        ASSERT_TRUE(next) << name;
        const auto seconds = (*next - SystemClock().now()) / 1000;
        EXPECT_GE(seconds, expected.wait_from) << name;
        // A wait of nearly nothing may have led to a second attempt meanwhile, and those wait up to twice as long.
        const auto attempts = json::integer_of(found, "attempts", 1);
        EXPECT_LE(seconds, expected.wait_to << (attempts - 1)) << name;
    }
    EXPECT_EQ(trap.connections(), 0) << "no redirect is followed";
    EXPECT_EQ(at_expired.requests() + at_foreign.requests(), 0) << "no token is shown to them";
    EXPECT_EQ(at_valid.requests(), 1) << "the control";
    const auto begin = std::chrono::steady_clock::now();
    hub_->close();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, kPatience) << "no thread hangs on";
    std::filesystem::remove(ca_file);
}

/// As many that hang as it takes to fill every place that accounts share, and more to send to each than it gets.
TEST_P(BadEndpoints, that_take_all_they_get_leave_places_for_the_others) {
    constexpr int kHanging = 8;
    const LoopbackServer good(always({{reply(200)}}));
    const Certificate any("127.0.0.1", -3600, 3600);
    const auto ca_file = std::filesystem::temp_directory_path() /
                         ("lampjack-ca-" + std::to_string(getpid()) + GetParam().name + ".pem");
    std::ofstream(ca_file) << any.pem();
    for (int i = 0; i < kHanging; ++i) endpoint("hangs-" + std::to_string(i), {{}, End::hang}, {});
    endpoint_at("good", good.url(""), {});
    open(ca_file.string(), 600'000);
    std::vector<std::string> hanging;
    for (int i = 0; i < kHanging; ++i)
        for (int message = 0; message < 20; ++message)
            hanging.push_back(send("hangs-" + std::to_string(i), "u-" + std::to_string(message)));
    const auto received = [&] {
        std::size_t count = 0;
        for (const auto& server : servers_) count += server.requests().size();
        return count;
    };
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (received() < 48 && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_GE(received(), 48U) << "hardly anything is left of what they share";

    std::vector<std::string> others;
    for (int i = 0; i < 20; ++i) others.push_back(send("good", "v-" + std::to_string(i)));
    for (const auto& id : others) EXPECT_EQ(json::text_of(attempted(id), "status"), "sent");
    for (const auto& id : hanging)
        EXPECT_EQ(json::integer_of(delivery(id), "attempts", -1), 0) << "it hangs all the while";
    hub_->close();
    std::filesystem::remove(ca_file);
}

INSTANTIATE_TEST_SUITE_P(Platforms, BadEndpoints, testing::ValuesIn(kPlatforms),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace lampjack::test
