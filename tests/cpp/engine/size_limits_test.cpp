#include "engine/size_limits.h"

#include "../support/loopback_server.h"
#include "engine/config.h"
#include "platforms/registry.h"
#include "test_hub.h"

#include <array>
#include <string>
#include <thread>

namespace lampjack::test {
namespace {

using T = TestHub;

std::string option(std::string_view key, std::int64_t value) {
    return "\"" + std::string(key) + "\":" + std::to_string(value) + ",";
}

/// A good request with one more field.
std::string with(const std::string& more) {
    std::string body = T::messages(T::user_item("hi", 1, "m1"), 1);
    return body.insert(1, "\"more\":" + more + ",");
}

/// `body` is exactly at the limit of that value: one lower refuses it and keeps nothing, without a limit it is taken.
void bounds(std::string_view key, std::int64_t value, const std::string& body, std::int32_t status,
            std::string_view detail) {
    T control;
    EXPECT_EQ(control.post(body).status, 200) << key;
    T at(T::kFull, option(key, value));
    EXPECT_EQ(at.post(body).status, 200) << key;
    EXPECT_EQ(at.events(), control.events()) << key;
    T beyond(T::kFull, option(key, value - 1));
    const auto answer = beyond.post(body);
    EXPECT_EQ(answer.status, status) << key;
    EXPECT_NE(answer.body.find(detail), std::string::npos) << answer.body;
    EXPECT_EQ(beyond.hub->conversations("", 10).value(), "[]") << key << ": something was kept";
}

TEST(SizeLimits, bound_a_body) {
    const std::string body = with("\"\"");
    bounds("max_body", static_cast<std::int64_t>(body.size()), body, 413,
           "the body exceeds the limit of this path");
}

TEST(SizeLimits, bound_a_bodys_json) {
    bounds("max_depth", 9, with("[[[[[[[[]]]]]]]]"), 400, "nested deeper than 8 levels");
    bounds("max_members", 12,
           with(R"({"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,)"
                R"("j":0,"k":0,"l":"\n"})"),
           413, "an object has more than 11 members");
    bounds("max_values", 39, with("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]"), 413,
           "the JSON has more than 38 values");
}

TEST(SizeLimits, leave_an_endpoints_own_bound_where_it_is_smaller) {
    const std::string large(2 << 20, ' ');
    for (const std::int64_t limit : {8 << 20, 4 << 20, 1 << 20}) {
        T t(T::kFull, option("max_body", limit));
        const auto status = t.post(T::messages(T::user_item("hi", 1, "m1"), 1) + large).status;
        EXPECT_EQ(status, 413) << "event messages may have 1 MiB";
        EXPECT_EQ(t.post(T::offload("", 2) + large).status, limit > 2 << 20 ? 200 : 413);
        const auto urls = t.hub->urls("");
        EXPECT_NE(urls.find("\"max_body\":" + std::to_string(limit) + ","), std::string::npos)
            << urls;
    }
}

// ---- Items

/// How many items of a transcript were kept raw because there were too many.
std::size_t unread(const std::string& transcript) {
    std::size_t count = 0;
    const auto items = json::parse_value(transcript, "a transcript");
    for (const json::Value& item : items->as_array()) {
        const json::Value* event = item.as_object().if_contains("event");
        if (event == nullptr || !event->as_object().contains("warnings")) continue;
        for (const json::Value& warning : event->as_object().at("warnings").as_array())
            count += warning.as_string() == "too_many_items" ? 1U : 0U;
    }
    return count;
}

std::string three_items() {
    return T::user_item("one", 1, "m1") + "," + T::user_item("two", 2, "m2") + "," +
           T::user_item("three", 3, "m3");
}

TEST(SizeLimits, keep_the_items_beyond_raw) {
    for (const std::int64_t limit : {2, 3}) {
        for (const bool offload : {false, true}) {
            T t(T::kFull, option("max_items", limit));
            const std::string body =
                offload ? T::offload(three_items(), 4) : T::messages(three_items(), 4);
            EXPECT_EQ(t.post(body, T::accept(true)).status, 200);
            const std::string kept = t.hub->transcript(T::kRef, 0, 10).value();
            EXPECT_EQ(unread(kept), limit == 2 ? 1u : 0u) << kept;
            EXPECT_NE(kept.find("three"), std::string::npos) << "nothing is dropped";
        }
    }
}

struct Post {
    const char* settings;
    const char* path;
    model::HeaderView header;
    const char* body;  ///< of three items
};

TEST(SizeLimits, count_the_items_of_every_platform_that_sends_several) {
    const Post posts[] = {
        {R"("platform":"chatlayer_app","relay_token":"rt-made-up")",
         "/send",
         {"authorization", "Bearer rt-made-up"},
         R"({"user":{"id":"s-1"},"inputData":{"messages":[{"text_message":{"text":"one"}},)"
         R"({"text_message":{"text":"two"}},{"text_message":{"text":"three"}}]}})"},
        {R"("platform":"omnichannel","side":"channel","webhook_token":"wt-made-up","auth":"none",)"
         R"("platform_base":"https://api.example")",
         "/send_message",
         {"authorization", "Token wt-made-up"},
         R"({"chat_id":7,"messages":[{"kind":"operator","text":"one"},{"kind":"operator","text":"two"},)"
         R"({"kind":"operator","text":"three"}]})"},
    };
    for (const Post& post : posts) {
        for (const std::int64_t limit : {2, 3}) {
            T t(post.settings, option("max_items", limit));
            model::Request request;
            request.method = "POST";
            request.path = post.path;
            request.headers = std::span(&post.header, 1);
            request.body = post.body;
            const auto answer = t.hub->receive("shop", request, {});
            EXPECT_EQ(answer.status, 200) << post.settings << answer.body;
            const auto rows = json::parse_value(*t.hub->conversations("", 10), "rows")->as_array();
            ASSERT_EQ(rows.size(), 1u) << post.settings;
            const std::string ref(json::text_of(rows[0].as_object(), "ref"));
            const std::string kept = t.hub->transcript(ref, 0, 10).value();
            EXPECT_EQ(unread(kept), limit == 2 ? 1u : 0u) << kept;
        }
    }
}

// ---- Texts

TEST(SizeLimits, bound_the_texts_that_come_in) {
    for (const std::int64_t limit : {4, 5}) {
        T t(T::kFull, option("max_text", limit));
        EXPECT_EQ(t.post(T::messages(T::user_item("hello", 1, "m1"), 1)).status, 200);
        const std::string kept = t.hub->transcript(T::kRef, 0, 10).value();
        EXPECT_EQ(kept.find("\"shortened\"") != std::string::npos, limit == 4) << kept;
        EXPECT_EQ(kept.find("\"hello\"") != std::string::npos, limit == 5) << kept;
    }
}

TEST(SizeLimits, leave_nothing_of_a_letter_that_does_not_fit) {
    T t(T::kFull, option("max_text", 1));
    EXPECT_EQ(t.post(T::messages(T::user_item("\xF0\x9F\x98\x80", 1, "m1"), 1)).status, 200);
    const std::string kept = t.hub->transcript(T::kRef, 0, 10).value();
    EXPECT_NE(kept.find("\"shortened\""), std::string::npos) << kept;
    EXPECT_EQ(t.post(T::offload(T::user_item("x", 2, "m2"), 2), T::accept(true)).status, 200)
        << "it can be read again";
}

TEST(SizeLimits, refuse_an_agents_text_beyond) {
    T t(T::kFull, option("max_text", 2));
    t.post(T::offload("", 1), T::accept(true));
    t.command("take", "dana");
    EXPECT_EQ(t.command("reply", "dana", R"({"type":"text","text":"hey"})").error.code,
              Code::too_large);
    EXPECT_EQ(t.command("reply", "dana", R"({"type":"text","text":"hi"})").error.code, Code::ok);
    T app(R"("platform":"chatlayer_app","relay_token":"rt-made-up")", option("max_text", 2));
    const auto say = [&](const char* words) {
        return app.hub->say("shop", R"({"id":"s-1"})", words, {}).error.code;
    };
    EXPECT_EQ(say(R"({"type":"text","text":"hey"})"), Code::too_large);
    EXPECT_EQ(say(R"({"type":"text","text":"hi"})"), Code::ok);
}

// ---- Answers

/// What becomes of a delivery to a platform that answers with 20 bytes which have to be read.
std::string status_with(std::string_view options) {
    const support::LoopbackServer server([](const support::Received&) {
        return support::Reaction{{"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"
                                  R"({"result":"ok"     })"}};
    });
    const auto opened = engine::Hub::open(
        "{\"store\":\"memory:\",\"allow_networks\":[\"127.0.0.0/8\"]," + std::string(options) +
            R"("account":{"shop":{"platform":"omnichannel","side":"channel","on_unknown":"hold",)"
            R"("webhook_token":"wt-made-up","auth":"none","platform_base":")" +
            server.url("") + "\"}}}",
        engine::run_sender);
    if (!opened) return opened.error().message;
    const auto said =
        (*opened)->say("shop", R"({"id":"u-1"})", R"({"type":"text","text":"hi"})", {});
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (;;) {
        const auto found = T::object((*opened)->delivery(said.delivery_id));
        const std::string status(json::text_of(found, "status"));
        const bool done = json::integer_of(found, "attempts", 0) > 0 && status != "in_flight";
        if (done || std::chrono::steady_clock::now() > end) return status;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

TEST(SizeLimits, bound_what_is_read_of_an_answer) {
    EXPECT_EQ(status_with(R"("max_response":19,)"), "held");
    EXPECT_EQ(status_with(R"("max_response":20,)"), "sent");
    EXPECT_EQ(status_with(""), "sent") << "the control";
}

// ---- The keys themselves

Result<engine::Config> config_with(std::string_view key, const std::string& value) {
    return engine::read_config("{\"" + std::string(key) + "\":" + value + "}");
}

struct SizeKey {
    std::string_view name;
    std::int64_t engine::SizeLimits::*value;
};
constexpr SizeKey kSizeKeys[] = {{"max_body", &engine::SizeLimits::max_body},
                                 {"max_depth", &engine::SizeLimits::max_depth},
                                 {"max_members", &engine::SizeLimits::max_members},
                                 {"max_values", &engine::SizeLimits::max_values},
                                 {"max_items", &engine::SizeLimits::max_items},
                                 {"max_text", &engine::SizeLimits::max_text},
                                 {"max_response", &engine::SizeLimits::max_response}};

TEST(SizeLimits, are_only_lowered) {
    for (const SizeKey& key : kSizeKeys) {
        const std::int64_t normal = engine::SizeLimits{}.*key.value;
        for (const std::int64_t good : {std::int64_t{1}, normal - 1, normal}) {
            auto config = config_with(key.name, std::to_string(good));
            ASSERT_TRUE(config) << key.name;
            EXPECT_EQ(config->sizes.*key.value, good) << key.name;
            config->sizes.*key.value = normal;
            for (const SizeKey& other : kSizeKeys)
                EXPECT_EQ(config->sizes.*other.value, engine::SizeLimits{}.*other.value)
                    << key.name << " changed " << other.name;
        }
        for (const std::string& bad :
             {std::to_string(normal + 1), std::string("86400000"), std::string("0"),
              std::string("-1"), std::string("1.5"), std::string("\"1\""), std::string("null"),
              std::string("4294967297"), std::string("true")}) {
            const auto config = config_with(key.name, bad);
            ASSERT_FALSE(config) << key.name << " " << bad;
            EXPECT_EQ(config.error().code, Code::config);
            EXPECT_NE(config.error().message.find(key.name), std::string::npos);
            EXPECT_NE(config.error().message.find(std::to_string(normal)), std::string::npos)
                << config.error().message;
        }
    }
}

TEST(SizeLimits, have_the_documented_defaults) {
    const engine::SizeLimits sizes;
    EXPECT_EQ(sizes.max_body, 8 << 20);
    EXPECT_EQ(sizes.max_depth, 64);
    EXPECT_EQ(sizes.max_members, 256);
    EXPECT_EQ(sizes.max_values, 500'000);
    EXPECT_EQ(sizes.max_items, 5'000);
    EXPECT_EQ(sizes.max_text, 64 << 10);
    EXPECT_EQ(sizes.max_response, 256 << 10);
}

TEST(SizeLimits, change_nothing_at_their_defaults) {
    const engine::SizeLimits sizes;
    std::size_t largest = 0;
    for (const platforms::Adapter* adapter : platforms::all())
        for (const platforms::Endpoint& endpoint : adapter->endpoints) {
            EXPECT_EQ(sizes.body_at(endpoint), endpoint.max_body);
            largest = std::max(largest, endpoint.max_body);
        }
    EXPECT_EQ(static_cast<std::size_t>(sizes.max_body), largest) << "a higher one would do nothing";
    EXPECT_EQ(sizes.read().json.levels, json::Limits{}.levels);
    EXPECT_EQ(sizes.read().json.members, json::Limits{}.members);
    EXPECT_EQ(sizes.read().json.values, json::Limits{}.values);
    EXPECT_EQ(sizes.read().items_up_to(5'000), 5'000u);
}

}  // namespace
}  // namespace lampjack::test
