// What became of a line, and why: from its receipt to the platform's answer.

#include "kept_store.h"
#include "test_hub.h"

namespace lampjack::test {
namespace {

using T = TestHub;
using std::chrono::milliseconds;

constexpr const char* kHello = R"({"type":"text","text":"Hello, this is secret"})";

class Why : public OnEveryStore {};
LJK_ON_EVERY_STORE(Why);

json::Object why(const TestHub& t, std::uint64_t seq = 0, std::size_t limit = 100) {
    return T::object(t.hub->why(T::kRef, seq, limit));
}

json::Object line(const TestHub& t, std::uint64_t seq) {
    const auto found = why(t, seq);
    EXPECT_EQ(found.at("lines").as_array().size(), 1u);
    return found.at("lines").as_array().at(0).as_object();
}

json::Object offered(const TestHub& t, std::uint64_t seq, std::string_view subscription) {
    const auto told = line(t, seq);
    for (const auto& one : told.at("offered").as_array())
        if (json::text_of(one.as_object(), "subscription") == subscription) return one.as_object();
    ADD_FAILURE() << "not told of " << subscription;
    return {};
}

std::string status(const TestHub& t, std::uint64_t seq, std::string_view subscription) {
    return std::string(json::text_of(offered(t, seq, subscription), "status"));
}

TEST_P(Why, follows_a_users_line_through_the_subscriptions) {
    TestHub t(T::kFull, {}, kept_.open());
    ASSERT_TRUE(t.hub->subscribe("desk", R"({"to":"desk","kinds":["message"]})"));
    ASSERT_TRUE(t.hub->subscribe("facts", R"({"kinds":["owner_changed"]})"));
    t.post(T::messages(T::user_item("one", 1, "m1"), 1));
    const auto told = line(t, 1);
    EXPECT_EQ(told.at("kind"), "message");
    EXPECT_EQ(told.at("role"), "user");
    EXPECT_EQ(json::text_of(told, "sent_at"), T::at(1));
    EXPECT_EQ(told.at("received_at"), "2026-01-05T10:00:00.000Z");
    EXPECT_EQ(told.at("state"), "bot");
    EXPECT_EQ(told.at("to"), "bot");
    EXPECT_EQ(told.at("reason"), "the bot owns the conversation");
    EXPECT_EQ(status(t, 1, "desk"), "not_wanted");
    EXPECT_EQ(offered(t, 1, "desk").at("reason"), "it asks for another recipient");
    EXPECT_EQ(offered(t, 1, "facts").at("reason"), "it asks for other kinds");
}

TEST_P(Why, tells_who_handles_a_line_who_has_failed_and_what_waits_behind_it) {
    TestHub t(T::kFull, R"("item_tries":2,)", kept_.open());
    ASSERT_TRUE(t.hub->subscribe("desk", R"({"kinds":["message"]})"));
    t.post(T::messages(T::user_item("one", 1, "m1") + "," + T::user_item("two", 2, "m2"), 2));
    EXPECT_EQ(status(t, 1, "desk"), "waiting");
    EXPECT_FALSE(offered(t, 1, "desk").contains("reason")) << "this process has it";
    EXPECT_EQ(offered(t, 2, "desk").at("reason"), "behind line 1");
    auto item = t.hub->next("desk", milliseconds(0));
    ASSERT_TRUE(item);
    EXPECT_EQ(status(t, 1, "desk"), "running");
    ASSERT_TRUE(t.hub->done(**item, false, "KeyError"));
    EXPECT_EQ(status(t, 1, "desk"), "retrying");
    EXPECT_EQ(offered(t, 1, "desk").at("attempts").as_int64(), 1);
    EXPECT_TRUE(offered(t, 1, "desk").contains("next_at"));
    t.clock->advance(600'000);
    item = t.hub->next("desk", milliseconds(0));
    ASSERT_TRUE(item);
    ASSERT_TRUE(t.hub->done(**item, false, "KeyError"));
    EXPECT_EQ(status(t, 1, "desk"), "dead");
    EXPECT_EQ(offered(t, 1, "desk").at("reason"), "KeyError");
    item = t.hub->next("desk", milliseconds(0));
    ASSERT_TRUE(item);
    ASSERT_TRUE(t.hub->done(**item, true));
    EXPECT_EQ(status(t, 2, "desk"), "handled");
}

TEST_P(Why, says_that_no_live_process_has_a_subscription) {
    const auto store = kept_.open();
    {
        TestHub t(T::kFull, {}, store);
        ASSERT_TRUE(t.hub->subscribe("desk", "{}"));
        t.post(T::messages(T::user_item("one", 1, "m1"), 1));
    }
    TestHub reader(T::kFull, {}, store, 8);
    EXPECT_EQ(offered(reader, 1, "desk").at("reason"),
              "no live process has the subscription and the account");
}

TEST_P(Why, follows_a_reply_to_the_platforms_answer) {
    TestHub t(T::kFull, {}, kept_.open());
    t.post(T::offload("", 1), T::accept(true));
    const auto said = t.command("reply", "dana", kHello);
    const auto later = t.command("reply", "dana", kHello);
    const auto seq =
        static_cast<std::uint64_t>(T::object(Result<std::string>(said.json)).at("seq").as_int64());
    auto told = line(t, seq).at("deliveries").as_array().at(0).as_object();
    EXPECT_EQ(json::text_of(told, "id"), said.delivery_id);
    EXPECT_EQ(told.at("status"), "pending");
    EXPECT_EQ(told.at("reason"), "due");
    const auto behind =
        static_cast<std::uint64_t>(T::object(Result<std::string>(later.json)).at("seq").as_int64());
    told = line(t, behind).at("deliveries").as_array().at(0).as_object();
    EXPECT_EQ(json::text_of(told, "reason"), "behind delivery " + said.delivery_id);
    t.answer_next(422);
    told = line(t, seq).at("deliveries").as_array().at(0).as_object();
    EXPECT_EQ(told.at("status"), "dead");
    EXPECT_EQ(told.at("reason"), "status 422");
    EXPECT_EQ(told.at("last_code").as_int64(), 422);
    t.answer_next(200);
    told = line(t, behind).at("deliveries").as_array().at(0).as_object();
    EXPECT_EQ(told.at("status"), "sent");
    EXPECT_FALSE(told.contains("reason"));
}

TEST_P(Why, lists_the_newest_lines_and_the_calls_that_are_not_over) {
    TestHub t(T::kFull, {}, kept_.open());
    t.post(T::offload(T::user_item("help", 1, "m1"), 2), T::accept(true));
    t.command("take", "dana");
    t.command("release", "dana");
    const auto all = why(t);
    const auto count = all.at("lines").as_array().size();
    EXPECT_EQ(count, t.transcript().size());
    const auto newest = why(t, 0, 2);
    ASSERT_EQ(newest.at("lines").as_array().size(), 2u);
    EXPECT_EQ(newest.at("lines").as_array()[1].as_object().at("seq").as_int64(),
              static_cast<std::int64_t>(count));
    ASSERT_EQ(all.at("calls").as_array().size(), 1u);
    EXPECT_EQ(all.at("calls").as_array()[0].as_object().at("action"), "unmute");
    EXPECT_EQ(all.at("state"), "returning");
}

TEST_P(Why, holds_nothing_that_was_said_and_says_when_there_is_nothing) {
    TestHub t(T::kFull, {}, kept_.open());
    t.post(T::offload(T::user_item("secret", 1, "m1"), 2), T::accept(true));
    t.command("reply", "dana", kHello);
    const auto text = t.hub->why(T::kRef, 0, 100);
    ASSERT_TRUE(text);
    EXPECT_EQ(text->find("secret"), std::string::npos) << *text;
    EXPECT_EQ(t.hub->why(T::kRef, 99, 1).error().code, Code::not_found);
    EXPECT_EQ(t.hub->why("shop:live:nobody", 0, 1).error().code, Code::not_found);
}

TEST_P(Why, says_what_is_wrong_with_a_ref_that_names_nothing) {
    TestHub t(T::kFull, {}, kept_.open());
    const auto said = [&](std::string_view ref) {
        const auto told = t.hub->why(ref, 0, 1);
        return told ? std::string() : told.error().message;
    };
    EXPECT_EQ(said("shop:live:nobody"), "no such conversation: the account has none of that id");
    EXPECT_EQ(said("shpo:live:nobody"),
              "no such conversation: the ref's account is not configured");
    EXPECT_NE(said("shop:live:~unattributed").find("lampjack conversations --unattributed"),
              std::string::npos);
    for (const char* ref : {"", "nobody", "shop:life:nobody"})
        EXPECT_EQ(said(ref), "a ref is account:mode:id, and the mode is live or test") << ref;
}

}  // namespace
}  // namespace lampjack::test
