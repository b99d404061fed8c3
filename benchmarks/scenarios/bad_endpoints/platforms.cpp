#include "platforms.h"

#include "support/listener.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace bench {

using lampjack::support::LoopbackServer;
using lampjack::support::Reaction;
using lampjack::support::Received;
using lampjack::support::reply;
using End = Reaction::End;
using std::chrono::milliseconds;

const std::vector<Vendor> kVendors{
    {"chatlayer_offloading", R"("verify_token":"vt-made-up","api_token":"at-made-up")", "api_base",
     false},
    {"certainly", R"("webhook_token":"wt-made-up","deployment_id":"dep-1")", "api_base", false},
    {"omnichannel", R"("webhook_token":"wt-made-up","auth":"none")", "platform_base", true},
    {"chatlayer_app", R"("relay_token":"rt-made-up")", "target_url", true},
};

namespace {

/// What a platform that is well takes to answer.
constexpr milliseconds kAnswerTime{50};
const std::string kOk = "HTTP/1.1 200 OK\r\n";

LoopbackServer::Handler always(Reaction reaction) {
    return [reaction = std::move(reaction)](const Received&) { return reaction; };
}

Reaction slow_answer() {
    const std::string whole = reply(200);
    return {{whole.substr(0, kOk.size()), whole.substr(kOk.size())}, End::keep, kAnswerTime};
}

std::vector<std::string> byte_by_byte(const std::string& text) {
    std::vector<std::string> bytes;
    for (const char c : text) bytes.emplace_back(1, c);
    return bytes;
}

struct Misbehaviour {
    const char* name;
    Reaction reaction;
    std::string greeting = {};
    const char* scheme = "http";
};

std::vector<Misbehaviour> misbehaviours(const std::string& trap) {
    return {
        {"hangs", {{}, End::hang}},
        {"hangs-after-head", {{kOk + "Content-Length: 9\r\n\r\n"}, End::hang}},
        {"a-byte-a-second",
         {byte_by_byte(kOk + "Content-Length: 0\r\n\r\n"), End::close, milliseconds(1'000)}},
        {"resets", {{}, End::reset}},
        {"cuts", {{kOk + "Content-Length: 9\r\n\r\nhalf"}, End::close}},
        {"fails", {{reply(500)}}},
        {"busy-seconds", {{reply(429, {{"Retry-After", "120"}})}}},
        {"busy-garbage", {{reply(429, {{"Retry-After", "soon"}})}}},
        {"busy-for-ever", {{reply(429, {{"Retry-After", "1000000000"}})}}},
        {"redirects", {{reply(302, {{"Location", trap}})}}},
        {"floods", {{kOk + "\r\n", std::string(1 << 20, 'x')}, End::close}},
        {"no-tls", {}, reply(400), "https"},
        {"http-1-0", {{"HTTP/1.0 200 OK\r\n\r\n{}"}, End::close}},
        {"bad-chunks", {{kOk + "Transfer-Encoding: chunked\r\n\r\nZZ\r\nhello"}, End::close}},
    };
}

std::string closed_port() {
    const LoopbackServer gone(always({}));
    return gone.url("");
}

}  // namespace

Platforms::Platforms(Neighbours neighbours)
    : well_(always(slow_answer())),
      trap_(always({{reply(200)}})),
      expired_("127.0.0.1", -7'200, -3'600),
      at_expired_(expired_),
      ca_file_(std::filesystem::temp_directory_path() /
               ("lampjack-bench-ca-" + std::to_string(getpid()) + ".pem")) {
    std::ofstream(ca_file_) << expired_.pem();
    for (const Vendor& vendor : kVendors) {
        add(measured_, std::string("well-") + vendor.name, vendor, well_.url(""));
        if (neighbours == Neighbours::good) add_good(vendor);
        if (neighbours == Neighbours::bad) add_bad(vendor);
    }
}

Platforms::~Platforms() {
    std::error_code ignored;
    std::filesystem::remove(ca_file_, ignored);
}

void Platforms::add(std::vector<Account>& to, const std::string& name, const Vendor& vendor,
                    const std::string& url) {
    to.push_back({name, &vendor});
    accounts_ += (accounts_.empty() ? "\"" : ",\"") + name + R"(":{"platform":")" + vendor.name +
                 "\"," + vendor.settings + ",\"" + vendor.base + "\":\"" + url + "\"}";
}

/// As many accounts as the bad ones are, all of them well.
void Platforms::add_good(const Vendor& vendor) {
    const std::size_t count = misbehaviours({}).size() + 3;
    for (std::size_t i = 0; i < count; ++i)
        add(neighbours_, std::string(vendor.name) + "-" + std::to_string(i), vendor, well_.url(""));
}

void Platforms::add_bad(const Vendor& vendor) {
    const std::string prefix = std::string(vendor.name) + "-";
    for (auto& bad : misbehaviours(trap_.url("/trap"))) {
        servers_.emplace_back(always(std::move(bad.reaction)), true, std::move(bad.greeting));
        add(neighbours_, prefix + bad.name, vendor,
            servers_.back().url("", "127.0.0.1", bad.scheme));
    }
    add(neighbours_, prefix + "refuses", vendor, closed_port());
    add(neighbours_, prefix + "expired", vendor, at_expired_.url());
    add(neighbours_, prefix + "no-name", vendor, "https://desk.invalid");
}

std::string Platforms::config(const std::string& store) const {
    return R"({"store":")" + store + R"(","allow_networks":["127.0.0.0/8"],"ca_file":")" +
           ca_file_ + R"(","account":{)" + accounts_ + "}}";
}

}  // namespace bench
