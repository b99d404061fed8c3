// G18: every way to spell an address that must not be reached, against every kind of such address. A listener on all
// addresses of this machine counts connections: there must be none, whatever the proxy variables say.
#include "transport/curl_client.h"

#include "support/curl_fixture.h"
#include "support/loopback_server.h"
#include "transport/resolver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <set>

namespace lampjack::transport {
namespace {

using support::allowing;
using support::call_to;
using support::CurlTest;

/// Accepts connections on every address of this machine, of both families, and counts them.
class Listener {
public:
    Listener() {
        fd_ = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
        const int no = 0;
        const bool both =
            fd_ >= 0 && setsockopt(fd_, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no) == 0;
        sockaddr_in6 six{};
        six.sin6_family = AF_INET6;
        six.sin6_addr = in6addr_any;
        if (!both || bind(fd_, reinterpret_cast<sockaddr*>(&six), sizeof six) != 0) use_v4();
        if (listen(fd_, 1024) != 0) std::abort();
        sockaddr_storage bound{};
        socklen_t length = sizeof bound;
        getsockname(fd_, reinterpret_cast<sockaddr*>(&bound), &length);
        port_ =
            ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port
                                              : reinterpret_cast<sockaddr_in*>(&bound)->sin_port);
    }
    ~Listener() { close(fd_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    std::string port() const { return std::to_string(port_); }
    /// Those since the last call.
    int connections() const {
        int count = 0;
        for (int one = 0; (one = accept(fd_, nullptr, nullptr)) >= 0; ++count) close(one);
        return count;
    }

private:
    void use_v4() {
        if (fd_ >= 0) close(fd_);
        fd_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        sockaddr_in four{};
        four.sin_family = AF_INET;
        if (bind(fd_, reinterpret_cast<sockaddr*>(&four), sizeof four) != 0) std::abort();
    }
    int fd_ = -1;
    std::uint16_t port_ = 0;
};

/// Proxy variables that lead to the listener, for the time of a test. Made before the client's thread.
struct Proxies {
    explicit Proxies(const std::string& port) {
        for (const char* name : kNames) setenv(name, ("http://127.0.0.1:" + port).c_str(), 1);
    }
    ~Proxies() {
        for (const char* name : kNames) unsetenv(name);
    }
    static constexpr std::array kNames{"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                       "ALL_PROXY"};
};

struct Client : CurlTest {
    void TestBody() override {}
    using CurlTest::answer, CurlTest::failure, CurlTest::send, CurlTest::Sent, CurlTest::wait;
};

// ---- Addresses ----

using Bytes = std::array<unsigned, 4>;

/// Eight of each block that is not global: both ends, their neighbours inside, and some between.
std::vector<Bytes> refused_v4() {
    struct Block {
        Bytes first;
        unsigned prefix;
    };
    constexpr Block blocks[] = {
        {{0, 0, 0, 0}, 8},      {{10, 0, 0, 0}, 8},     {{100, 64, 0, 0}, 10},
        {{127, 0, 0, 0}, 8},    {{169, 254, 0, 0}, 16}, {{172, 16, 0, 0}, 12},
        {{192, 0, 0, 0}, 24},   {{192, 0, 2, 0}, 24},   {{192, 88, 99, 0}, 24},
        {{192, 168, 0, 0}, 16}, {{198, 18, 0, 0}, 15},  {{198, 51, 100, 0}, 24},
        {{203, 0, 113, 0}, 24}, {{224, 0, 0, 0}, 4},    {{240, 0, 0, 0}, 4},
    };
    std::vector<Bytes> all{
        {169, 254, 169, 254}, {169, 254, 170, 2}, {168, 63, 129, 16}, {100, 100, 100, 200}};
    for (const auto& [first, prefix] : blocks) {
        const std::uint32_t base = first[0] << 24 | first[1] << 16 | first[2] << 8 | first[3];
        const std::uint32_t last = ~0U >> prefix;
        for (const std::uint32_t offset :
             {0U, 1U, 2U, last / 3, last / 2, last - 2, last - 1, last}) {
            const std::uint32_t n = base + offset;
            all.push_back({n >> 24, n >> 16 & 255, n >> 8 & 255, n & 255});
        }
    }
    return all;
}

constexpr const char* kRefusedV6[] = {"::",
                                      "::1",
                                      "::2",
                                      "::127.0.0.1",
                                      "::8.8.8.8",
                                      "64:ff9b::127.0.0.1",
                                      "64:ff9b::a00:1",
                                      "64:ff9b:1::808:808",
                                      "100::1",
                                      "1fff::1",
                                      "2001::1",
                                      "2001:2::1",
                                      "2001:db8::1",
                                      "2002:7f00:1::1",
                                      "2002:a9fe:a9fe::1",
                                      "3fff::1",
                                      "4000::1",
                                      "5f00::1",
                                      "fc00::1",
                                      "fd00:ec2::254",
                                      "fd20:ce::254",
                                      "fe80::1",
                                      "febf::1",
                                      "fec0::1",
                                      "ff02::1",
                                      "::ffff:127.0.0.1",
                                      "::ffff:10.0.0.1",
                                      "::ffff:169.254.169.254",
                                      "::ffff:7f00:1",
                                      "0:0:0:0:0:0:0:1",
                                      "::FFFF:127.0.0.1"};

// ---- Spellings ----

std::string format(const char* how, unsigned a, unsigned b = 0, unsigned c = 0, unsigned d = 0) {
    char text[128];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    std::snprintf(text, sizeof text, how, a, b, c, d);
#pragma GCC diagnostic pop
    return text;
}

std::string escaped(const std::string& host, const char* of) {
    std::string out;
    for (const char c : host)
        out += std::string_view(of).find(c) == std::string_view::npos
                   ? std::string(1, c)
                   : format("%%%02x", static_cast<unsigned char>(c));
    return out;
}

std::string replaced(const std::string& host, char what, const std::string& by) {
    std::string out;
    for (const char c : host) out += c == what ? by : std::string(1, c);
    return out;
}

/// Numbers that some parsers take for that IPv4 address, and IPv6 addresses that carry it.
std::vector<std::string> disguises(const Bytes& ip) {
    const auto [a, b, c, d] = ip;
    const unsigned n = a << 24 | b << 16 | c << 8 | d;
    const std::string dots = format("%u.%u.%u.%u", a, b, c, d);
    const std::string groups = format("%x:%x", a << 8 | b, c << 8 | d);
    return {format("%u", n),
            format("0x%x", n),
            format("0X%X", n),
            format("0%o", n),
            std::to_string((1ULL << 32) + n),
            format("0x%x.0x%x.0x%x.0x%x", a, b, c, d),
            format("0%o.0%o.0%o.0%o", a, b, c, d),
            format("%04o.%04o.%04o.%04o", a, b, c, d),
            format("%u.%u.%u", a, b, c << 8 | d),
            format("%u.%u", a, b << 16 | c << 8 | d),
            format("0x%x.%u", a, b << 16 | c << 8 | d),
            format("0x%x.%u.%u.%u", a, b, c, d),
            format("%u.%u.0x%x.%u", a, b, c, d),
            format("%u.%u.%u.%u", a + 256, b, c, d),
            dots + ".",
            dots + "..",
            "." + dots,
            dots + ".0",
            "[::ffff:" + dots + "]",
            "[::ffff:" + groups + "]",
            "[::FFFF:" + groups + "]",
            "[0:0:0:0:0:ffff:" + groups + "]",
            "[::" + dots + "]",
            "[64:ff9b::" + dots + "]",
            "[64:ff9b::" + groups + "]",
            "[64:ff9b:1::" + dots + "]",
            "[2002:" + groups + "::1]",
            "[2002:" + groups + "::]",
            "[::ffff:" + dots + "%251]",
            "[" + dots + "]"};
}

/// Addresses of requests that some parsers take to that host.
std::vector<std::string> spellings(const std::string& host, const std::string& port) {
    const std::string at = host + ":" + port;
    const std::string tail = at + "/";
    return {"https://" + tail,
            "http://" + tail,
            "HTTPS://" + tail,
            "https://" + host + "/",
            "http://" + host + "/",
            "https://" + at,
            "https://" + at + "?x",
            "https://" + at + "#x",
            "https://user@" + tail,
            "https://user:word@" + tail,
            "https://@" + tail,
            "https://api.example@" + tail,
            "https://api.example:443@" + tail,
            "https://" + at + "#@api.example/",
            "https://" + at + "\\@api.example/",
            "https://api.example\\@" + tail,
            "https://api.example%40" + tail,
            "https://" + escaped(host, "0123456789") + ":" + port + "/",
            "https://" + escaped(host, ".:") + ":" + port + "/",
            "https://" + replaced(host, '.', "\xe3\x80\x82") + ":" + port + "/",
            "https://" + replaced(host, '1', "\xef\xbc\x91") + ":" + port + "/",
            " https://" + tail,
            "https:// " + tail,
            "https://" + host + " :" + port + "/",
            "https://\t" + tail,
            "https://" + host + "\n:" + port + "/",
            "https:" + tail,
            "https:/" + tail,
            "https:///" + tail,
            "//" + tail,
            tail,
            "https://" + host + ":" + port + ":443/",
            "https://" + host + ":0/",
            "https://" + host + ":99999/",
            "ftp://" + tail,
            "file://" + tail,
            "gopher://" + tail,
            "dict://" + tail,
            "https://" + tail + "../x",
            "https://" + tail + "%2e%2e/x"};
}

/// All calls are on their way before the first is looked at: a table of thousands takes a second.
void expect_refused(Client& client, const std::vector<std::string>& urls) {
    std::vector<Client::Sent> sent;
    sent.reserve(urls.size());
    for (const auto& url : urls) {
        Call call = call_to(url);
        call.policy = nullptr;
        sent.push_back(client.send(std::move(call)));
    }
    for (std::size_t i = 0; i < sent.size(); ++i)
        ASSERT_EQ(client.failure(client.wait(std::move(sent[i]))).kind,
                  FailureKind::refused_by_policy)
            << urls[i];
}

TEST(Ssrf, no_spelling_of_a_refused_address_is_connected_to) {
    const Listener listener;
    const Proxies proxies(listener.port());
    Client client;
    std::set<std::string> addresses;
    std::size_t least = 1000, tried = 0;
    for (const Bytes& ip : refused_v4()) {
        const std::string host = format("%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
        if (!addresses.insert(host).second) continue;
        auto urls = spellings(host, listener.port());
        for (const auto& disguise : disguises(ip))
            urls.push_back("https://" + disguise + ":" + listener.port() + "/");
        least = std::min(least, urls.size());
        tried += urls.size();
        ASSERT_NO_FATAL_FAILURE(expect_refused(client, urls));
    }
    for (const char* six : kRefusedV6) {
        addresses.insert(six);
        ASSERT_NO_FATAL_FAILURE(
            expect_refused(client, spellings("[" + std::string(six) + "]", listener.port())));
    }
    EXPECT_GE(addresses.size(), 120U);
    EXPECT_GE(least, 60U);
    EXPECT_GT(tried, 7'200U);
    EXPECT_EQ(listener.connections(), 0);
}

TEST(Ssrf, the_table_reaches_the_listener_when_it_is_allowed) {
    const Listener listener;
    const Proxies proxies(listener.port());
    Client client;
    Call call = call_to("http://127.0.0.1:" + listener.port() + "/");
    call.timeouts.total = std::chrono::milliseconds(500);
    client.wait(client.send(std::move(call)));
    EXPECT_EQ(listener.connections(), 1) << "the control: it counts";
}

TEST(Ssrf, no_name_leads_to_a_refused_address) {
    const Listener listener;
    const Proxies proxies(listener.port());
    Client client;
    std::vector<std::string> urls;
    const auto add = [&](const std::string& address) {
        const std::string name = "n" + std::to_string(urls.size()) + ".example";
        support::resolve_to(name, {address});
        urls.push_back("https://" + name + ":" + listener.port() + "/");
    };
    for (const Bytes& ip : refused_v4()) add(format("%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]));
    for (const char* six : kRefusedV6) add(six);
    EXPECT_GE(urls.size(), 120U);
    expect_refused(client, urls);
    EXPECT_EQ(listener.connections(), 0);
    EXPECT_GE(support::lookups_of("n0.example"), 1) << "the control: the resolver is ours";
}

/// The name leads to an address that is allowed, and the next time to one that is not.
TEST(Ssrf, a_name_that_changes_its_mind_gains_nothing) {
    support::LoopbackServer server([](const support::Received&) {
        return support::Reaction{{support::reply(200)}, support::Reaction::End::close};
    });
    const Listener listener;
    const Proxies proxies(listener.port());
    Client client;
    const auto ask = [&](const std::string& port) {
        Call call = call_to("http://rebind.example:" + port + "/");
        call.policy = allowing({"127.0.0.1/32"});
        return client.wait(client.send(std::move(call)));
    };
    support::resolve_to("rebind.example", {"127.0.0.1"});
    EXPECT_EQ(client.answer(ask(std::to_string(server.port()))).status, 200);
    for (const char* other : {"127.0.0.2", "0.0.0.0", "::1", "::ffff:127.0.0.2", "10.0.0.1"}) {
        support::resolve_to("rebind.example", {other});
        // Another port, so that neither a kept connection nor a remembered answer serves.
        EXPECT_EQ(client.failure(ask(listener.port())).kind, FailureKind::refused_by_policy)
            << other;
        Client fresh;
        Call call = call_to(server.url("/", "rebind.example"));
        call.policy = allowing({"127.0.0.1/32"});
        EXPECT_EQ(fresh.failure(fresh.wait(fresh.send(std::move(call)))).kind,
                  FailureKind::refused_by_policy)
            << other;
    }
    EXPECT_EQ(listener.connections(), 0);
    EXPECT_EQ(server.requests().size(), 1U);
}

}  // namespace
}  // namespace lampjack::transport
