// Hubs in other processes, after their end, and two at a time.
#include "engine/hub.h"

#include "store/memory_store.h"
#include "test_hub.h"

#include <functional>
#include <set>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace lampjack::test {
namespace {

using std::chrono::milliseconds;
using T = TestHub;

constexpr const char* kHi = R"({"type":"text","text":"hi"})";

/// Every kind of call; the codes they gave.
std::set<Code> codes_of_all_calls(TestHub& t) {
    std::set<Code> codes;
    const auto note = [&](const auto& result) {
        codes.insert(result ? Code::ok : result.error().code);
    };
    note(t.hub->subscribe("desk", {}));
    note(t.hub->next("desk", milliseconds(0)));
    note(t.hub->dead_items("desk", 1));
    note(t.hub->settle_dead_item("desk", T::kRef, 1, true));
    note(t.hub->conversation(T::kRef));
    note(t.hub->conversations({}, 1));
    note(t.hub->transcript(T::kRef, 0, 1));
    note(t.hub->explain(T::kRef, "take", "dana"));
    note(t.hub->stuck());
    note(t.hub->erase("shop", "s-1", false, milliseconds(0)));
    note(t.hub->delivery("x"));
    note(t.hub->deliveries(T::kRef));
    note(t.hub->wait_delivery("x", milliseconds(0)));
    note(t.hub->dead_letters(1));
    note(t.hub->export_dead_letters(1));
    note(t.hub->retry_delivery("x"));
    note(t.hub->discard_delivery("x"));
    note(t.hub->drain(milliseconds(0)));
    codes.insert(t.command("take", "dana").error.code);
    codes.insert(t.hub->say("shop", R"({"id":"u"})", kHi, {}).error.code);
    t.hub->step();
    return codes;
}

/// Runs the check in a forked process; whether it held there.
bool holds_in_child(const std::function<bool()>& check) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(check() ? 0 : 1);
    int status = 0;
    return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

TEST(Closed, says_so_whatever_is_called) {
    TestHub t;
    t.post(T::messages(T::user_item("hi", 1, "m1"), 1));
    EXPECT_TRUE(codes_of_all_calls(t).contains(Code::ok)) << "the control";
    t.hub->close();
    EXPECT_EQ(codes_of_all_calls(t), std::set<Code>{Code::closed});
    const auto answer = t.post(T::messages(T::user_item("hi", 2, "m2"), 2));
    EXPECT_EQ(answer.status, 503);
    EXPECT_NE(answer.body.find("the hub was closed"), std::string::npos);
    t.hub->close();
}

TEST(Fork, leaves_a_child_with_a_clear_error_and_nothing_to_wait_for) {
    auto opened = engine::Hub::open(std::string(R"({"store":"memory:","account":{"shop":{)") +
                                        T::kFull + "}}}",
                                    engine::run_sender | engine::run_timers);
    ASSERT_TRUE(opened);
    TestHub t;
    t.hub->close();
    t.hub = std::move(*opened);  // a hub with threads, as in production
    EXPECT_EQ(t.post(T::messages(T::user_item("hi", 1, "m1"), 1)).status, 200);
    EXPECT_TRUE(holds_in_child([&] {
        const bool clear =
            codes_of_all_calls(t) == std::set<Code>{Code::closed} &&
            t.hub->conversation(T::kRef).error().message.find("fork") != std::string::npos &&
            t.post(T::messages(T::user_item("hi", 2, "m2"), 2)).status == 503;
        t.hub->close();
        t.hub.reset();  // joins no thread that is not there
        return clear;
    }));
    EXPECT_FALSE(holds_in_child([] { return false; })) << "the control";
    EXPECT_EQ(t.post(T::messages(T::user_item("hi", 2, "m2"), 2)).status, 200)
        << "the parent goes on";
    EXPECT_EQ(t.events(), 2u);
}

TEST(Fork, lets_a_child_open_a_hub_of_its_own) {
    TestHub parent;
    EXPECT_TRUE(holds_in_child([] {
        TestHub t;
        return t.post(T::messages(T::user_item("hi", 1, "m1"), 1)).status == 200 && t.events() == 1;
    }));
}

TEST(TwoHubs, on_one_store_work_on_the_same_conversations) {
    const auto store = std::make_shared<store::MemoryStore>();
    TestHub one(T::kFull, {}, store), other(T::kFull, {}, store);
    one.post(T::offload("", 1), T::accept(true));
    EXPECT_EQ(other.command("take", "dana").error.code, Code::ok);
    EXPECT_EQ(one.command("take", "robin").error.code, Code::not_owner);
    EXPECT_EQ(one.command("reply", "dana", kHi).error.code, Code::ok);
    other.hub->step();
    one.hub->step();
    EXPECT_EQ(other.http->calls().size() + one.http->calls().size(), 1u) << "sent by one of them";
    ASSERT_TRUE(one.hub->subscribe("desk", {}));
    const auto first = one.hub->next("desk", milliseconds(0));
    ASSERT_TRUE(first);
    EXPECT_EQ(other.hub->next("desk", milliseconds(0)).error().code, Code::timeout)
        << "one at a time in a conversation";
}

TEST(TwoHubs, take_each_event_and_each_command_once_when_they_race) {
    const auto store = std::make_shared<store::MemoryStore>();
    TestHub one(T::kFull, {}, store), other(T::kFull, {}, store);
    one.post(T::offload("", 1), T::accept(true));
    one.command("take", "dana");
    std::vector<std::thread> threads;
    for (TestHub* t : {&one, &other, &one, &other})
        threads.emplace_back([t] {
            for (int i = 0; i < 25; ++i) {
                const std::string name = std::to_string(i);
                t->post(T::messages(T::user_item("line " + name, 2, "m" + name), 2));
                EXPECT_EQ(t->command("reply", "dana", kHi, {}, "key" + name).error.code, Code::ok);
            }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(json::parse_value(*one.hub->deliveries(T::kRef), "deliveries")->as_array().size(),
              25u);
    EXPECT_EQ(one.events(), 1u + 25u + 25u) << "the request, the user's lines, the agent's";
    std::int64_t expected = 0;
    for (const auto& item : one.transcript())
        EXPECT_EQ(item.as_object().at("seq").as_int64(), ++expected) << "without gaps";
}

}  // namespace
}  // namespace lampjack::test
