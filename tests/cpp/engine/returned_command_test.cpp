// Our own command that a Chatlayer app brings back: it is answered from the store, once while it is due, the same for a minute
// after that, and then no more. And what the app may tell of its address.
#include "engine/hub.h"

#include "kept_store.h"
#include "relay_request.h"
#include "test_hub.h"

namespace lampjack::test {
namespace {

constexpr const char* kApp =
    R"("platform":"chatlayer_app","relay_token":"rt-made-up","target_url":"https://hook.example/1")";

struct App : TestHub {
    explicit App(const std::string& settings = kApp, std::shared_ptr<store::Store> store = {},
                 std::uint64_t seed = 7)
        : TestHub(settings, {}, std::move(store), seed) {}

    model::Answer relay(std::string_view path, std::string_view body) {
        return hub->receive("shop", relay_request(path, body), {});
    }
    model::Answer fetch(std::string_view command) {
        return relay("/receive", R"({"request":{"content":)" + std::string(command) +
                                     R"(,"method":"POST","query":{},"headers":{}}})");
    }
    /// The command by which the bot gets the user's word.
    std::string said(std::string_view word) {
        const auto said = hub->say("shop", R"({"id":"s-1"})",
                                   R"({"type":"text","text":")" + std::string(word) + R"("})", {});
        EXPECT_EQ(said.error.code, Code::ok) << said.error.message;
        hub->step();
        return http->calls().back().request.body;
    }
    model::Answer tells(std::string_view address) {
        return relay("/subscribe", R"({"targetUrl":)" + std::string(address) + "}");
    }
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos);
    return text.replace(at, from.size(), to);
}

class ReturnedCommand : public OnEveryStore {};

TEST_P(ReturnedCommand, is_answered_from_the_store_whatever_the_request_holds) {
    App app(kApp, kept_.open());
    const std::string command = app.said("hello");
    const auto forged = app.fetch(replaced(command, "hello", "all the money"));
    EXPECT_EQ(forged.status, 200);
    EXPECT_NE(forged.body.find(R"("text":"hello")"), std::string::npos) << forged.body;
    EXPECT_EQ(forged.body.find("money"), std::string::npos);
    EXPECT_EQ(app.fetch(command), forged);
    EXPECT_EQ(forged.headers, (model::Headers{{"content-type", "application/json"}}));
}

TEST_P(ReturnedCommand, has_the_same_answer_for_a_minute_after_the_first) {
    App app(kApp, kept_.open());
    const std::string command = app.said("hello");
    app.answer_next(200);
    app.clock->advance(3'600'000);  // the app runs late: nobody has fetched it yet
    const auto first = app.fetch(command);
    EXPECT_NE(first.body.find("hello"), std::string::npos) << first.body;
    app.clock->advance(59'000);
    EXPECT_EQ(app.fetch(command), first);
    app.clock->advance(1'000);
    EXPECT_EQ(app.fetch(command), first);
    app.clock->advance(1);
    EXPECT_EQ(app.fetch(command).body, "[]");
}

TEST_P(ReturnedCommand, is_counted_from_its_first_answer_by_any_process) {
    App one(kApp, kept_.open(), 17), other(kApp, kept_.open(), 18);
    const std::string command = one.said("hello");
    one.answer_next(200);
    const auto first = one.fetch(command);
    EXPECT_EQ(other.fetch(command), first);
    for (App* app : {&one, &other}) app->clock->advance(61'000);
    EXPECT_EQ(other.fetch(command).body, "[]");
    EXPECT_EQ(one.fetch(command).body, "[]");
}

TEST_P(ReturnedCommand, is_answered_anew_when_it_is_sent_again) {
    App app(kApp, kept_.open());
    const std::string command = app.said("hello");
    EXPECT_NE(app.fetch(command).body, "[]");
    app.answer_next(503);  // what the app was told may never have arrived
    app.clock->advance(600'000);
    app.hub->step();
    ASSERT_EQ(app.http->calls().size(), 2U);
    EXPECT_EQ(app.http->calls().back().request.headers, app.http->calls().front().request.headers);
    EXPECT_NE(app.fetch(command).body.find("hello"), std::string::npos);
    app.answer_next(200);
    app.clock->advance(59'000);
    EXPECT_NE(app.fetch(command).body.find("hello"), std::string::npos);
    app.clock->advance(2'000);
    EXPECT_EQ(app.fetch(command).body, "[]");
}

TEST_P(ReturnedCommand, has_no_answer_once_its_owner_has_changed) {
    App app(kApp, kept_.open());
    const std::string command = app.said("hello");
    EXPECT_NE(app.fetch(command).body, "[]");
    ASSERT_EQ(app.command("take", "dana", {}, {}, {}, true).error.code, Code::ok);
    EXPECT_EQ(app.fetch(command).body, "[]");
}

LJK_ON_EVERY_STORE(ReturnedCommand);

constexpr const char* kTold = R"("https://hook.example/2")";

TEST(Subscribe, is_refused_where_no_setting_names_a_host) {
    App app(R"("platform":"chatlayer_app","relay_token":"rt-made-up")");
    const auto refused = app.tells(kTold);
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.body,
              R"({"title":"Conflict","status":409,"code":"config","detail":)"
              R"("account.shop.target_hosts: is not set, and neither is target_url: list the host )"
              R"(of the app's webhook address, so that the app may tell it"})");
    EXPECT_EQ(support::lines_of(app.log, "warning request.refused", "status=409"), 1U) << app.log;
    EXPECT_EQ(app.tells("null").status, 200) << "an address can always be taken back";
}

TEST(Subscribe, takes_an_address_whose_host_a_setting_names) {
    for (const char* setting :
         {R"("target_hosts":["other.example","Hook.Example"])",
          R"("target_url":"https://hook.example:8443/1")",
          R"("target_url":"https://other.example/1","target_hosts":["hook.example"])"}) {
        App app(R"("platform":"chatlayer_app","relay_token":"rt-made-up",)" + std::string(setting));
        EXPECT_EQ(app.tells(kTold).status, 200) << setting;
        app.said("hello");
        EXPECT_EQ(app.http->calls().back().request.url, "https://hook.example/2") << setting;
        for (const char* address :
             {R"("https://hook.example.evil.example/")", R"("https://evil.example/hook.example")",
              R"("https://evil.example/#@hook.example")"}) {
            EXPECT_EQ(app.tells(address).status, 409) << address;
        }
        for (const char* address :
             {R"("https://hook.example@evil.example/")", R"("https://hook.example/\r\nx: y")"})
            EXPECT_EQ(app.tells(address).status, 400) << address;
        app.answer_next(200);
        app.said("again");
        EXPECT_EQ(app.http->calls().back().request.url, "https://hook.example/2") << "it stays";
    }
}

TEST(Subscribe, refuses_at_once_what_can_never_be_called) {
    App app(R"("platform":"chatlayer_app","relay_token":"rt-made-up",)"
            R"("target_hosts":["hook.example","127.0.0.1","169.254.169.254","[::1]"])");
    const std::string long_path(9 << 10, 'a');
    for (const std::string& address :
         {std::string("http://hook.example/1"), std::string("https://127.0.0.1/"),
          std::string("https://169.254.169.254/latest"), std::string("https://[::1]/"),
          std::string("https://hook.example:0/"), std::string("https://hook.example:x/"),
          std::string("https://hook.example/../up"), "https://hook.example/" + long_path}) {
        const auto refused = app.tells("\"" + address + "\"");
        EXPECT_EQ(refused.status, 400) << address;
        EXPECT_EQ(refused.body.find("latest"), std::string::npos);
    }
    EXPECT_EQ(app.log.find("address.changed"), std::string::npos) << app.log;
    EXPECT_EQ(app.tells(kTold).status, 200) << "the control";
}

TEST(Subscribe, tells_each_change_of_the_address_to_the_log_and_as_a_fact) {
    App app;
    const auto warned = [&](std::string_view host) {
        return support::lines_of(app.log, "warning address.changed account=shop", host);
    };
    EXPECT_EQ(app.tells(kTold).status, 200);
    EXPECT_EQ(warned("host=hook.example"), 1U) << app.log;
    EXPECT_EQ(app.log.find("hook.example/2"), std::string::npos) << "a path may hold a secret";
    EXPECT_EQ(app.tells(kTold).status, 200);
    EXPECT_EQ(warned("host=hook.example"), 1U) << "nothing has changed";
    EXPECT_EQ(app.tells(R"("https://hook.example/3")").status, 200);
    EXPECT_EQ(app.tells("null").status, 200);
    EXPECT_EQ(support::lines_of(app.log, "warning address.changed"), 3U) << app.log;
    const auto kept = app.hub->transcript("shop:live:~unattributed", 0, 10);
    ASSERT_TRUE(kept);
    std::size_t facts = 0;
    for (auto at = kept->find("address_changed"); at != std::string::npos;
         at = kept->find("address_changed", at + 1))
        ++facts;
    EXPECT_EQ(facts, 3U) << *kept;
    EXPECT_NE(kept->find(R"({"type":"address_changed","host":"hook.example"})"), std::string::npos)
        << *kept;
}

TEST(Subscribe, of_before_holds_unless_the_settings_name_other_hosts) {
    auto kept = store::open("memory:");
    ASSERT_TRUE(kept);
    const std::shared_ptr<store::Store> store = std::move(*kept);
    std::uint64_t seed = 20;
    const auto called = [&](const std::string& more) {
        App app(R"("platform":"chatlayer_app","relay_token":"rt-made-up")" + more, store, ++seed);
        app.said("hello");
        const std::string url = app.http->calls().back().request.url;
        app.answer_next(200);
        return url;
    };
    {
        App app(kApp, store);
        EXPECT_EQ(app.tells(kTold).status, 200);
    }
    EXPECT_EQ(called(""), "https://hook.example/2") << "a release before took it";
    EXPECT_EQ(called(R"(,"target_url":"https://new.example/1")"), "https://new.example/1");
    EXPECT_EQ(called(R"(,"target_hosts":["hook.example"])"), "https://hook.example/2");
}

}  // namespace
}  // namespace lampjack::test
