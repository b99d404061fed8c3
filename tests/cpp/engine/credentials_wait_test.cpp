// What a pause for credentials holds up, how long it may last, and what people and faults do to it.
#include "../support/forward_store.h"
#include "credentials_world.h"

namespace lampjack::test {
namespace {

TEST(CredentialsPause, lets_tries_and_hour_begin_anew) {
    SenderWorld world;
    take(world, {"a"});
    const auto id = world.reply("a", "a"), next = world.reply("a", "b");
    world.pass_time(5 * kHour, kMinute, 401);
    while (world.status(id) == "paused") {
        world.clock->advance(10 * kSecond);
        world.answer_all(503);
    }
    EXPECT_EQ(world.status(id), "pending") << "it is hours old, and tried for the first time";
    EXPECT_EQ(json::integer_of(world.delivery(id), "attempts", -1), 1);
    world.pass_time(10 * kMinute, 5 * kSecond, 503);
    EXPECT_EQ(world.status(id), "pending");
    world.pass_time(20 * kMinute, 5 * kSecond, 200);
    EXPECT_EQ(world.status(id), "sent");
    EXPECT_EQ(world.status(next), "sent");
}

TEST(CredentialsPause, ends_words_after_a_day_and_calls_never) {
    SenderWorld world;
    take(world, {"a", "b"});
    const auto first = world.reply("a", "a"), second = world.reply("a", "b");
    world.command("release", "b");  // a return call
    world.pass_time(23 * kHour, 5 * kMinute, 401);
    EXPECT_TRUE(world.dead_letters().empty());
    world.offload("c");
    const auto young = world.reply("c", "c");
    world.pass_time(2 * kHour, 5 * kMinute, 401);
    EXPECT_EQ(world.status(first), "dead");
    EXPECT_EQ(world.status(second), "dead") << "also the one that was never tried";
    EXPECT_EQ(world.status(young), "paused");
    EXPECT_EQ(world.state("b"), "returning");
    EXPECT_EQ(world.dead_letters().size(), 2U);
    EXPECT_EQ(json::text_of(world.delivery(first), "last_error"), "credentials: status 401");
    world.pass_time(10 * kMinute, 10 * kSecond, 200);
    EXPECT_EQ(world.state("b"), "bot");
    EXPECT_EQ(world.status(young), "sent");

    SenderWorld shorter(SenderWorld::account("shop", R"(,"credentials_wait_ms":600000)"));
    take(shorter, {"a"});
    const auto id = shorter.reply("a", "a");
    shorter.pass_time(20 * kMinute, 10 * kSecond, 401);
    EXPECT_EQ(shorter.status(id), "dead") << "as the account says";

    SenderWorld blocked(SenderWorld::account("shop", R"(,"credentials_wait_ms":600000)"));
    take(blocked, {"a"});
    const auto one = blocked.reply("a", "a"), behind = blocked.reply("a", "b");
    blocked.pass_time(16 * kMinute, 10 * kSecond, 403);
    EXPECT_EQ(blocked.status(one), "dead") << "tried after 15 minutes";
    EXPECT_EQ(blocked.status(behind), "dead");
}

TEST(CredentialsPause, holds_the_agents_timers_up_and_no_others) {
    SenderWorld world(SenderWorld::account("shop", R"(,"t_idle_user":14400000)"));
    take(world, {"a"});
    world.reply("a", "a");
    world.offload("waiting");
    world.answer_all(401);
    world.pass_time(100 * kMinute, 10 * kSecond, 401);
    EXPECT_EQ(world.state("a"), "agent") << "t_idle_agent is half an hour";
    EXPECT_NE(world.state("waiting"), "requested") << "t_accept goes on";
    world.pass_time(6 * kMinute, 10 * kSecond, 200);
    EXPECT_EQ(world.state("a"), "agent");
    EXPECT_EQ(why(world), "");
    world.pass_time(20 * kMinute, 10 * kSecond, 200);
    EXPECT_EQ(world.state("a"), "agent") << "the lease began anew when the reply left";
    world.pass_time(15 * kMinute, 10 * kSecond, 200);
    EXPECT_EQ(world.state("a"), "bot") << "and it ends";

    SenderWorld silent(SenderWorld::account("shop", R"(,"t_idle_user":7200000)"));
    take(silent, {"a"});
    silent.reply("a", "a");
    silent.answer_all(401);
    silent.pass_time(130 * kMinute, 10 * kSecond, 401);
    EXPECT_EQ(silent.state("a"), "agent") << "what waits goes first";
    silent.pass_time(6 * kMinute, 10 * kSecond, 200);
    EXPECT_EQ(silent.state("a"), "closed") << "t_idle_user goes on";
}

TEST(CredentialsPause, lets_a_release_wait_for_the_words_before_it) {
    SenderWorld world;
    take(world, {"a"});
    const auto id = world.reply("a", "goodbye");
    world.command("release", "a");
    world.pass_time(2 * kHour, kMinute, 401);
    EXPECT_EQ(world.state("a"), "agent");
    world.pass_time(10 * kMinute, 10 * kSecond, 200);
    EXPECT_EQ(world.status(id), "sent");
    EXPECT_EQ(world.state("a"), "bot");
}

TEST(CredentialsPause, of_a_mute_or_a_return_is_no_permanent_refusal) {
    SenderWorld world(SenderWorld::account("shop", R"(,"mute":"on_take")"));
    take(world, {"b"});
    world.offload("a", "shop", false);
    world.command("take", "a");
    world.command("release", "b");
    world.pass_time(kHour, 10 * kSecond, 401);
    EXPECT_EQ(world.state("a"), "agent") << "a mute that is refused for good would give it back";
    EXPECT_EQ(world.hub().conversation(SenderWorld::ref("b"))->find("diverged"), std::string::npos);
    world.pass_time(10 * kMinute, 10 * kSecond, 200);
    EXPECT_EQ(world.state("b"), "bot");
    EXPECT_TRUE(world.dead_letters().empty());
}

TEST(CredentialsPause, ends_when_a_person_asks) {
    SenderWorld world;
    take(world, {"a", "b"});
    const auto one = world.reply("a", "a"), other = world.reply("b", "b");
    world.answer_all(401);
    world.pass_time(20 * kMinute, 10 * kSecond, 401);
    EXPECT_EQ(world.answer_all(200), 0U);
    ASSERT_TRUE(world.hub().resume("shop"));
    EXPECT_EQ(world.answer_all(200), 1U) << "one probe, at once";
    while (world.answer_all(200) != 0) {}
    EXPECT_EQ(world.status(one), "sent");
    EXPECT_EQ(world.status(other), "sent");
    EXPECT_TRUE(world.hub().resume("shop")) << "with nothing to do";
    EXPECT_EQ(world.hub().resume("nobody").error().code, Code::not_found);
}

TEST(CredentialsPause, lets_a_person_retry_or_discard_what_waits) {
    SenderWorld world;
    take(world, {"a", "b"});
    const auto one = world.reply("a", "a"), other = world.reply("b", "b");
    world.answer_all(401);
    world.pass_time(20 * kMinute, 10 * kSecond, 401);
    const std::size_t before = world.http().count();
    ASSERT_TRUE(world.hub().retry_delivery(other));
    EXPECT_EQ(world.answer_all(401), 1U);
    ASSERT_TRUE(world.hub().retry_delivery(other));
    EXPECT_EQ(world.answer_all(401), 1U);
    EXPECT_EQ(received(world.http(), before), (std::vector<std::string>{"b", "b"}))
        << "it is the probe itself";
    ASSERT_TRUE(world.hub().discard_delivery(one));
    EXPECT_EQ(world.status(one), "refused");
    EXPECT_EQ(why(world), "credentials");
    world.pass_time(10 * kMinute, 10 * kSecond, 200);
    EXPECT_EQ(world.status(one), "refused");
    EXPECT_EQ(world.status(other), "sent");
    EXPECT_EQ(world.hub().discard_delivery(other).error().code, Code::unsupported);
}

TEST(CredentialsPause, that_a_person_ends_by_discarding_frees_the_agents_timers) {
    SenderWorld world;
    take(world, {"a"});
    const auto id = world.reply("a", "a");
    world.pass_time(kHour, 10 * kSecond, 401);
    ASSERT_TRUE(world.hub().discard_delivery(id));
    EXPECT_EQ(world.state("a"), "agent");
    world.pass_time(40 * kMinute, 10 * kSecond, 200);
    EXPECT_EQ(world.state("a"), "bot") << "nothing waits for ever";
}

TEST(CredentialsPause, is_never_longer_than_it_lasts_when_the_clock_is_set_back) {
    for (const int status : {401, 403}) {
        SenderWorld world;
        take(world, {"a"});
        const auto id = world.reply("a", "a");
        world.pass_time(3 * kHour, 10 * kSecond, status);
        world.clock->advance(-10 * kHour);
        const Millis most = status == 401 ? 6 * kMinute : kHour;
        world.pass_time(most, 10 * kSecond, 200);
        EXPECT_EQ(world.status(id), "sent") << status;
    }
}

/// What waits for the crowd is more than is read at a time, and older.
TEST(CredentialsPause, ends_also_where_the_queue_of_another_account_stands_before) {
    SenderWorld world(SenderWorld::account("shop") + "," +
                      SenderWorld::account("crowd", "", "https://crowd.example"));
    for (int i = 0; i < 50; ++i) {
        const std::string session = "c" + std::to_string(i);
        world.offload(session, "crowd");
        world.command("take", session, {}, "dana", "crowd");
        for (int j = 0; j < 201; ++j) world.reply(session, "hello", "crowd");
    }
    world.clock->advance(kSecond);
    world.offload("a");
    world.command("take", "a");
    const auto id = world.reply("a", "a");
    const auto pass = [&](Millis time, std::int32_t status) {
        for (Millis gone = 0; gone < time; gone += 10 * kSecond) {
            world.clock->advance(10 * kSecond);
            world.hub().step();
            for (const auto call : world.http().in_flight()) {
                const bool ours =
                    world.http().call(call).request.url.find("crowd") == std::string::npos;
                world.http().answer(call, ours ? status : 401, "{}");
            }
            world.http().deliver();
            world.hub().step();
        }
    };
    pass(kMinute, 401);
    EXPECT_EQ(world.status(id), "paused");
    pass(6 * kMinute, 200);
    EXPECT_EQ(world.status(id), "sent");
}

/// A store whose pauses cannot be read.
class NoPauses : public support::ForwardStore {
public:
    using ForwardStore::ForwardStore;
    bool on = true;
    Result<std::string> meta(std::string_view name) override {
        if (on && (name.starts_with("pause:") || name.starts_with("credentials:")))
            return fail(Code::store, "the disk cannot be read");
        return ForwardStore::meta(name);
    }
};

TEST(CredentialsPause, that_cannot_be_read_stops_nothing) {
    auto store = std::make_shared<NoPauses>(std::make_shared<store::MemoryStore>());
    store->on = false;
    SenderWorld world(SenderWorld::account("shop"), "", store);
    take(world, {"a"});
    const auto id = world.reply("a", "a");
    world.answer_all(401);
    world.kill();
    world.restart();
    EXPECT_EQ(world.answer_all(200), 0U) << "the control: it can be read";
    world.kill();
    store->on = true;
    world.restart();
    EXPECT_EQ(world.answer_all(200), 1U) << "nothing is known, so it is sent";
    EXPECT_EQ(world.status(id), "sent");
}

TEST(VendorAnswer, of_any_refusal_is_kept_with_the_row_and_not_in_the_log) {
    SenderWorld world;
    take(world, {"a"});
    const auto id = world.reply("a", "a");
    const std::string body = R"({"error":"conversation is closed","requestId":"abc-1"})";
    world.answer_all(422, body);
    EXPECT_EQ(world.status(id), "dead");
    EXPECT_EQ(json::text_of(world.delivery(id), "vendor_answer"), body);
    EXPECT_NE(world.hub().deliveries(SenderWorld::ref("a"))->find("abc-1"), std::string::npos);
    EXPECT_EQ(json::text_of(world.dead_letters()[0].as_object(), "vendor_answer"), body);
    EXPECT_NE(world.hub().export_dead_letters(9)->find("abc-1"), std::string::npos);
    EXPECT_EQ(world.log.find("abc-1"), std::string::npos);
    EXPECT_EQ(world.hub().transcript(SenderWorld::ref("a"), 0, 100)->find("abc-1"),
              std::string::npos);
    ASSERT_TRUE(world.hub().retry_delivery(id));
    world.answer_all(200, R"({"ok":true})");
    EXPECT_EQ(json::text_of(world.delivery(id), "vendor_answer"), "") << "it was taken in the end";

    const auto other = world.reply("a", "b");
    world.answer_all(400, std::string(299, 'x') + "é and more than fits \xFF");
    EXPECT_EQ(json::text_of(world.delivery(other), "vendor_answer"), std::string(299, 'x'));
}

}  // namespace
}  // namespace lampjack::test
