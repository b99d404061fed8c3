#pragma once
// ChannelWords: users who speak through a channel account of ours, for tests of what becomes of their words.

#include "kept_store.h"
#include "test_hub.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace lampjack::test {

using Lines = std::vector<std::string>;

inline constexpr const char* kChannelLine =
    R"("platform":"omnichannel","side":"channel","webhook_token":"wt-made-up","auth":"none",)"
    R"("platform_base":"https://api.example")";

/// A channel account on every store, a desk that reads messages, and a platform that answers as it is told.
class ChannelWords : public OnEveryStore {
protected:
    void open(const std::string& more = {}) {
        t_ = std::make_unique<TestHub>(kChannelLine + more, std::string(), kept_.open());
        ASSERT_NE(t_->hub, nullptr);
        ASSERT_TRUE(t_->hub->subscribe("desk", R"({"to":"desk","kinds":["message"]})"));
    }
    TestHub& t() { return *t_; }

    std::string say(const std::string& text, const std::string& more = {}) {
        const auto said =
            t().hub->say("shop", R"({"id":"s-1"})",
                         R"([{"type":"text","text":")" + text + "\"}" + more + "]", "");
        EXPECT_EQ(said.error.code, Code::ok) << said.error.message;
        return said.delivery_id;
    }
    /// Of a conversation that is known: a request for another one is refused.
    void ask(bool mute) {
        if (!t().hub->conversation(TestHub::kRef)) bot_says("m-first");
        const model::Request request{"POST", "/transfer", {}, {}, R"({"chat_id":"s-1"})"};
        EXPECT_EQ(t().hub->receive("shop", request, TestHub::accept(mute)).status, 200);
        EXPECT_EQ(t().state(), "requested");
    }
    void bot_says(const std::string& id) {
        const std::string body =
            R"({"chat_id":"s-1","message":{"kind":"operator","text":"hm","id":")" + id + "\"}}";
        const model::Request request{"POST", "/send_message", {}, {}, body};
        EXPECT_EQ(t().hub->receive("shop", request, {}).status, 200);
    }
    void take() { EXPECT_EQ(t().command("take", "dana").error.code, Code::ok); }
    /// An agent takes while the words are on their way to the platform, which answers with that status.
    std::string take_while_in_flight(const std::string& text, std::int32_t status) {
        const std::string said = say(text);
        t().hub->step();
        EXPECT_EQ(t().http->in_flight().size(), 1U);
        take();
        EXPECT_EQ(handed_out(), Lines{text + " desk rerouted maybe_forwarded"});
        t().http->answer(t().http->in_flight().front(), status, "{}");
        t().http->deliver();
        t().hub->step();
        return said;
    }
    /// Everything due is answered with that status; what the platform was called with.
    Lines send_all(std::int32_t status) {
        Lines said;
        for (;;) {
            t().hub->step();
            const auto waiting = t().http->in_flight();
            if (waiting.empty()) return said;
            for (const auto id : waiting) {
                said.push_back(text_in(t().http->calls().at(id - 1).request.body));
                t().http->answer(id, status, "{}");
            }
            t().http->deliver();
        }
    }
    static std::string text_in(const std::string& body) {
        const auto at = body.find(R"("text":")");
        return at == std::string::npos ? body
                                       : body.substr(at + 8, body.find('"', at + 8) - at - 8);
    }
    static std::string line(const json::Object& item) {
        const json::Object& event = item.at("event").as_object();
        const json::Object& part = event.at("content").as_array().at(0).as_object();
        std::string text(json::text_of(part, "text"));
        text.append(" ").append(json::text_of(item, "to"));
        for (const auto& flag : item.at("flags").as_array())
            text.append(" ").append(json::view(flag.get_string()));
        return text;
    }
    /// What a subscription is handed out now.
    Lines handed_out(std::string_view subscription = "desk") {
        Lines lines;
        for (;;) {
            const auto item = t().hub->next(subscription, std::chrono::milliseconds(0));
            if (!item) return lines;
            lines.push_back(line(TestHub::object(Result<std::string>((*item)->json))));
            EXPECT_TRUE(t().hub->done(**item, true));
        }
    }
    std::string standing(const std::string& delivery) {
        const json::Object row = t().delivery(delivery);
        return std::string(json::text_of(row, "status")) + " " +
               std::string(json::text_of(row, "last_error"));
    }
    std::size_t told(const std::string& delivery) {
        std::size_t count = 0;
        for (const auto& item : t().transcript())
            if (const auto* fact = item.as_object().if_contains("fact"))
                if (const auto* row = fact->as_object().if_contains("delivery"))
                    count += json::text_of(row->as_object(), "id") == delivery ? 1U : 0U;
        return count;
    }

private:
    std::unique_ptr<TestHub> t_;
};

}  // namespace lampjack::test
