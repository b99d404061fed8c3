// G17: a platform that fails every request while 500 new messages a second come, on real sockets through the client that
// ships. Time is the manual clock's, and stands still while requests are under way: a minute takes as long as its requests.
#include "engine/client_options.h"
#include "engine/hub.h"

#include "../support/from_environment.h"
#include "../support/loopback_server.h"
#include "base/clock.h"
#include "base/random.h"
#include "store/memory_store.h"
#include "transport/curl_client.h"
#include "json/value.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace lampjack::test {
namespace {

constexpr int kASecond = 500;
constexpr Millis kTick = 20;

int seconds() { return support::from_environment("LJK_OUTAGE_SECONDS", 6); }

/// Passes everything on to the client that ships, and can be waited for.
class AwaitedClient final : public transport::HttpClient {
public:
    explicit AwaitedClient(std::unique_ptr<HttpClient> to) : to_(std::move(to)) {}
    ~AwaitedClient() override { AwaitedClient::close(); }

    Result<transport::CallId> send(transport::Call call) override {
        {
            const std::lock_guard lock(mutex_);
            ++sent_;
        }
        call.done = [this, done = std::move(call.done)](transport::HttpOutcome outcome) {
            done(std::move(outcome));
            const std::lock_guard lock(mutex_);
            ++back_;
            changed_.notify_all();
        };
        return to_->send(std::move(call));
    }
    void cancel(transport::CallId id) override { to_->cancel(id); }
    void close() noexcept override { to_->close(); }

    /// How many were sent so far, once all of them are back.
    std::size_t wait_for_all() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return back_ == sent_; });
        return sent_;
    }

private:
    std::unique_ptr<HttpClient> to_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t sent_ = 0, back_ = 0;
};

class Outage {
public:
    /// `settings` are keys of the configuration, each with a comma behind it.
    explicit Outage(const std::string& settings)
        : config_(R"({"store":"memory:","allow_networks":["127.0.0.0/8"],)" + settings +
                  R"("account":{"shop":{"platform":"omnichannel","webhook_token":"wt-made-up",)"
                  R"("auth":"none","platform_base":")" +
                  platform_.url("") + R"("}}})") {
        auto client =
            transport::CurlClient::make(engine::client_options(*engine::read_config(config_)));
        EXPECT_TRUE(client);
        client_ = std::make_shared<AwaitedClient>(std::move(*client));
        engine::World world;
        world.clock = clock_;
        world.random = std::make_shared<SeededRandom>(17);
        world.store = std::make_shared<store::MemoryStore>();
        world.http = client_;
        auto hub = engine::Hub::open(config_, engine::run_nothing, std::move(world));
        EXPECT_TRUE(hub) << (hub ? "" : hub.error().message);
        hub_ = std::move(*hub);
        for (Millis at = 0; at < Millis{seconds()} * 1'000; at += kTick) tick();
        client_->close();
        requests = platform_.requests().size();
    }

    std::size_t fresh = 0;       ///< new messages
    std::size_t requests = 0;    ///< as the platform counted them
    std::size_t until_open = 0;  ///< of these, until the breaker opened first
    std::size_t most_after = 0;  ///< and in the moment with the most of them afterwards
    std::size_t opened = 0;      ///< how often the breaker did

private:
    void tick() {
        for (Millis i = 0; i < kASecond * kTick / 1'000; ++i)
            EXPECT_FALSE(hub_->say("shop", R"({"id":")" + std::to_string(++fresh) + R"("})",
                                   R"({"type":"text","text":"hello"})", "")
                             .delivery_id.empty());
        clock_->advance(kTick);
        const std::size_t before = sent_;
        const bool was_open = opened != 0;
        for (std::size_t seen = sent_ + 1; seen != sent_;) {
            seen = sent_;
            hub_->step();
            sent_ = client_->wait_for_all();
        }
        const json::Object stats = json::parse_value(hub_->stats(), "stats")->as_object();
        opened = static_cast<std::size_t>(json::integer_of(stats, "breaker_opened", 0));
        if (was_open)
            most_after = std::max(most_after, sent_ - before);
        else
            until_open = sent_;
    }

    support::LoopbackServer platform_{
        [](const support::Received&) { return support::Reaction{{support::reply(503)}}; }};
    std::string config_;
    std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>(1'767'607'200'000);
    std::shared_ptr<AwaitedClient> client_;
    std::unique_ptr<engine::Hub> hub_;
    std::size_t sent_ = 0;
};

/// So short that it is half-open several times.
std::string open_for(int part) {
    return R"("breaker_open_ms":)" + std::to_string(seconds() * 1'000 / part) + ",";
}
const std::string kNoBreaker = R"("breaker_failures":1000000,"breaker_percent":100,)";
const std::string kNoBudget = R"("retry_percent":100000,)";

TEST(Amplification, of_an_outage_ends_when_the_breaker_opens) {
    const Outage both("");
    EXPECT_EQ(both.fresh, static_cast<std::size_t>(seconds()) * kASecond);
    EXPECT_LE(both.until_open, 16U) << "those that were under way when it opened";
    EXPECT_EQ(both.requests, both.until_open + both.opened - 1) << "and the probes";
}

TEST(Amplification, of_an_outage_is_one_probe_each_time_it_is_half_open) {
    const Outage often(open_for(20));
    EXPECT_GE(often.opened, 4U) << "the control: it was half-open";
    EXPECT_EQ(often.most_after, 1U);
    EXPECT_EQ(often.requests, often.until_open + often.opened - 1);
}

TEST(Amplification, of_an_outage_is_a_fifth_at_most_with_the_budget_alone) {
    const Outage budget(kNoBreaker);
    EXPECT_EQ(budget.opened, 0U);
    EXPECT_GE(budget.requests, budget.fresh);
    EXPECT_LE(budget.requests,
              budget.fresh + budget.fresh / 5 + 10 + 10 * static_cast<std::size_t>(seconds()) / 10);
}

TEST(Amplification, of_an_outage_is_a_multiple_without_breaker_and_budget) {
    const Outage control(kNoBreaker + kNoBudget);
    EXPECT_GT(control.requests, control.fresh * 2) << "what the others keep from happening";
}

}  // namespace
}  // namespace lampjack::test
