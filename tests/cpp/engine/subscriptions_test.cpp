#include "engine/hub.h"

#include "store/memory_store.h"
#include "test_hub.h"

namespace lampjack::test {
namespace {

using std::chrono::milliseconds;
using T = TestHub;

constexpr const char* kThreeTries = R"("item_tries":3,"item_base_ms":100,"item_cap_ms":1000,)";

std::shared_ptr<engine::Item> lease(TestHub& t) {
    const auto item = t.hub->next("desk", milliseconds(0));
    return item ? *item : nullptr;
}

std::string text_of(const engine::Item& item) {
    return std::string(json::text_of(json::parse_value(item.json, "item")
                                         ->as_object()
                                         .at("event")
                                         .as_object()
                                         .at("content")
                                         .as_array()
                                         .at(0)
                                         .as_object(),
                                     "text"));
}

json::Array dead(TestHub& t) {
    const auto text = t.hub->dead_items("desk", 10);
    EXPECT_TRUE(text) << text.error().message;
    return text ? json::parse_value(*text, "dead items")->as_array() : json::Array{};
}

void receive_two(TestHub& t) {
    ASSERT_TRUE(t.hub->subscribe("desk", R"({"kinds":["message","item_dead"]})"));
    t.post(T::messages(T::user_item("one", 1, "m1"), 1));
    t.post(T::messages(T::user_item("two", 2, "m2"), 2));
}

/// Fails the first item until it is set aside; how many tries that took.
int fail_until_dead(TestHub& t) {
    for (int tries = 1; tries < 20; ++tries) {
        const auto item = lease(t);
        if (!item) return -1;
        EXPECT_EQ(text_of(*item), "one");
        EXPECT_TRUE(t.hub->done(*item, false, "no\ndesk"));
        if (!dead(t).empty()) return tries;
        EXPECT_EQ(lease(t), nullptr) << "it waits, and what follows it waits too";
        t.clock->advance(1000);
    }
    return -1;
}

TEST(Subscriptions, sets_an_item_aside_after_its_last_try_and_goes_on) {
    TestHub t(T::kFull, kThreeTries);
    receive_two(t);
    EXPECT_EQ(fail_until_dead(t), 3);
    const json::Object one = dead(t).at(0).as_object();
    EXPECT_EQ(json::text_of(one, "reason"), "no desk");
    EXPECT_EQ(one.at("item").as_object().at("attempt").as_int64(), 3);
    EXPECT_EQ(support::lines_of(t.log, "error item.dead", "subscription=desk", "account=shop",
                                "seq=1", "attempts=3", "reason=no_desk"),
              1U)
        << t.log;
    EXPECT_EQ(t.log.find("s-1"), std::string::npos) << "no ref in a log";
    EXPECT_NE(t.hub->stats().find(R"("items_dead":1)"), std::string::npos);

    const auto second = lease(t);
    ASSERT_NE(second, nullptr);
    EXPECT_EQ(text_of(*second), "two");
    EXPECT_TRUE(t.hub->done(*second, true));
    const auto fact = lease(t);
    ASSERT_NE(fact, nullptr);
    EXPECT_NE(fact->json.find(R"("fact":{"type":"item_dead","subscription":"desk","seq":1)"),
              std::string::npos)
        << fact->json;
}

TEST(Subscriptions, hands_an_item_that_was_given_back_out_at_once) {
    TestHub t(T::kFull, kThreeTries);
    receive_two(t);
    for (int time = 0; time < 3; ++time) {
        const auto item = lease(t);
        ASSERT_NE(item, nullptr) << time;
        EXPECT_EQ(text_of(*item), "one");
        EXPECT_TRUE(t.hub->give_back(*item));
        EXPECT_EQ(t.hub->give_back(*item).error().code, Code::lease_lost) << "its lease is over";
    }
    EXPECT_TRUE(dead(t).empty()) << "no handler failed";
}

TEST(Subscriptions, makes_no_fact_about_a_dead_fact) {
    TestHub t(T::kFull, kThreeTries);
    receive_two(t);
    fail_until_dead(t);
    EXPECT_TRUE(t.hub->done(*lease(t), true));
    for (int tries = 0; tries < 3; ++tries) {
        EXPECT_TRUE(t.hub->done(*lease(t), false));
        t.clock->advance(1000);
    }
    EXPECT_EQ(dead(t).size(), 2u);
    EXPECT_EQ(lease(t), nullptr);
}

TEST(Subscriptions, hands_a_dead_item_out_again_or_forgets_it) {
    for (const bool again : {true, false}) {
        TestHub t(T::kFull, kThreeTries);
        receive_two(t);
        fail_until_dead(t);
        EXPECT_TRUE(t.hub->settle_dead_item("desk", T::kRef, 1, again));
        EXPECT_EQ(t.hub->settle_dead_item("desk", T::kRef, 1, again).error().code, Code::not_found);
        EXPECT_TRUE(dead(t).empty());
        EXPECT_EQ(text_of(*lease(t)), again ? "one" : "two");
    }
    TestHub t;
    EXPECT_EQ(t.hub->dead_items("nobody", 9).error().code, Code::not_found);
}

TEST(Subscriptions, gives_up_an_item_that_is_never_answered) {
    TestHub t(T::kFull, kThreeTries);
    receive_two(t);
    for (int tries = 1; tries <= 3; ++tries) {
        EXPECT_EQ(text_of(*lease(t)), "one");
        t.clock->advance(300'001);  // the lease runs out: whoever had it is gone
    }
    EXPECT_EQ(text_of(*lease(t)), "two");
    EXPECT_EQ(dead(t).size(), 1u);
}

TEST(Subscriptions, go_on_where_they_were_when_a_hub_is_opened_again) {
    const auto store = std::make_shared<store::MemoryStore>();
    {
        TestHub t(T::kFull, kThreeTries, store);
        receive_two(t);
        EXPECT_TRUE(t.hub->done(*lease(t), true));
    }
    TestHub t(T::kFull, kThreeTries, store);
    EXPECT_EQ(text_of(*lease(t)), "two");
}

TEST(Subscriptions, takes_the_waits_from_the_configuration) {
    TestHub t(T::kFull, R"("item_tries":3,"item_base_ms":10000,"item_cap_ms":60000,)");
    receive_two(t);
    EXPECT_TRUE(t.hub->done(*lease(t), false));
    t.clock->advance(9'999);
    EXPECT_EQ(lease(t), nullptr) << "half of twice the base at least";
    t.clock->advance(10'002);
    EXPECT_NE(lease(t), nullptr) << "and twice the base at most";
}

TEST(Subscriptions, names_the_setting_that_was_meant) {
    const auto opened = engine::Hub::open(R"({"store":"memory:","item_trys":3})", 0);
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message.find("item_tries"), std::string::npos);
}

}  // namespace
}  // namespace lampjack::test
