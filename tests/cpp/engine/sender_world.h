#pragma once
// What the tests of the sender share: hubs on one store and one virtual clock, with clients whose outcomes the test
// decides. A hub can be killed, which is: dropped with everything it had in flight, and nothing recorded.

#include "engine/hub.h"

#include "../support/fake_http_client.h"
#include "../support/log_check.h"
#include "base/timestamp.h"
#include "store/memory_store.h"
#include "json/value.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lampjack::test {

/// A memory store that fails where a test says so.
class FaultyStore : public store::MemoryStore {
public:
    bool no_writes = false;
    bool no_conversations = false;
    bool no_meta = false;
    bool no_releases = false;
    Result<std::unique_ptr<store::Tx>> begin() override {
        if (no_writes) return fail(Code::store, "the disk is full");
        return MemoryStore::begin();
    }
    Result<store::ConversationRow> conversation(const store::ConversationKey& key) override {
        if (no_conversations) return fail(Code::store, "the disk cannot be read");
        return MemoryStore::conversation(key);
    }
    Result<std::string> meta(std::string_view name) override {
        if (no_meta) return fail(Code::store, "the disk cannot be read");
        return MemoryStore::meta(name);
    }
    Result<void> release_delivery(const store::ConversationKey& key, std::uint64_t token) override {
        if (no_releases) return fail(Code::store, "the disk is full");
        return MemoryStore::release_delivery(key, token);
    }
};

/// One process: a hub and its client.
struct Process {
    std::shared_ptr<support::FakeHttpClient> http = std::make_shared<support::FakeHttpClient>();
    std::unique_ptr<engine::Hub> hub;
    ~Process() { http->close(); }
};

struct SenderWorld {
    static constexpr Millis kBegin = 1'767'607'200'000;  // 2026-01-05T10:00:00Z

    /// The JSON of a Chatlayer account under that name, with more settings (`,"name":value`) and another address.
    static std::string account(const std::string& name, const std::string& settings,
                               const std::string& base) {
        return "\"" + name +
               R"(":{"platform":"chatlayer_offloading","verify_token":"vt-made-up","api_token":"at-made-up",)"
               R"("api_base":")" +
               base + R"(","pause_action":{"pause":true},"resume_action":{"resume":true})" +
               settings + "}";
    }
    static std::string account(const std::string& name, const std::string& settings) {
        return account(name, settings, "https://api.example");
    }
    static std::string account(const std::string& name) { return account(name, ""); }

    explicit SenderWorld(std::string accounts = account("shop"), std::string more = {},
                         std::shared_ptr<store::Store> kept = {})
        : store(kept ? std::move(kept) : std::make_shared<store::MemoryStore>()),
          config(R"({"store":"memory:",)" + more + R"("account":{)" + accounts + "}}") {
        first = start();
    }

    std::unique_ptr<Process> start() {
        auto process = std::make_unique<Process>();
        engine::World world;
        world.clock = clock;
        world.random = std::make_shared<SeededRandom>(++seed);
        world.store = store;
        world.http = process->http;
        world.log = [this](std::string_view level, std::string_view text) {
            support::keep_line(log, level, text);
        };
        auto opened = engine::Hub::open(config, engine::run_nothing, std::move(world));
        EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message);
        if (opened) process->hub = std::move(*opened);
        return process;
    }
    engine::Hub& hub() const { return *first->hub; }
    support::FakeHttpClient& http() const { return *first->http; }
    void kill() { first.reset(); }
    void restart() { first = start(); }

    // ---- What people and platforms do

    static std::string ref(const std::string& session, const std::string& account = "shop") {
        return account + ":live:" + session;
    }
    /// The platform asks for a human, and it is said so that its bot is muted.
    void offload(const std::string& session, const std::string& account = "shop",
                 bool mute = true) {
        const std::string body =
            R"({"event":"offload","botId":"b1","version":"LIVE","sessionId":")" + session +
            R"(","timestamp":")" + stamp() + R"(","payload":{},"transcript":[]})";
        const auto answer = post(body, account, [mute](const engine::Question&) {
            return engine::Decision{true, mute, {}};
        });
        EXPECT_EQ(answer.status, 200) << answer.body;
    }
    void bot_says(const std::string& session, const std::string& text,
                  const std::string& account = "shop") {
        post(R"({"event":"messages","botId":"b1","version":"LIVE","sessionId":")" + session +
                 R"(","timestamp":")" + stamp() + R"(","messages":[{"actor":"bot","timestamp":")" +
                 stamp() + R"(","message":{"text":")" + text + R"("}}]})",
             account, {});
    }
    model::Answer post(const std::string& body, const std::string& account,
                       const engine::Decide& decide) {
        model::Request request;
        request.method = "POST";
        request.path = "/";
        request.query = "challenge.verifyToken=vt-made-up";
        request.body = body;
        return hub().receive(account, request, decide);
    }
    engine::CommandResult command(std::string_view name, const std::string& session,
                                  const std::string& content = {},
                                  const std::string& agent = "dana",
                                  const std::string& account = "shop", bool force = false) {
        engine::CommandRequest request;
        request.name = name;
        request.agent = agent;
        request.content = content;
        request.force = force;
        return hub().command(ref(session, account), request);
    }
    static std::string text(const std::string& words) {
        return R"({"type":"text","text":")" + words + R"("})";
    }
    std::string reply(const std::string& session, const std::string& words,
                      const std::string& account = "shop") {
        const auto result = command("reply", session, text(words), "dana", account);
        EXPECT_EQ(result.error.code, Code::ok) << result.error.message;
        return result.delivery_id;
    }

    // ---- What goes out

    /// Lets the sender look, answers everything it sent with that status, lets it record. How many there were.
    std::size_t answer_all(std::int32_t status, const std::string& body = "{}",
                           const model::Headers& headers = {}) {
        hub().step();
        const auto ids = http().in_flight();
        for (const auto id : ids) http().answer(id, status, body, headers);
        http().deliver();
        hub().step();
        return ids.size();
    }
    std::size_t fail_all(transport::FailureKind kind) {
        hub().step();
        const auto ids = http().in_flight();
        for (const auto id : ids) http().fail_with(id, kind);
        http().deliver();
        hub().step();
        return ids.size();
    }
    /// The platform answers all with that status while so much time goes by; how many requests came.
    std::size_t pass_time(Millis time, Millis step, std::int32_t status,
                          const model::Headers& headers = {}) {
        const std::size_t before = http().count();
        for (Millis gone = 0; gone < time; gone += step) {
            clock->advance(step);
            while (answer_all(status, "{}", headers) != 0 && status == 200) {}
        }
        return http().count() - before;
    }

    // ---- What is seen

    static json::Object object(const Result<std::string>& text) {
        EXPECT_TRUE(text.has_value()) << (text ? "" : text.error().message);
        return text ? json::parse_value(*text, "a view")->as_object() : json::Object{};
    }
    std::string state(const std::string& session, const std::string& account = "shop") const {
        return std::string(
            json::text_of(object(hub().conversation(ref(session, account))), "state"));
    }
    json::Object delivery(const std::string& id) const { return object(hub().delivery(id)); }
    std::string status(const std::string& id) const {
        return std::string(json::text_of(delivery(id), "status"));
    }
    json::Array dead_letters() const {
        const auto text = hub().dead_letters(1000);
        EXPECT_TRUE(text.has_value());
        return text ? json::parse_value(*text, "dead letters")->as_array() : json::Array{};
    }
    json::Array stuck() const {
        const auto text = hub().stuck();
        EXPECT_TRUE(text.has_value());
        return text ? json::parse_value(*text, "stuck")->as_array() : json::Array{};
    }
    /// The statuses told about a delivery, in order.
    std::string told(const std::string& session, const std::string& id) const {
        const auto text = hub().transcript(ref(session), 0, 1000);
        std::string words;
        const json::Array items = json::parse_value(*text, "transcript")->as_array();
        for (const auto& item : items) {
            const json::Value* fact = item.as_object().if_contains("fact");
            const json::Value* about =
                fact == nullptr ? nullptr : fact->as_object().if_contains("delivery");
            if (about != nullptr && json::text_of(about->as_object(), "id") == id)
                words.append(json::text_of(about->as_object(), "status")).append(" ");
        }
        return words;
    }
    std::int64_t stat(std::string_view name) const {
        return json::integer_of(object(Result<std::string>(hub().stats())), name, -1);
    }

    /// Never twice the same.
    std::string stamp() { return std::string(format_time(clock->now() + ++stamps).view()); }

    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(kBegin);
    std::shared_ptr<store::Store> store;
    std::string config;
    std::string log;
    std::uint64_t seed = 0;
    Millis stamps = 0;
    std::unique_ptr<Process> first;
};

}  // namespace lampjack::test
