// Subscriptions as operators and processes see them: listed, dropped, begun now, agreed upon, one account's or another's.

#include "kept_store.h"
#include "test_hub.h"

#include <unistd.h>

namespace lampjack::test {
namespace {

using T = TestHub;
using std::chrono::milliseconds;

constexpr Millis kDay = 86'400'000;

class DeclaredSubscriptions : public OnEveryStore {
protected:
    std::shared_ptr<store::Store> store_ = nullptr;
    void SetUp() override {
        OnEveryStore::SetUp();
        if (!IsSkipped()) store_ = kept_.open();
    }
};
LJK_ON_EVERY_STORE(DeclaredSubscriptions);

json::Object listed(const TestHub& t, std::string_view name) {
    const auto text = t.hub->subscriptions();
    EXPECT_TRUE(text) << (text ? "" : text.error().message);
    if (!text) return {};
    const auto list = json::parse_value(*text, "subscriptions");
    for (const auto& one : list->as_array())
        if (json::text_of(one.as_object(), "name") == name) return one.as_object();
    return {};
}

std::string next_text(const TestHub& t, std::string_view name) {
    const auto item = t.hub->next(name, milliseconds(0));
    if (!item) return std::string(name_of(item.error().code));
    EXPECT_TRUE(t.hub->done(**item, true));
    return (*item)->lease.item.body;
}

void say(TestHub& t, std::string_view text, int second) {
    t.post(T::messages(T::user_item(text, second, "m" + std::to_string(second)), second));
}

/// Hubs of two processes: each has an id of its own.
struct Other : TestHub {
    explicit Other(std::shared_ptr<store::Store> store, std::uint64_t seed = 8)
        : TestHub(kFull, {}, std::move(store), seed) {}
};

TEST_P(DeclaredSubscriptions, are_listed_with_what_waits_and_who_has_them) {
    TestHub t(T::kFull, {}, store_);
    ASSERT_TRUE(t.hub->subscribe("desk", R"({"kinds":["message"],"to":"bot"})"));
    say(t, "one", 1);
    say(t, "two", 2);
    auto one = listed(t, "desk");
    EXPECT_EQ(one.at("kinds").as_array().size(), 1u);
    EXPECT_EQ(one.at("to"), "bot");
    EXPECT_EQ(one.at("waiting").as_int64(), 2);
    EXPECT_EQ(one.at("oldest_at"), "2026-01-05T10:00:00.000Z");
    EXPECT_FALSE(one.contains("served_at"));
    EXPECT_FALSE(one.at("left_behind").as_bool());
    ASSERT_EQ(one.at("holders").as_array().size(), 1u);
    EXPECT_NE(one.at("holders").as_array()[0].as_string().find(":"), std::string::npos);
    next_text(t, "desk");
    one = listed(t, "desk");
    EXPECT_EQ(one.at("waiting").as_int64(), 1);
    EXPECT_TRUE(one.contains("served_at"));
}

TEST_P(DeclaredSubscriptions, one_that_no_process_serves_for_a_day_is_left_behind_and_warned_of) {
    TestHub t(T::kFull, {}, store_);
    ASSERT_TRUE(t.hub->subscribe("desk", "{}"));
    say(t, "one", 1);
    t.clock->advance(kDay - 1);
    t.hub->step();
    EXPECT_FALSE(listed(t, "desk").at("left_behind").as_bool());
    EXPECT_EQ(t.log.find("subscription.left_behind"), std::string::npos);
    t.clock->advance(3'600'000);
    t.hub->step();
    EXPECT_TRUE(listed(t, "desk").at("left_behind").as_bool());
    EXPECT_NE(t.log.find("subscription.left_behind subscription=desk waiting=1"), std::string::npos)
        << t.log;
    // Served again, it is none.
    ASSERT_NE(next_text(t, "desk"), "timeout");
    say(t, "two", 2);
    EXPECT_FALSE(listed(t, "desk").at("left_behind").as_bool());
}

TEST_P(DeclaredSubscriptions, one_is_dropped_with_what_waits_unless_a_live_process_has_it) {
    Other reader(store_);
    {
        TestHub t(T::kFull, {}, store_);
        ASSERT_TRUE(t.hub->subscribe("desk", "{}"));
        say(t, "one", 1);
        const auto refused = reader.hub->drop_subscription("desk");
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Code::unsupported);
        t.hub->close();
    }
    const auto dropped = reader.hub->drop_subscription("desk");
    ASSERT_TRUE(dropped) << dropped.error().message;
    EXPECT_TRUE(listed(reader, "desk").empty());
    EXPECT_EQ(reader.hub->drop_subscription("desk").error().code, Code::not_found);
}

TEST_P(DeclaredSubscriptions, one_that_starts_now_gets_nothing_older) {
    TestHub t(T::kFull, {}, store_);
    say(t, "older", 1);
    ASSERT_TRUE(t.hub->subscribe("late", R"({"start":"now"})"));
    ASSERT_TRUE(t.hub->subscribe("all", "{}"));
    say(t, "newer", 2);
    EXPECT_NE(next_text(t, "late").find("newer"), std::string::npos);
    EXPECT_NE(next_text(t, "all").find("older"), std::string::npos);
    EXPECT_EQ(t.log.find("subscription.start_ignored"), std::string::npos);
}

TEST_P(DeclaredSubscriptions, to_start_now_is_ignored_with_a_warning_where_one_exists) {
    TestHub t(T::kFull, {}, store_);
    ASSERT_TRUE(t.hub->subscribe("desk", "{}"));
    say(t, "older", 1);
    Other other(store_);
    ASSERT_TRUE(other.hub->subscribe("desk", R"({"start":"now"})"));
    EXPECT_NE(other.log.find("subscription.start_ignored subscription=desk"), std::string::npos);
    EXPECT_NE(next_text(other, "desk").find("older"), std::string::npos);
    EXPECT_EQ(t.hub->subscribe("desk", R"({"start":"then"})").error().code, Code::argument);
}

TEST_P(DeclaredSubscriptions, two_processes_that_ask_for_different_things_are_told) {
    TestHub t(T::kFull, {}, store_);
    ASSERT_TRUE(t.hub->subscribe("desk", R"({"to":"desk"})"));
    Other other(store_);
    for (const char* different :
         {"{}", R"({"to":"bot"})", R"({"to":"desk","kinds":["message"]})"}) {
        const auto refused = other.hub->subscribe("desk", different);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Code::config);
        const auto first = refused.error().message.find(":" + std::to_string(::getpid()));
        ASSERT_NE(first, std::string::npos) << refused.error().message;
        EXPECT_NE(refused.error().message.find(":" + std::to_string(::getpid()), first + 1),
                  std::string::npos)
            << "it names both";
    }
    EXPECT_TRUE(t.hub->subscribe("desk", R"({"to":"desk"})")) << "the refused one left no trace";
    t.hub->close();
    EXPECT_TRUE(other.hub->subscribe("desk", R"({"to":"bot"})")) << "the first one has ended";
}

TEST_P(DeclaredSubscriptions, one_that_was_dropped_is_declared_again_as_it_was) {
    TestHub t(T::kFull, {}, store_);
    Other other(store_);
    ASSERT_TRUE(t.hub->subscribe("desk", R"({"to":"bot","kinds":["message"]})"));
    other.clock->advance(20'000);  // the first has been silent for too long
    ASSERT_TRUE(other.hub->drop_subscription("desk"));
    EXPECT_EQ(next_text(t, "desk"), "timeout");
    const auto again = listed(t, "desk");
    ASSERT_TRUE(again.contains("to")) << "not for everything";
    EXPECT_EQ(again.at("to"), "bot");
    EXPECT_EQ(again.at("kinds").as_array().size(), 1u);
}

TEST_P(DeclaredSubscriptions, one_that_another_declared_and_somebody_dropped_stays_dropped) {
    Other reader(store_);
    {
        TestHub t(T::kFull, {}, store_);
        ASSERT_TRUE(t.hub->subscribe("desk", R"({"to":"bot"})"));
        EXPECT_EQ(next_text(reader, "desk"), "timeout");
        t.hub->close();
    }
    Other third(store_, 9);
    ASSERT_TRUE(third.hub->drop_subscription("desk"));
    EXPECT_EQ(next_text(reader, "desk"), "not_found");
    EXPECT_TRUE(listed(third, "desk").empty());
    EXPECT_EQ(next_text(reader, "log"), "timeout");
    EXPECT_FALSE(listed(third, "log").empty()) << "the control: a new name is for everything";
    ASSERT_TRUE(reader.hub->subscribe("desk", R"({"to":"desk"})"));
    EXPECT_EQ(next_text(reader, "desk"), "timeout");
}

TEST_P(DeclaredSubscriptions, a_declaration_that_fails_leaves_the_one_before) {
    TestHub t(T::kFull, {}, store_);
    ASSERT_TRUE(t.hub->subscribe("desk", R"({"to":"desk"})"));
    {
        Other other(store_);
        ASSERT_TRUE(other.hub->subscribe("desk", R"({"to":"desk"})"));
        EXPECT_EQ(t.hub->subscribe("desk", R"({"to":"bot"})").error().code, Code::config);
        other.hub->close();
    }
    Other third(store_, 9);
    EXPECT_EQ(third.hub->subscribe("desk", R"({"to":"bot"})").error().code, Code::config)
        << "the first has it as it declared it";
    EXPECT_EQ(third.hub->drop_subscription("desk").error().code, Code::unsupported);
    EXPECT_TRUE(third.hub->subscribe("desk", R"({"to":"desk"})"));
}

/// Two services with one store, each with an account of its own, and one name.
struct Tenant : TestHub {
    Tenant(std::shared_ptr<store::Store> store, std::string_view account, std::uint64_t seed,
           const std::string& others = {})
        : TestHub(kFull, {}, nullptr, seed),
          account_(account) {
        engine::World world;
        world.clock = clock;
        world.random = std::make_shared<SeededRandom>(seed);
        world.http = http;
        world.store = std::move(store);
        auto opened =
            engine::Hub::open("{\"account\":{" + others + "\"" + account_ + "\":{" + kFull + "}}}",
                              engine::run_nothing, std::move(world));
        EXPECT_TRUE(opened) << opened.error().message;
        hub = std::move(*opened);
    }
    void say(int number) const {
        const std::string body = messages(
            user_item("n" + std::to_string(number), number, "m" + std::to_string(number)), number);
        model::Request request;
        request.method = "POST";
        request.path = "/";
        request.query = "challenge.verifyToken=vt-made-up";
        request.body = body;
        EXPECT_EQ(hub->receive(account_, request, {}).status, 200);
    }
    /// How many items it gets, all of its own account.
    int serve() const {
        EXPECT_TRUE(
            hub->subscribe("desk", R"({"kinds":["message"],"accounts":[")" + account_ + R"("]})"));
        for (int count = 0;; ++count) {
            const auto item = hub->next("desk", milliseconds(0));
            if (!item) return count;
            EXPECT_EQ((*item)->lease.account, account_);
            EXPECT_TRUE(hub->done(**item, true));
        }
    }
    std::string account_;
};

TEST_P(DeclaredSubscriptions, two_services_of_one_name_and_other_accounts_lose_nothing) {
    int got = 0;
    constexpr int kRounds = 8;
    std::uint64_t seed = 20;
    for (int round = 0; round < kRounds; ++round) {
        // Restarted in turn: now the one is there first, now the other.
        Tenant first(store_, round % 2 == 0 ? "shop" : "help", ++seed);
        Tenant second(store_, round % 2 == 0 ? "help" : "shop", ++seed);
        first.say(2 * round);
        got += round % 3 == 0 ? 0 : first.serve();
        second.say(2 * round + 1);
        got += second.serve();
    }
    Tenant shop(store_, "shop", 60);
    Tenant help(store_, "help", 61);
    got += shop.serve() + help.serve();
    EXPECT_EQ(got, 2 * kRounds);
    EXPECT_FALSE(listed(shop, "desk").contains("accounts")) << "they never enter the store";
}

TEST_P(DeclaredSubscriptions, items_of_accounts_that_are_left_out_wait) {
    Tenant t(store_, "shop", 70, std::string("\"help\":{") + T::kFull + "},");
    ASSERT_TRUE(t.hub->subscribe("desk", R"({"kinds":["message"]})"));
    t.say(1);
    t.account_ = "help";
    t.say(2);
    const auto next = [&](const std::vector<std::string>& without) {
        const auto item = t.hub->next("desk", milliseconds(0), engine::Keeper::handler, without);
        if (!item) return std::string(name_of(item.error().code));
        EXPECT_TRUE(t.hub->give_back(**item));
        return (*item)->lease.account;
    };
    EXPECT_EQ(next({"shop"}), "help");
    EXPECT_EQ(next({"help"}), "shop");
    EXPECT_EQ(next({"help", "shop"}), "timeout");
    EXPECT_NE(next({"none"}), "timeout");
    EXPECT_EQ(t.hub->handler_timeout(), 300'000);
}

TEST_P(DeclaredSubscriptions, an_account_that_is_not_configured_is_an_error) {
    TestHub t(T::kFull, {}, store_);
    const auto refused = t.hub->subscribe("desk", R"({"accounts":["shpo"]})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::config);
    EXPECT_EQ(refused.error().message, "subscription desk: account \"shpo\" is not configured");
}

}  // namespace
}  // namespace lampjack::test
