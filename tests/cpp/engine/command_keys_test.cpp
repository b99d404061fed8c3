// A caller's key makes a command happen once, and is no other command's; a handler's own keys give the first receipt.

#include "base/digest.h"
#include "kept_store.h"
#include "test_hub.h"

namespace lampjack::test {
namespace {

using T = TestHub;

constexpr const char* kHello = R"({"type":"text","text":"Hello"})";
constexpr const char* kOther = R"({"type":"text","text":"Something else"})";
constexpr Millis kDay = 86'400'000;

struct Desk : TestHub {
    explicit Desk(std::shared_ptr<store::Store> store) : TestHub(kFull, {}, std::move(store)) {
        post(offload("", 1), accept(true));
    }
    engine::CommandResult reply(std::string_view content, std::string_view agent = "dana",
                                std::string_view handler = {}) const {
        return hub->command(kRef, {.name = "reply",
                                   .content = content,
                                   .agent = agent,
                                   .key = "k-1",
                                   .handler = handler});
    }
    engine::CommandResult with_key(std::string_view name, std::string_view target = {}) const {
        return hub->command(kRef, {.name = name,
                                   .agent = "dana",
                                   .key = "k-1",
                                   .target_kind = target.empty() ? "" : "agent",
                                   .target = target});
    }
    std::size_t deliveries() const {
        return json::parse_value(*hub->deliveries(kRef), "deliveries")->as_array().size();
    }
    static json::Object receipt(const engine::CommandResult& result) {
        return object(Result<std::string>(result.json));
    }
    static bool is_repeated(const engine::CommandResult& result) {
        const json::Object told_in = receipt(result);
        const auto* told = told_in.if_contains("repeated");
        return told != nullptr && told->as_bool();
    }
};

class CommandKeys : public OnEveryStore {};
LJK_ON_EVERY_STORE(CommandKeys);

TEST_P(CommandKeys, the_same_command_again_gives_the_first_receipt_and_sends_nothing) {
    Desk desk(kept_.open());
    const auto first = desk.reply(kHello);
    ASSERT_EQ(first.error.code, Code::ok) << first.error.message;
    EXPECT_FALSE(Desk::is_repeated(first));
    const auto rows = desk.deliveries();
    // Spelled otherwise, the content is the same.
    for (const char* same : {kHello, R"([{"text":"Hello", "type":"text"}])"}) {
        const auto again = desk.reply(same);
        ASSERT_EQ(again.error.code, Code::ok) << again.error.message;
        EXPECT_TRUE(Desk::is_repeated(again));
        EXPECT_EQ(again.delivery_id, first.delivery_id);
        EXPECT_EQ(Desk::receipt(again).at("seq"), Desk::receipt(first).at("seq"));
    }
    EXPECT_EQ(desk.deliveries(), rows);
}

TEST_P(CommandKeys, another_content_agent_or_command_under_a_callers_key_is_a_conflict) {
    Desk desk(kept_.open());
    ASSERT_EQ(desk.reply(kHello).error.code, Code::ok);
    const auto items = desk.transcript().size();
    for (const auto& other : {desk.reply(kOther), desk.reply(kHello, "kim"), desk.with_key("take"),
                              desk.with_key("release"), desk.with_key("extend")}) {
        EXPECT_EQ(other.error.code, Code::key_conflict);
        EXPECT_TRUE(other.delivery_id.empty());
    }
    EXPECT_EQ(desk.transcript().size(), items) << "nothing was done";
    EXPECT_EQ(desk.reply(kHello).error.code, Code::ok) << "the first one still stands";
}

TEST_P(CommandKeys, another_target_under_a_callers_key_is_a_conflict) {
    Desk desk(kept_.open());
    desk.command("take", "dana");
    ASSERT_EQ(desk.with_key("pass", "kim").error.code, Code::ok);
    EXPECT_EQ(desk.with_key("pass", "lee").error.code, Code::key_conflict);
    EXPECT_TRUE(Desk::is_repeated(desk.with_key("pass", "kim")));
}

TEST_P(CommandKeys, a_key_belongs_to_one_conversation) {
    Desk desk(kept_.open());
    ASSERT_EQ(desk.reply(kHello).error.code, Code::ok);
    std::string body = T::offload("", 2);
    body.replace(body.find("s-1"), 3, "s-2");
    desk.post(body, T::accept(true));
    const auto other = desk.hub->command(
        "shop:live:s-2", {.name = "reply", .content = kOther, .agent = "dana", .key = "k-1"});
    EXPECT_EQ(other.error.code, Code::ok) << other.error.message;
    EXPECT_FALSE(Desk::is_repeated(other));
}

TEST_P(CommandKeys, a_refused_command_does_not_use_its_key) {
    Desk desk(kept_.open());
    desk.command("take", "kim");
    ASSERT_EQ(desk.reply(kHello).error.code, Code::not_owner);
    desk.command("take", "dana", {}, {}, {}, true);
    const auto now = desk.reply(kOther);
    EXPECT_EQ(now.error.code, Code::ok) << now.error.message;
    EXPECT_FALSE(Desk::is_repeated(now));
}

TEST_P(CommandKeys, are_known_for_14_days_and_by_a_hub_that_opens_the_store_later) {
    const auto store = kept_.open();
    std::string delivery;
    {
        Desk desk(store);
        delivery = desk.reply(kHello).delivery_id;
    }
    TestHub later(T::kFull, {}, store, 8);
    later.clock->advance(14 * kDay - 1000);
    later.hub->step();  // what is too old goes
    const auto again = later.command("reply", "dana", kHello, {}, "k-1");
    EXPECT_TRUE(Desk::is_repeated(again)) << again.json;
    EXPECT_EQ(later.command("reply", "dana", kOther, {}, "k-1").error.code, Code::key_conflict);
}

TEST_P(CommandKeys, another_command_of_a_handler_that_runs_again_gives_the_first_receipt) {
    Desk desk(kept_.open());
    const auto first = desk.reply(kHello, "dana", "desk.line");
    const auto rows = desk.deliveries();
    const auto other = desk.reply(kOther, "dana", "desk.line");
    ASSERT_EQ(other.error.code, Code::ok) << other.error.message;
    EXPECT_TRUE(Desk::is_repeated(other));
    EXPECT_EQ(other.delivery_id, first.delivery_id);
    EXPECT_EQ(desk.deliveries(), rows);
    const auto at = desk.log.find("handler.repeat_differs account=shop conversation=");
    ASSERT_NE(at, std::string::npos) << desk.log;
    EXPECT_NE(desk.log.find("subscription=desk.line command=reply seq=", at), std::string::npos);
    EXPECT_EQ(desk.log.find("handler.repeat_differs", at + 1), std::string::npos) << "once";
}

TEST_P(CommandKeys, the_same_command_of_a_handler_that_runs_again_warns_of_nothing) {
    Desk desk(kept_.open());
    desk.reply(kHello, "dana", "desk.line");
    EXPECT_TRUE(Desk::is_repeated(desk.reply(kHello, "dana", "desk.line")));
    EXPECT_EQ(desk.log.find("handler.repeat_differs"), std::string::npos);
}

/// A store as release 13949c8 fills it: keys without a hash.
TEST_P(CommandKeys, a_key_that_a_release_before_stored_never_conflicts) {
    const auto store = kept_.open();
    Desk desk(store);
    FieldHash hash;
    const Digest digest = hash.add("command").add(T::kRef).add("reply").add("k-1").finish();
    model::ItemKey known;
    std::copy_n(digest.begin(), known.size(), known.begin());
    const auto key = store::key_of(T::kRef);
    {
        auto tx = store->begin();
        ASSERT_TRUE(tx);
        store::ConversationRow row;
        ASSERT_TRUE((*tx)->lock(key, row));
        ASSERT_TRUE((*tx)->alias(key, known, 1));
        ASSERT_TRUE((*tx)->commit());
    }
    EXPECT_TRUE(Desk::is_repeated(desk.reply(kOther))) << "the same name: it was carried out";
    const auto take = desk.with_key("take");
    EXPECT_EQ(take.error.code, Code::ok) << "another name: as that release did";
    EXPECT_FALSE(Desk::is_repeated(take));
}

}  // namespace
}  // namespace lampjack::test
