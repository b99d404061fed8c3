#include "sender_world.h"

namespace lampjack::test {
namespace {

constexpr const char* kHold = R"(,"on_unknown":"hold")";

std::string reason(const json::Value& letter) {
    return std::string(json::text_of(letter.as_object(), "last_error"));
}

TEST(DeadLetters, a_text_that_was_given_up_does_not_stop_those_behind_it) {
    SenderWorld world;
    world.offload("s-1");
    const auto first = world.reply("s-1", "one");
    const auto second = world.reply("s-1", "two");
    EXPECT_EQ(world.answer_all(422), 1U);
    EXPECT_EQ(world.answer_all(200), 1U);
    EXPECT_EQ(world.status(second), "sent");
    const auto letters = world.dead_letters();
    ASSERT_EQ(letters.size(), 1U);
    EXPECT_EQ(json::text_of(letters[0].as_object(), "id"), first);
    EXPECT_EQ(json::text_of(letters[0].as_object(), "ref"), "shop:live:s-1");
    EXPECT_EQ(reason(letters[0]), "status 422");
    EXPECT_EQ(world.told("s-1", first), "dead ");
}

TEST(DeadLetters, are_sent_again_when_a_person_says_so) {
    SenderWorld world;
    world.offload("s-1");
    const auto id = world.reply("s-1", "one");
    world.answer_all(422);
    world.clock->advance(7'200'000 / 8);
    world.command("extend", "s-1");
    ASSERT_TRUE(world.hub().retry_delivery(id));
    EXPECT_TRUE(world.dead_letters().empty());
    EXPECT_EQ(world.answer_all(503), 1U);
    EXPECT_EQ(world.status(id), "pending") << "its tries are counted anew";
    EXPECT_EQ(world.pass_time(5'000, 1'000, 200), 1U);
    EXPECT_EQ(world.told("s-1", id), "dead pending sent ");
    EXPECT_EQ(world.hub().retry_delivery(id).error().code, Code::unsupported);
    EXPECT_EQ(world.hub().retry_delivery("nobody").error().code, Code::not_found);
}

TEST(DeadLetters, stay_when_the_conversation_has_changed_hands) {
    SenderWorld world;
    world.offload("s-1");
    const auto id = world.reply("s-1", "one");
    world.answer_all(422);
    world.command("take", "s-1", {}, "lee", "shop", true);
    const auto refused = world.hub().retry_delivery(id);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::stale_owner);
    EXPECT_NE(refused.error().message.find("agent lee, epoch"), std::string::npos);
    EXPECT_EQ(world.status(id), "dead");
    EXPECT_EQ(world.answer_all(200), 0U);
}

TEST(DeadLetters, are_thrown_away_when_a_person_says_so) {
    SenderWorld world;
    world.offload("s-1");
    const auto id = world.reply("s-1", "one");
    world.answer_all(422);
    ASSERT_TRUE(world.hub().discard_delivery(id));
    EXPECT_TRUE(world.dead_letters().empty());
    EXPECT_EQ(world.status(id), "refused");
    EXPECT_EQ(world.told("s-1", id), "dead refused ");
    EXPECT_EQ(world.hub().discard_delivery(id).error().code, Code::unsupported);
    EXPECT_EQ(world.answer_all(200), 0U);
}

TEST(DeadLetters, a_text_of_unknown_outcome_is_held_where_the_account_says_so) {
    for (const bool holds : {true, false}) {
        SenderWorld world(SenderWorld::account("shop", holds ? kHold : ""));
        world.offload("s-1");
        const auto first = world.reply("s-1", "one");
        const auto second = world.reply("s-1", "two");
        world.fail_all(transport::FailureKind::unknown_after_sent);
        EXPECT_EQ(world.status(first), holds ? "held" : "pending");
        if (!holds) continue;
        EXPECT_EQ(world.answer_all(200), 1U);
        EXPECT_EQ(world.status(second), "sent") << "the next goes on";
        EXPECT_EQ(reason(world.dead_letters().at(0)), "unknown_after_sent");
        ASSERT_TRUE(world.hub().retry_delivery(first));
        EXPECT_EQ(world.answer_all(200), 1U);
        EXPECT_EQ(world.told("s-1", first), "held pending sent ");
    }
}

TEST(DeadLetters, a_return_is_repeated_and_not_held_when_its_outcome_is_unknown) {
    SenderWorld world(SenderWorld::account("shop", kHold));
    world.offload("s-1");
    world.command("take", "s-1");
    world.command("release", "s-1");
    EXPECT_EQ(world.fail_all(transport::FailureKind::unknown_after_sent), 1U);
    EXPECT_TRUE(world.dead_letters().empty());
    EXPECT_EQ(world.pass_time(5'000, 1'000, 200), 1U);
    EXPECT_EQ(world.state("s-1"), "bot");
}

/// The return is refused for good and the system has something to say: the user's bot is still muted.
struct FailedReturn : SenderWorld {
    FailedReturn() {
        offload("s-1");
        command("take", "s-1");
        command("release", "s-1");
        hub().step();
        before = command("notify", "s-1", text("before")).delivery_id;
        for (const auto id : http().in_flight()) http().answer(id, 422, "{}");
        http().deliver();
        hub().step();
        after = command("notify", "s-1", text("after")).delivery_id;
        hub().step();
    }
    std::string before, after;
};

TEST(DeadLetters, words_wait_behind_a_return_that_was_refused_for_good) {
    FailedReturn world;
    EXPECT_EQ(world.state("s-1"), "returning");
    EXPECT_EQ(world.status(world.before), "held");
    EXPECT_EQ(world.status(world.after), "held");
    const auto letters = world.dead_letters();
    ASSERT_EQ(letters.size(), 3U);
    EXPECT_EQ(json::text_of(letters[0].as_object(), "action"), "unmute");
    EXPECT_EQ(reason(letters[1]), "behind_a_failed_call");
    EXPECT_EQ(world.stuck().size(), 1U);

    EXPECT_EQ(world.pass_time(60'000, 1'000, 200), 3U)
        << "T_return repeats the call, then the words";
    EXPECT_EQ(world.state("s-1"), "bot");
    EXPECT_EQ(world.status(world.before), "sent");
    EXPECT_EQ(world.status(world.after), "sent");
    const auto last = world.http().count();
    EXPECT_NE(world.http().call(last).request.body.find("after"), std::string::npos);
    EXPECT_NE(world.http().call(last - 1).request.body.find("before"), std::string::npos);
}

TEST(DeadLetters, words_behind_a_return_leave_when_a_person_gives_it_up) {
    FailedReturn world;
    const std::string call(json::text_of(world.dead_letters().at(0).as_object(), "id"));
    ASSERT_TRUE(world.hub().discard_delivery(call));
    EXPECT_EQ(world.status(world.before), "pending");
}

TEST(DeadLetters, words_behind_a_return_leave_one_by_one_when_a_person_says_so) {
    FailedReturn world;
    ASSERT_TRUE(world.hub().retry_delivery(world.after));
    EXPECT_EQ(world.status(world.before), "held");
}

TEST(DeadLetters, the_export_has_what_they_carry_and_the_list_has_not) {
    SenderWorld world;
    world.offload("s-1");
    world.reply("s-1", "word\\nword");
    world.answer_all(422);
    EXPECT_EQ(world.hub().dead_letters(10)->find("word"), std::string::npos);
    const auto lines = world.hub().export_dead_letters(10);
    ASSERT_TRUE(lines);
    EXPECT_EQ(std::count(lines->begin(), lines->end(), '\n'), 1);
    const auto letter = json::parse_value(lines->substr(0, lines->size() - 1), "a line");
    ASSERT_TRUE(letter) << letter.error().message;
    EXPECT_NE(json::to_text(letter->at("event")).find("word\\nword"), std::string::npos);
    EXPECT_EQ(*world.hub().export_dead_letters(0), "");
    EXPECT_EQ(*world.hub().export_dead_letters(1), *lines) << "that is all";
    world.reply("s-1", "another");
    world.answer_all(422);
    EXPECT_EQ(*world.hub().export_dead_letters(1), *lines + "{\"truncated\":true}\n");
    const auto both = world.hub().export_dead_letters(2);
    EXPECT_EQ(std::count(both->begin(), both->end(), '\n'), 2);
    EXPECT_EQ(both->find("truncated"), std::string::npos);
}

}  // namespace
}  // namespace lampjack::test
