// Two hubs with accounts of their own on one store, under one subscription's name: nothing crosses, and nothing is lost.

#include "kept_store.h"
#include "test_hub.h"

namespace lampjack::test {
namespace {

using T = TestHub;
using std::chrono::milliseconds;

/// A hub with one account of that name; the other one's is not in its configuration.
struct Tenant {
    Tenant(std::shared_ptr<store::Store> store, std::string name, std::uint64_t seed,
           std::shared_ptr<ManualClock> time)
        : account(std::move(name)),
          clock(std::move(time)) {
        engine::World world;
        world.clock = clock;
        world.random = std::make_shared<SeededRandom>(seed);
        world.http = http;
        world.store = std::move(store);
        world.log = [this](std::string_view level, std::string_view text) {
            support::keep_line(log, level, text);
        };
        auto opened = engine::Hub::open(R"({"store":"memory:","account":{")" + account + "\":{" +
                                            T::kFull + "}}}",
                                        engine::run_nothing, std::move(world));
        EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
        if (opened) hub = std::move(*opened);
        EXPECT_TRUE(hub->subscribe("desk.line", R"({"kinds":["message"]})"));
    }
    ~Tenant() { http->close(); }

    void say(int second) {
        const std::string body =
            T::messages(T::user_item("words", second, "m" + std::to_string(second)), second);
        model::Request request;
        request.method = "POST";
        request.path = "/";
        request.query = "challenge.verifyToken=vt-made-up";
        request.body = body;
        EXPECT_EQ(hub->receive(account, request, {}).status, 200);
    }
    /// Hands out and handles all there is; the accounts of what came.
    std::vector<std::string> drain() {
        std::vector<std::string> all;
        for (;;) {
            const auto item = hub->next("desk.line", milliseconds(0));
            if (!item) return all;
            all.push_back((*item)->lease.account);
            EXPECT_TRUE(hub->done(**item, true));
        }
    }

    std::string account;
    std::shared_ptr<ManualClock> clock;
    std::shared_ptr<support::FakeHttpClient> http = std::make_shared<support::FakeHttpClient>();
    std::string log;
    std::unique_ptr<engine::Hub> hub;
};

class Tenants : public OnEveryStore {
protected:
    void SetUp() override {
        OnEveryStore::SetUp();
        if (IsSkipped()) return;
        a_ = open("a", 1);
        b_ = open("b", 2);
    }
    std::unique_ptr<Tenant> open(const std::string& name, std::uint64_t seed) {
        return std::make_unique<Tenant>(kept_.open(), name, seed, clock_);
    }
    std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>(kStart);
    std::unique_ptr<Tenant> a_, b_;
};
LJK_ON_EVERY_STORE(Tenants);

template <class T>
std::string refusal(const Result<T>& result) {
    return result ? "it was given"
                  : std::string(name_of(result.error().code)) + " " + result.error().message;
}

TEST_P(Tenants, what_another_account_has_is_not_there) {
    a_->say(1);
    const std::string ref = "a:live:s-1", none = "a:live:nobody";
    engine::CommandRequest words;
    words.name = "notify";
    words.content = R"([{"type":"text","text":"a secret"}])";
    const auto receipt = a_->hub->command(ref, words);
    ASSERT_EQ(receipt.error.code, Code::ok) << receipt.error.message;
    const std::string& id = receipt.delivery_id;
    ASSERT_TRUE(a_->hub->delivery(id)) << "the control: " << receipt.json;
    engine::Hub& other = *b_->hub;
    EXPECT_EQ(refusal(other.conversation(ref)), refusal(other.conversation(none)));
    EXPECT_EQ(refusal(other.transcript(ref, 0, 9)), refusal(other.transcript(none, 0, 9)));
    EXPECT_EQ(refusal(other.deliveries(ref)), refusal(other.deliveries(none)));
    EXPECT_EQ(refusal(other.explain(ref, "take", "x")), refusal(other.explain(none, "take", "x")));
    EXPECT_EQ(refusal(other.why(ref, 0, 9)), refusal(other.why(none, 0, 9)));
    const std::string unknown(32, '0');
    EXPECT_EQ(refusal(other.delivery(id)), refusal(other.delivery(unknown)));
    EXPECT_EQ(refusal(other.wait_delivery(id, milliseconds(0))),
              refusal(other.wait_delivery(unknown, milliseconds(0))));
    EXPECT_EQ(refusal(other.retry_delivery(id)), refusal(other.retry_delivery(unknown)));
    EXPECT_EQ(refusal(other.discard_delivery(id)), refusal(other.discard_delivery(unknown)));
    EXPECT_EQ(refusal(other.settle_dead_item("desk.line", ref, 1, true)),
              refusal(other.settle_dead_item("desk.line", none, 1, true)));
    EXPECT_EQ(other.conversation(ref).error().code, Code::not_found);
    EXPECT_EQ(other.delivery(id).error().code, Code::not_found);
    EXPECT_EQ(other.export_user("a", "s-1").error().code, Code::not_found);
}

TEST_P(Tenants, lists_hold_their_own_and_a_limit_counts_that) {
    for (int second = 1; second < 4; ++second) b_->say(second);
    a_->say(9);
    const auto size = [](const Result<std::string>& list) {
        EXPECT_TRUE(list);
        return list ? json::parse_value(*list, "a list")->as_array().size() : 99;
    };
    EXPECT_EQ(size(a_->hub->conversations("", 1)), 1U);
    EXPECT_EQ(a_->hub->conversations("", 1)->find("b:live"), std::string::npos);
    EXPECT_EQ(size(a_->hub->conversations("", 9, R"(["a"])")), 1U);
    EXPECT_EQ(size(a_->hub->conversations("", 9, "[]")), 0U);
    EXPECT_EQ(size(a_->hub->dead_letters(9)), 0U);
    EXPECT_NE(a_->hub->subscriptions()->find(R"("waiting":1)"), std::string::npos);
    EXPECT_NE(b_->hub->subscriptions()->find(R"("waiting":3)"), std::string::npos);
    engine::Hub& hub = *a_->hub;
    for (const std::string_view wrong : {R"(["b"])", R"("a")", "[1]", "a"}) {
        for (const auto& list :
             {hub.conversations("", 9, wrong), hub.unattributed(wrong), hub.stuck(wrong),
              hub.subscriptions(wrong), hub.dead_letters(9, wrong),
              hub.export_dead_letters(9, wrong), hub.export_dead_letters(0, wrong),
              hub.dead_items("desk.line", 9, wrong)}) {
            ASSERT_FALSE(list);
            EXPECT_EQ(list.error().code, Code::argument);
            EXPECT_TRUE(list.error().message.starts_with("accounts")) << list.error().message;
        }
    }
}

TEST_P(Tenants, hubs_of_one_name_that_restart_in_turn_lose_nothing_and_get_their_own) {
    std::size_t came_a = 0, came_b = 0;
    for (int round = 0; round < 4; ++round) {
        a_->say(2 * round + 1);
        b_->say(2 * round + 2);
        (round % 2 == 0 ? a_ : b_).reset();
        if (!a_) a_ = open("a", static_cast<std::uint64_t>(10 + round));
        if (!b_) b_ = open("b", static_cast<std::uint64_t>(20 + round));
        for (const std::string& account : a_->drain()) {
            EXPECT_EQ(account, "a");
            ++came_a;
        }
        if (round % 2 == 1) continue;  // what waits while the other one goes on stays
        for (const std::string& account : b_->drain()) {
            EXPECT_EQ(account, "b");
            ++came_b;
        }
    }
    came_b += b_->drain().size();
    EXPECT_EQ(came_a, 4U);
    EXPECT_EQ(came_b, 4U);
}

TEST_P(Tenants, work_that_no_live_hub_does_is_counted_by_the_accounts_name) {
    b_->say(1);
    EXPECT_EQ(*a_->hub->stuck(), "[]") << "a live hub has it";
    b_.reset();
    EXPECT_EQ(*a_->hub->stuck(),
              R"([{"account":"b","why":["no_hub"],"items":1,"deliveries":0,"timers":0}])");
    EXPECT_EQ(*a_->hub->stuck(R"(["a"])"), "[]");
    clock_->advance(3'600'000);
    a_->hub->step();
    EXPECT_EQ(a_->log.find("account.unserved"), std::string::npos) << "not yet for an hour";
    clock_->advance(3'600'000);
    a_->hub->step();
    EXPECT_EQ(support::lines_of(a_->log, "warning account.unserved", "account=b", "items=1"), 1U)
        << a_->log;
    const auto dropped = open("c", 3)->hub->drop_subscription("desk.line");
    ASSERT_FALSE(dropped) << "its items are not this hub's to drop";
    EXPECT_NE(dropped.error().message.find("accounts that this hub does not have"),
              std::string::npos)
        << dropped.error().message;
}

}  // namespace
}  // namespace lampjack::test
