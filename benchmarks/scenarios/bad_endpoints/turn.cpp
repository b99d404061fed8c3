#include "turn.h"

#include "timed_client.h"

#include "engine/client_options.h"
#include "engine/hub.h"
#include "transport/curl_client.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace bench {
namespace {

namespace engine = lampjack::engine;
using std::chrono::steady_clock;

constexpr auto kTick = std::chrono::milliseconds(10);
constexpr int kTicksASecond = 100;
/// How long answers are waited for after the last message.
constexpr auto kPatience = std::chrono::seconds(60);

[[noreturn]] void stop(const std::string& why) {
    std::fprintf(stderr, "bad_endpoints: %s\n", why.c_str());
    std::exit(1);
}

/// As the hub makes its own.
std::shared_ptr<TimedClient> make_client(const std::string& config) {
    auto read = engine::read_config(config);
    if (!read) stop(read.error().message);
    auto options = engine::client_options(*read);
    auto client = lampjack::transport::CurlClient::make(std::move(options));
    if (!client) stop(client.error().message);
    return std::make_shared<TimedClient>(std::move(*client));
}

class Traffic {
public:
    explicit Traffic(engine::Hub& hub) : hub_(hub) {}

    /// Something to send for a new user of that account; the delivery's id.
    std::string send(const Account& account) {
        const std::string user = std::to_string(++users_);
        const std::string words = R"({"type":"text","text":"hello"})";
        if (account.vendor->is_channel)
            return id_of(hub_.say(account.name, R"({"id":")" + user + R"("})", words, ""));
        meet(account, user);
        engine::CommandRequest notify;
        notify.name = "notify";
        notify.content = words;
        return id_of(hub_.command(account.name + ":live:" + user, notify));
    }

private:
    static std::string id_of(const engine::CommandResult& result) {
        if (result.delivery_id.empty()) stop("a message was not taken: " + result.error.message);
        return result.delivery_id;
    }
    void meet(const Account& account, const std::string& user) {
        lampjack::model::Request request;
        request.method = "POST";
        const bool certainly = std::string_view(account.vendor->name) == "certainly";
        request.path = certainly ? "/messages" : "/";
        request.query = certainly ? "token=wt-made-up" : "challenge.verifyToken=vt-made-up";
        const std::string body =
            certainly
                ? R"({"interlocutor":"user","data":{"error":null,"message":{"user_profile":{},"ref":null,"user_id":")" +
                      user + R"(","timestamp":1767607200,"message":"hi","attachments":[]}}})"
                : R"({"event":"messages","botId":"b1","version":"LIVE","sessionId":")" + user +
                      R"(","timestamp":"2026-01-05T10:00:00.000Z","messages":[{"actor":"bot","timestamp":"2026-01-05T10:00:00.000Z","message":{"text":"hi"}}]})";
        request.body = body;
        if (hub_.receive(account.name, request, {}).status != 200) stop("a request was refused");
    }

    engine::Hub& hub_;
    std::size_t users_ = 0;
};

/// Spreads so many events a second over ticks.
class Pacer {
public:
    explicit Pacer(int a_second) : a_second_(a_second) {}
    int now() {
        owed_ += a_second_;
        const int due = owed_ / kTicksASecond;
        owed_ %= kTicksASecond;
        return due;
    }

private:
    int a_second_;
    int owed_ = 0;
};

using Said = std::vector<std::pair<std::string, SteadyTime>>;

Said talk(Traffic& traffic, const Platforms& platforms, const Pace& pace) {
    Said said;
    Pacer measured(pace.measured), others(pace.neighbours);
    std::size_t turn = 0, other = 0;
    auto next = steady_clock::now();
    const auto end = next + std::chrono::duration<double>(pace.seconds);
    for (; next < end; next += kTick) {
        std::this_thread::sleep_until(next);
        for (int i = others.now(); i > 0 && !platforms.neighbours().empty(); --i)
            traffic.send(platforms.neighbours()[other++ % platforms.neighbours().size()]);
        for (int i = measured.now(); i > 0; --i) {
            const auto begun = steady_clock::now();
            said.emplace_back(
                traffic.send(platforms.measured()[turn++ % platforms.measured().size()]), begun);
        }
    }
    return said;
}

double at(const std::vector<double>& sorted, double part) {
    const auto rank =
        static_cast<std::size_t>(std::ceil(part * static_cast<double>(sorted.size())));
    return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

/// Waits for the answers to what was said.
Latencies measure(const Said& said, const TimedClient& client) {
    const auto end = steady_clock::now() + kPatience;
    for (;;) {
        const auto outcomes = client.outcomes();
        Latencies found;
        std::vector<double> times;
        for (const auto& [id, begun] : said) {
            const auto answer = outcomes.find(id);
            if (answer == outcomes.end()) continue;
            times.push_back(
                std::chrono::duration<double, std::milli>(answer->second - begun).count());
        }
        const bool late = steady_clock::now() > end;
        if (times.size() < said.size() && !late) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            continue;
        }
        if (times.empty()) stop("nothing was answered");
        std::sort(times.begin(), times.end());
        found.count = times.size();
        found.unanswered = said.size() - times.size();
        found.p50 = at(times, 0.50);
        found.p99 = at(times, 0.99);
        found.worst = times.back();
        return found;
    }
}

}  // namespace

Latencies take_turn(Neighbours neighbours, const Pace& pace, const std::string& store) {
    const Platforms platforms(neighbours);
    const std::string config = platforms.config(store);
    const auto client = make_client(config);
    engine::World world;
    world.http = client;
    auto hub = engine::Hub::open(config, engine::run_sender, std::move(world));
    if (!hub) stop(hub.error().message);
    Traffic traffic(**hub);
    const Said said = talk(traffic, platforms, pace);
    Latencies found = measure(said, *client);
    client->close();
    (*hub)->close();
    found.requests = client->requests();
    found.overtime = client->overtime();
    found.trapped = platforms.trapped();
    return found;
}

}  // namespace bench
