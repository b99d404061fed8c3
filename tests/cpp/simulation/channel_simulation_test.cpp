// The same for a channel account whose gate is ours: users speak, agents take and leave, requests are accepted with and
// without a mute, the platform is slow, fails and loses answers, processes end. When all is at rest, each word a user said is
// in the log once, and the bot, the desk or both were given it; nothing went through a closed gate.

#include "fault_store.h"
#include "network.h"

#include "../support/from_environment.h"
#include "base/random.h"
#include "engine/hub.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>

namespace lampjack::simulation {
namespace {

using conversation::To;
using std::chrono::milliseconds;

constexpr Millis kStart = 1'767'607'200'000;  // 2026-01-05T10:00:00Z
constexpr Millis kHour = 3'600'000;
constexpr const char* kConfig =
    R"({"store":"memory:","log_key":"k","account":{"line":{"platform":"omnichannel","side":"channel",)"
    R"("webhook_token":"wt-made-up","auth":"none","platform_base":"https://line.example"}}})";

class ChannelRun {
public:
    ChannelRun(std::uint64_t seed, Sabotage sabotage) : sabotage_(sabotage), dice_(seed) {
        auto opened = store::open("memory:");
        truth_ = std::move(*opened);
        network_.clock = clock_.get();
        network_.on_send = [this](const Network::Pending& call) { leaves(call); };
        for (std::size_t i = 0; i < hubs_.size(); ++i) open(i);
    }

    std::string go(std::size_t steps) {
        for (std::size_t i = 0; i < steps && violation_.empty(); ++i) step();
        if (violation_.empty()) come_to_rest();
        for (auto& hub : hubs_) hub.reset();
        return violation_;
    }
    std::size_t said() const { return said_.size(); }
    std::size_t rerouted = 0, waited = 0;

private:
    void open(std::size_t index) {
        hubs_[index].reset();
        faults_[index] = std::make_shared<Faults>();
        faults_[index]->dice = Dice(dice_.next());
        engine::World world;
        world.clock = clock_;
        world.random = std::make_shared<SeededRandom>(dice_.next());
        world.store = make_fault_store(truth_, faults_[index], sabotage_);
        world.http = network_.client(index);
        auto opened = engine::Hub::open(kConfig, engine::run_nothing, std::move(world));
        if (!opened) throw std::runtime_error(opened.error().message);
        hubs_[index] = std::move(*opened);
        static_cast<void>(hubs_[index]->subscribe("desk", R"({"to":"desk","kinds":["message"]})"));
    }
    void broken(const std::string& what) {
        if (violation_.empty()) violation_ = what;
    }
    engine::Hub& some_hub() { return *hubs_[dice_.below(hubs_.size())]; }
    std::string some_user() { return "s-" + std::to_string(dice_.below(3)); }
    static std::string ref(const std::string& user) { return "line:live:" + user; }

    void step() {
        switch (dice_.pick({20, 5, 12, 20, 16, 8, 10, 1, 2})) {
            case 0: speak(); break;
            case 1: ask(); break;
            case 2: act(); break;
            case 3: some_hub().step(); break;
            case 4: answer(); break;
            case 5: pass_time(dice_.one_in(6) ? 240'000 : 900); break;
            case 6: consume(some_hub()); break;
            case 7: crash(); break;
            default: toggle_faults(); break;
        }
    }

    void speak() {
        const std::string user = some_user();
        const std::string text = "u-" + std::to_string(++last_);
        const auto done = some_hub().say("line", R"({"id":")" + user + "\"}",
                                         R"({"type":"text","text":")" + text + "\"}", text);
        if (done.error.code == Code::ok) said_[text] = user;
    }
    void ask() {
        const std::string body = R"({"chat_id":")" + some_user() + "\"}";
        const model::Request request{"POST", "/transfer", {}, {}, body};
        const engine::Decision decision{!dice_.one_in(5), dice_.one_in(2), {}};
        some_hub().receive("line", request, [&](const engine::Question&) { return decision; });
    }
    void act() {
        static constexpr std::array kNames{"take", "release", "close", "cancel", "request"};
        engine::CommandRequest request;
        request.name = kNames.at(dice_.pick({8, 5, 1, 2, 1}));
        request.agent = dice_.one_in(2) ? "dana" : "lee";
        request.force = dice_.one_in(3);
        if (request.name == "close") request.agent = {};
        static_cast<void>(some_hub().command(ref(some_user()), request));
    }

    // ---- the platform

    static std::string text_of(const model::HttpRequest& request) {
        const auto at = request.body.find(R"("text":")") + 8;
        return request.body.substr(at, request.body.find('"', at) - at);
    }
    /// A forward may leave while the bot is the reader, and under the epoch of now.
    void leaves(const Network::Pending& call) {
        using conversation::State;
        const auto user = said_.find(text_of(call.request));
        if (user == said_.end()) return;  // its commit was of unknown outcome
        const auto row = truth_->conversation(store::key_of(ref(user->second)));
        if (!row) return;
        const bool closed_gate =
            row->state.state == State::requested && row->state.muted == conversation::Muted::yes;
        if (closed_gate || row->state.state == State::agent)
            broken("C1: words went through a closed gate: " + user->first);
    }
    void answer() {
        const auto waiting = network_.pending();
        if (waiting.empty()) return;
        finish(waiting[dice_.below(waiting.size())], dice_.pick({10, 5, 2, 2}));
    }
    void finish(transport::CallId id, std::size_t how) {
        const bool arrives = how == 0 || how == 2;
        if (arrives) arrived_.insert(text_of(network_.at(id).request));
        if (how < 2)
            return network_.finish(id, model::HttpResponse{how == 0 ? 200 : 503,
                                                           {},
                                                           how == 0 ? R"({"result":"ok"})" : "{}"});
        network_.finish(id, transport::Failure{
                                transport::FailureKind::unknown_after_sent, "simulated", {}, true});
    }

    // ---- time and faults

    void pass_time(Millis by) {
        clock_->advance(static_cast<Millis>(dice_.below(static_cast<std::size_t>(by))));
    }
    void crash() {
        const std::size_t index = dice_.below(hubs_.size());
        hubs_[index].reset();
        for (const Network::Pending& call : network_.abandon(index))
            if (dice_.one_in(2)) arrived_.insert(text_of(call.request));
        open(index);
    }
    void toggle_faults() {
        Faults& faults = *faults_[dice_.below(faults_.size())];
        faults.on = !faults.on;
    }

    // ---- the desk, and the end

    bool consume(engine::Hub& hub) {
        const auto item = hub.next("desk", milliseconds(0));
        if (!item) return false;
        const std::string& body = (*item)->lease.item.body;
        const auto at = body.find(R"("text":")") + 8;
        if (hub.done(**item, true)) read_.insert(body.substr(at, body.find('"', at) - at));
        return true;
    }
    void come_to_rest() {
        for (auto& faults : faults_) faults->on = faults->cut_off = false;
        for (int hour = 0; hour < 24 * 3 && violation_.empty(); ++hour) {
            for (int round = 0; round < 60; ++round) {
                for (auto& hub : hubs_) hub->step();
                const auto waiting = network_.pending();
                if (waiting.empty()) break;
                for (const auto id : waiting) finish(id, 0);
            }
            clock_->advance(kHour);
        }
        while (consume(*hubs_[0])) {}
        for (const char* user : {"s-0", "s-1", "s-2"}) look(user);
        for (const auto& [text, user] : said_)
            if (!logged_.contains(text)) broken("C2: said and not in the log: " + text);
    }
    void look(const std::string& user) {
        const auto items = truth_->items(store::key_of(ref(user)), 0, 100'000);
        const auto rows = truth_->deliveries(store::key_of(ref(user)));
        ASSERT_TRUE(items && rows);
        given_up_.clear();
        for (const store::OutboxRow& row : *rows)
            if (row.status == store::DeliveryStatus::dead) given_up_.insert(row.item_seq);
        for (const store::ItemRow& item : *items) {
            const auto at = item.body.find(R"("text":"u-)");
            if (item.is_fact || at == std::string::npos) continue;
            const std::string text = item.body.substr(at + 8, item.body.find('"', at + 8) - at - 8);
            if (!logged_.insert(text).second) broken("C2: twice in the log: " + text);
            check(item, text);
        }
    }
    void check(const store::ItemRow& item, const std::string& text) {
        const auto flagged = [&](std::string_view word) {
            return (" " + item.flags + " ").find(" " + std::string(word) + " ") !=
                   std::string::npos;
        };
        rerouted += flagged("rerouted") ? 1U : 0U;
        waited += item.to == To::desk && item.state == conversation::State::requested ? 1U : 0U;
        if (item.to == To::nobody) broken("C3: words for nobody: " + text);
        if (item.to == To::desk && !read_.contains(text))
            broken("C3: for the desk, which was not given it: " + text);
        if (item.to == To::bot && !arrived_.contains(text) && !given_up_.contains(item.seq))
            broken("C3: for the bot, which did not get it: " + text);
    }

    Sabotage sabotage_;
    Dice dice_;
    std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>(kStart);
    std::shared_ptr<store::Store> truth_;
    Network network_;
    std::array<std::shared_ptr<Faults>, 2> faults_;
    std::array<std::unique_ptr<engine::Hub>, 2> hubs_;
    std::map<std::string, std::string> said_;  ///< acknowledged texts and who said them
    std::set<std::string> arrived_, read_, logged_;
    std::set<std::uint64_t> given_up_;  ///< items whose delivery is a dead letter
    std::uint64_t last_ = 0;
    std::string violation_;
};

TEST(ChannelSimulation, lets_nobodys_words_go_unread) {
    const auto seeds = support::from_environment<std::uint64_t>("LJK_SIM_SEEDS", 100);
    std::size_t said = 0, rerouted = 0, waited = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        ChannelRun run(seed, Sabotage::none);
        ASSERT_EQ(run.go(400), "") << "seed " << seed;
        said += run.said();
        rerouted += run.rerouted;
        waited += run.waited;
    }
    std::printf("%llu seeds: %zu said, %zu rerouted, %zu in a wait\n",
                static_cast<unsigned long long>(seeds), said, rerouted, waited);
    EXPECT_GT(said, seeds * 20) << "a simulation in which nothing happens proves nothing";
    EXPECT_GT(rerouted, seeds);
    EXPECT_GT(waited, seeds);
}

struct ChannelControl {
    Sabotage sabotage;
    std::string_view invariant;
};
class WithoutChannelProtection : public ::testing::TestWithParam<ChannelControl> {};

TEST_P(WithoutChannelProtection, the_invariant_breaks) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed)
        if (ChannelRun(seed, GetParam().sabotage).go(400).starts_with(GetParam().invariant)) return;
    FAIL() << "no seed noticed that this protection is off";
}

INSTANTIATE_TEST_SUITE_P(ChannelSimulation, WithoutChannelProtection,
                         ::testing::Values(ChannelControl{Sabotage::keeps_words, "C3"},
                                           ChannelControl{Sabotage::leaves_the_gate_open, "C1"},
                                           ChannelControl{Sabotage::hides_words, "C3"}));

}  // namespace
}  // namespace lampjack::simulation
