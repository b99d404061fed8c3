#include "transport/curl_client.h"

#include "support/curl_fixture.h"
#include "support/loopback_server.h"
#include "transport/retry_policy.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace lampjack::transport {
namespace {

using support::allowing;
using support::call_to;
using support::CurlTest;
using support::LoopbackServer;
using support::Reaction;
using support::Received;
using support::reply;

LoopbackServer::Handler always_ok() {
    return [](const Received&) { return Reaction{{reply(200)}}; };
}

class CurlClientPolicy : public CurlTest {
protected:
    LoopbackServer server_{always_ok()};

    FailureKind kind_for(std::string url, std::shared_ptr<const AddressPolicy> policy) {
        auto call = call_to(std::move(url));
        call.policy = std::move(policy);
        const auto outcome = send_and_wait(std::move(call));
        EXPECT_EQ(classify(outcome), OutcomeClass::credentials);
        const auto found = failure(outcome);
        EXPECT_FALSE(found.written);
        EXPECT_EQ(found.message.find("s3cret"), std::string::npos) << found.message;
        return found.kind;
    }
};

TEST_F(CurlClientPolicy, nothing_is_sent_to_a_refused_address) {
    for (const char* host :
         {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::]", "0.0.0.0", "127.1",
          "2130706433", "0x7f.1", "0177.0.0.1", "user@127.0.0.1"}) {
        EXPECT_EQ(kind_for(server_.url("/s3cret", host, "https"), nullptr),
                  FailureKind::refused_by_policy)
            << host;
        EXPECT_EQ(kind_for(server_.url("/s3cret", host), nullptr), FailureKind::refused_by_policy)
            << host;
    }
    EXPECT_EQ(server_.connections(), 0);
    EXPECT_EQ(answer(send_and_wait(call_to(server_.url()))).status, 200);  // it would have answered
}

TEST_F(CurlClientPolicy, a_name_is_judged_by_the_address_it_leads_to) {
    const auto elsewhere =
        allowing({"10.0.0.0/8"});  // plain http is allowed, but not to where this name leads
    EXPECT_EQ(kind_for(server_.url("/s3cret", "localhost"), elsewhere),
              FailureKind::refused_by_policy);
    EXPECT_EQ(server_.connections(), 0);
    EXPECT_EQ(answer(send_and_wait(call_to(server_.url("/", "localhost")))).status, 200);
}

TEST_F(CurlClientPolicy, a_kept_connection_serves_only_calls_that_may_use_its_address) {
    ASSERT_EQ(answer(send_and_wait(call_to(server_.url("/", "localhost")))).status, 200);
    EXPECT_EQ(kind_for(server_.url("/s3cret", "localhost"), allowing({"10.0.0.0/8"})),
              FailureKind::refused_by_policy);
    EXPECT_EQ(server_.requests().size(), 1U);
    EXPECT_EQ(answer(send_and_wait(call_to(server_.url("/", "localhost")))).status, 200);
}

TEST_F(CurlClientPolicy, other_protocols_and_broken_addresses_are_refused) {
    for (const char* url :
         {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "dict://127.0.0.1/", "",
          "x", "http://127.0.0.1/a b", "http://127.0.0.1/../x", "http://127.0.0.1/\r\nX: y"})
        EXPECT_EQ(kind_for(url, allowing({"127.0.0.0/8"})), FailureKind::refused_by_policy) << url;
}

TEST_F(CurlClientPolicy, headers_that_would_split_are_never_sent) {
    auto call = call_to(server_.url());
    call.request.headers = {{"X-Id", "a\r\nX-Injected: s3cret"}};
    const auto found = failure(send_and_wait(std::move(call)));
    EXPECT_EQ(found.kind, FailureKind::refused_by_policy);
    EXPECT_EQ(found.message, "request header 'X-Id' holds a character that is not allowed");
    EXPECT_EQ(server_.connections(), 0);
}

/// Sets environment variables for the time of a test. Made before the client's thread, ended after
/// it.
class Environment {
public:
    void set(const char* name, const std::string& value) {
        const char* before = std::getenv(name);
        before_.emplace_back(name, before ? std::optional<std::string>(before) : std::nullopt);
        setenv(name, value.c_str(), 1);
    }
    ~Environment() {
        for (const auto& [name, value] : before_)
            value ? setenv(name.c_str(), value->c_str(), 1) : unsetenv(name.c_str());
    }

private:
    std::vector<std::pair<std::string, std::optional<std::string>>> before_;
};

TEST(CurlClientEnvironment, its_proxies_are_ignored) {
    LoopbackServer proxy(always_ok());
    LoopbackServer server(always_ok());
    Environment environment;
    for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
        environment.set(name, proxy.url());
    struct Client : CurlTest {
        void TestBody() override {}
        using CurlTest::answer, CurlTest::send_and_wait;
    } client;
    EXPECT_EQ(client.answer(client.send_and_wait(call_to(server.url("/direct")))).status, 200);
    EXPECT_EQ(server.requests().at(0).target, "/direct");
    EXPECT_EQ(proxy.connections(), 0);
}

TEST(CurlClientEnvironment, a_configured_proxy_is_used_and_judged_by_the_policy) {
    LoopbackServer proxy(always_ok());
    Environment environment;
    environment.set("no_proxy", "*");
    struct Client : CurlTest {
        explicit Client(const std::string& address) : CurlTest(with_proxy(address)) {}
        static CurlOptions with_proxy(const std::string& address) {
            CurlOptions options;
            options.proxy = address;
            return options;
        }
        void TestBody() override {}
        using CurlTest::answer, CurlTest::failure, CurlTest::send_and_wait;
    } client(proxy.url());
    EXPECT_EQ(client.answer(client.send_and_wait(call_to("http://desk.invalid/x"))).status, 200);
    EXPECT_EQ(proxy.requests().at(0).target, "http://desk.invalid/x");

    auto strict = call_to("https://desk.invalid/x");
    strict.policy = nullptr;
    EXPECT_EQ(client.failure(client.send_and_wait(std::move(strict))).kind,
              FailureKind::refused_by_policy);
    EXPECT_EQ(client.failure(client.send_and_wait(call_to("http://10.0.0.1/x"))).kind,
              FailureKind::refused_by_policy);
    EXPECT_EQ(proxy.connections(), 1);
}

TEST(CurlClientEnvironment, netrc_is_ignored) {
    const auto home =
        std::filesystem::temp_directory_path() / ("lampjack-netrc-" + std::to_string(getpid()));
    std::filesystem::create_directory(home);
    std::ofstream(home / ".netrc") << "default login made password up\n";
    Environment environment;
    environment.set("HOME", home.string());
    environment.set("CURL_HOME", home.string());
    LoopbackServer server(always_ok());
    struct Client : CurlTest {
        void TestBody() override {}
        using CurlTest::answer, CurlTest::send_and_wait;
    } client;
    EXPECT_EQ(client.answer(client.send_and_wait(call_to(server.url()))).status, 200);
    EXPECT_EQ(model::header(server.requests().at(0).headers, "authorization"), "");
    std::filesystem::remove_all(home);
}

TEST(CurlOptions, are_checked) {
    const auto code_with = [](auto change) {
        CurlOptions options;
        change(options);
        const auto client = CurlClient::make(std::move(options));
        return client ? Code::ok : client.error().code;
    };
    EXPECT_EQ(code_with([](CurlOptions&) {}), Code::ok);
    EXPECT_EQ(code_with([](CurlOptions& o) { o.ca_file = "/nonexistent.pem"; }), Code::config);
    EXPECT_EQ(code_with([](CurlOptions& o) { o.user_agent = "a\r\nX: y"; }), Code::config);
    EXPECT_EQ(code_with([](CurlOptions& o) { o.proxy = "socks5://127.0.0.1:1"; }), Code::config);
    EXPECT_EQ(code_with([](CurlOptions& o) { o.proxy = "http://user:pass@127.0.0.1:1"; }),
              Code::config);
    EXPECT_EQ(code_with([](CurlOptions& o) { o.proxy = "http://127.0.0.1:3128"; }), Code::ok);
    EXPECT_EQ(code_with([](CurlOptions& o) { o.max_connections = 0; }), Code::config);
    EXPECT_EQ(code_with([](CurlOptions& o) { o.max_connections_per_host = 0; }), Code::config);
    EXPECT_EQ(code_with([](CurlOptions& o) { o.idle_connection = std::chrono::seconds(0); }),
              Code::config);
}

}  // namespace
}  // namespace lampjack::transport
