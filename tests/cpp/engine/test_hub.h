#pragma once
// A hub under test: one Chatlayer account, a clock that stands still, a client whose outcomes the test decides.

#include "engine/hub.h"

#include "../support/fake_http_client.h"
#include "../support/log_check.h"
#include "json/value.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace lampjack::test {

inline constexpr Millis kStart = 1'767'607'200'000;  // 2026-01-05T10:00:00Z

struct TestHub {
    /// `options` are further keys of the configuration, each with a comma behind it. Hubs of one seed draw the same ids.
    explicit TestHub(std::string settings = kFull, std::string options = {},
                     std::shared_ptr<store::Store> store = {}, std::uint64_t seed = 7) {
        engine::World world;
        world.clock = clock;
        world.random = std::make_shared<SeededRandom>(seed);
        world.http = http;
        world.store = std::move(store);
        world.log = [this](std::string_view level, std::string_view text) {
            support::keep_line(log, level, text);
        };
        // The clock stands still, so that the account's budget of events would never fill again.
        if (options.find("account_events_limit") == std::string::npos)
            options += R"("account_events_limit":1000000,)";
        auto opened = engine::Hub::open("{\"store\":\"memory:\"," + options +
                                            "\"account\":{\"shop\":{" + settings + "}}}",
                                        engine::run_nothing, std::move(world));
        EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message);
        if (opened) hub = std::move(*opened);
    }
    ~TestHub() { http->close(); }

    static constexpr const char* kFull =
        R"("platform":"chatlayer_offloading","verify_token":"vt-made-up","api_token":"at-made-up",)"
        R"("api_base":"https://api.example","pause_action":{"pause":true},"resume_action":{"resume":true})";

    model::Answer post(std::string_view body, const engine::Decide& decide = {},
                       std::string_view query = "challenge.verifyToken=vt-made-up") {
        model::Request request;
        request.method = "POST";
        request.path = "/";
        request.query = query;
        request.body = body;
        return hub->receive("shop", request, decide);
    }

    static std::string at(int second) {
        return "2026-01-05T10:00:" + std::string(second < 10 ? "0" : "") + std::to_string(second) +
               ".000Z";
    }
    static std::string user_item(std::string_view text, int second, std::string_view id) {
        return R"({"actor":"user","timestamp":")" + at(second) +
               R"(","message":{"messageType":"text","text":")" + std::string(text) +
               R"(","channelType":"web","sender":{"id":"s-1","botId":"b1"},"timestamp":")" +
               at(second) + R"(","id":")" + std::string(id) + R"("}})";
    }
    static std::string bot_item(std::string_view text, int second) {
        return R"({"actor":"bot","timestamp":")" + at(second) + R"(","message":{"text":")" +
               std::string(text) + R"("}})";
    }
    static std::string messages(std::string_view items, int second) {
        return R"({"event":"messages","botId":"b1","version":"LIVE","sessionId":"s-1","timestamp":")" +
               at(second) + R"(","messages":[)" + std::string(items) + "]}";
    }
    static std::string offload(std::string_view transcript, int second) {
        return R"({"event":"offload","botId":"b1","version":"LIVE","sessionId":"s-1","timestamp":")" +
               at(second) + R"(","payload":{"queue":"billing"},"transcript":[)" +
               std::string(transcript) + "]}";
    }

    engine::CommandResult command(std::string_view name, std::string_view agent,
                                  std::string_view content = {},
                                  std::optional<std::uint64_t> epoch = {},
                                  std::string_view key = {}, bool force = false) {
        engine::CommandRequest request;
        request.name = name;
        request.agent = agent;
        request.content = content;
        request.epoch = epoch;
        request.key = key;
        request.force = force;
        return hub->command(kRef, request);
    }
    json::Object conversation() const { return object(hub->conversation(kRef)); }
    std::string state() const { return std::string(json::text_of(conversation(), "state")); }
    json::Object delivery(const std::string& id) const { return object(hub->delivery(id)); }
    json::Array transcript() const {
        const auto text = hub->transcript(kRef, 0, 1000);
        return text ? json::parse_value(*text, "transcript")->as_array() : json::Array{};
    }
    std::size_t events() const {
        std::size_t count = 0;
        for (const auto& item : transcript()) count += item.as_object().contains("event") ? 1U : 0U;
        return count;
    }

    /// Lets the sender look, answers the call it made, lets it record.
    void answer_next(std::int32_t status, model::Headers headers = {}) {
        hub->step();
        const auto waiting = http->in_flight();
        ASSERT_EQ(waiting.size(), 1u) << "exactly one call must be in flight";
        http->answer(waiting.front(), status, "{}", std::move(headers));
        http->deliver();
        hub->step();
    }

    static engine::Decide accept(bool mute) {
        return [mute](const engine::Question&) { return engine::Decision{true, mute, {}}; };
    }

    static json::Object object(const Result<std::string>& text) {
        EXPECT_TRUE(text.has_value()) << (text ? "" : text.error().message);
        if (!text) return {};
        return json::parse_value(*text, "a view")->as_object();
    }

    static constexpr const char* kRef = "shop:live:s-1";
    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(kStart);
    std::shared_ptr<support::FakeHttpClient> http = std::make_shared<support::FakeHttpClient>();
    std::string log;
    std::unique_ptr<engine::Hub> hub;
};

}  // namespace lampjack::test
