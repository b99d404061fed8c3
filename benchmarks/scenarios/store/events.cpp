#include "events.h"

#include <cstdio>
#include <cstdlib>

namespace bench {
namespace {

constexpr const char* kTime = R"("timestamp":"2026-01-05T10:00:00.000Z")";
constexpr const char* kAccount =
    R"("platform":"chatlayer_offloading","verify_token":"vt-made-up","api_token":"at-made-up",)"
    R"("api_base":"https://api.example","pause_action":{"pause":true},"resume_action":{"resume":true})";

}  // namespace

std::string make_body(std::uint64_t number) {
    const std::string session = "s-" + std::to_string(number % kConversations);
    const std::string name = std::to_string(number);
    std::string body = R"({"event":"messages","botId":"b1","version":"LIVE","sessionId":")";
    body.append(session).append("\",").append(kTime).append(R"(,"messages":[{"actor":"user",)");
    body.append(kTime).append(R"(,"message":{"messageType":"text","text":"Where is my order )");
    body.append(name).append(R"(?","channelType":"web","sender":{"id":")").append(session);
    body.append(R"(","botId":"b1"},)").append(kTime).append(R"(,"id":"m-)").append(name);
    return body.append(R"("}}]})");
}

std::unique_ptr<lampjack::engine::Hub> open_hub(const std::string& store) {
    const auto open_with = [&](const std::string& limits) {
        return lampjack::engine::Hub::open("{\"store\":\"" + store + "\"," + limits +
                                               "\"account\":{\"shop\":{" + kAccount + "}}}",
                                           lampjack::engine::run_nothing);
    };
    auto opened = open_with("\"account_events_limit\":10000000,");
    if (!opened) opened = open_with({});  // releases before have no such limit
    if (!opened) give_up(opened.error().message);
    return std::move(*opened);
}

bool give(lampjack::engine::Hub& hub, std::string_view body) {
    lampjack::model::Request request;
    request.method = "POST";
    request.path = "/";
    request.query = "challenge.verifyToken=vt-made-up";
    request.body = body;
    return hub.receive("shop", request, {}).status == 200;
}

void give_up(const std::string& why) {
    std::printf("bench_store: %s\n", why.c_str());
    std::fflush(stdout);
    std::_Exit(1);
}

}  // namespace bench
