// What is said before the app has told where it is to be called waits for that, and leaves then.
#include "engine/remembered.h"

#include "relay_request.h"
#include "test_hub.h"

namespace lampjack::test {
namespace {

constexpr const char* kApp =
    R"("platform":"chatlayer_app","relay_token":"rt-made-up","target_hosts":["hook.example"])";

struct Unsubscribed : TestHub {
    explicit Unsubscribed(const std::string& more = {}, std::shared_ptr<store::Store> store = {})
        : TestHub(kApp + more, {}, std::move(store)) {}

    model::Answer subscribe(std::string_view address) {
        const std::string body = R"({"targetUrl":)" + std::string(address) + "}";
        return hub->receive("shop", relay_request("/subscribe", body), {});
    }
    std::string say(const std::string& text, const std::string& user = "s-1") {
        const auto said = hub->say("shop", R"({"id":")" + user + "\"}",
                                   R"({"type":"text","text":")" + text + "\"}", {});
        EXPECT_EQ(said.error.code, Code::ok) << said.error.message;
        return said.delivery_id;
    }
    std::string status(const std::string& id) const {
        return std::string(json::text_of(delivery(id), "status"));
    }
    std::string error(const std::string& id) const {
        return std::string(json::text_of(delivery(id), "last_error"));
    }
    std::string stuck() const { return *hub->stuck(); }
    std::size_t times_logged(std::string_view line) const {
        std::size_t count = 0;
        for (auto at = log.find(line); at != std::string::npos; at = log.find(line, at + 1))
            ++count;
        return count;
    }
};

constexpr const char* kAddress = R"("https://hook.example/1")";

TEST(Address, that_is_not_told_yet_keeps_words_waiting_and_says_so_once) {
    Unsubscribed app;
    const auto first = app.say("one"), second = app.say("two"), other = app.say("three", "s-2");
    for (int i = 0; i < 20; ++i) {
        app.hub->step();
        app.clock->advance(60'000);
    }
    EXPECT_TRUE(app.http->calls().empty());
    for (const auto& id : {first, second, other}) EXPECT_EQ(app.status(id), "pending");
    EXPECT_EQ(app.error(first), "no_address");
    EXPECT_EQ(app.times_logged("address.missing account=shop hint=\"set target_url"), 1U)
        << app.log;
    EXPECT_NE(app.stuck().find(R"("why":["address"])"), std::string::npos) << app.stuck();
}

TEST(Address, that_is_told_lets_words_go_at_once_and_in_order) {
    Unsubscribed app;
    const auto first = app.say("one"), second = app.say("two");
    app.hub->step();
    EXPECT_EQ(app.subscribe(kAddress).status, 200);
    for (const auto& id : {first, second}) {
        app.answer_next(200);
        EXPECT_EQ(app.status(id), "sent");
    }
    ASSERT_EQ(app.http->calls().size(), 2U);
    EXPECT_NE(app.http->calls()[0].request.body.find("one"), std::string::npos);
    EXPECT_NE(app.http->calls()[1].request.body.find("two"), std::string::npos);
    EXPECT_EQ(app.stuck(), "[]");
}

TEST(Address, that_comes_late_takes_no_try_and_no_time_from_the_words) {
    Unsubscribed app;
    const auto first = app.say("one"), second = app.say("two");
    for (int i = 0; i < 40; ++i) {  // longer than a delivery is tried for
        app.hub->step();
        app.clock->advance(300'000);
    }
    app.subscribe(kAddress);
    for (const auto& id : {first, second}) {
        app.answer_next(503);
        EXPECT_EQ(app.status(id), "pending") << "it is tried again like any other";
        app.clock->advance(60'000);
        app.answer_next(200);
        EXPECT_EQ(app.status(id), "sent");
    }
}

TEST(Address, that_never_comes_ends_words_after_a_day_and_a_return_never) {
    Unsubscribed app(R"(,"replay":"none")");
    app.subscribe(kAddress);
    ASSERT_EQ(app.command("take", "dana").error.code, Code::not_found);
    app.say("hello");
    app.answer_next(200);
    ASSERT_EQ(app.command("take", "dana").error.code, Code::ok);
    app.answer_next(200);
    app.subscribe("null");
    ASSERT_EQ(app.command("release", "dana").error.code, Code::ok);
    const auto other = app.say("one", "s-2");
    for (int hour = 0; hour < 30; ++hour) {
        app.hub->step();
        app.clock->advance(3'600'000);
    }
    EXPECT_EQ(app.status(other), "dead");
    EXPECT_EQ(app.error(other), "no_address: not sent in time");
    EXPECT_EQ(app.state(), "returning");
    app.subscribe(kAddress);
    app.answer_next(200);
    EXPECT_NE(app.http->calls().back().request.body.find(R"("to":"bot")"), std::string::npos);
    EXPECT_EQ(app.state(), "bot");
}

TEST(Address, of_the_configuration_serves_words_that_waited_under_the_old_one) {
    auto kept = store::open("memory:");
    ASSERT_TRUE(kept);
    std::shared_ptr<store::Store> store = std::move(*kept);
    std::string id;
    {
        Unsubscribed app({}, store);
        id = app.say("one");
        for (int i = 0; i < 3; ++i) {
            app.hub->step();
            app.clock->advance(30'000);
        }
        EXPECT_EQ(app.status(id), "pending");
    }
    Unsubscribed app(R"(,"target_url":"https://hook.example/2")", store);
    app.answer_next(200);
    ASSERT_EQ(app.http->calls().size(), 1U);
    EXPECT_EQ(app.http->calls()[0].request.url, "https://hook.example/2");
    EXPECT_EQ(app.status(id), "sent");
}

}  // namespace
}  // namespace lampjack::test
