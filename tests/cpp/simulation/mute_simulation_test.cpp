// The same for platforms that are muted by a call: Certainly, and a Chatlayer app, whose performReceive carries a command out
// when its own time comes. Requests are accepted with and without a mute, agents take and leave, calls fail, get lost and are
// late, credentials are refused, processes end. Now and then everything heals: when nothing is pending or in flight, the store
// says of each bot what the platform does, t_return and one retry later at the latest.

#include "called_vendor.h"
#include "fault_store.h"
#include "network.h"

#include "../support/from_environment.h"
#include "base/random.h"
#include "engine/hub.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <optional>

namespace lampjack::simulation {
namespace {

using conversation::Muted;
using conversation::State;
using std::chrono::milliseconds;

constexpr Millis kStart = 1'767'607'200'000;  // 2026-01-05T10:00:00Z
constexpr Millis kHour = 3'600'000;
constexpr Millis kReturn = 15'000;  // t_return
constexpr Millis kRetry = 60'000;   // the longest wait of a call that is repeated
constexpr Millis kStep = 5'000;     // of the clock while everything heals

class MuteRun {
public:
    MuteRun(std::uint64_t seed, Sabotage sabotage) : sabotage_(sabotage), dice_(seed) {
        auto opened = store::open("memory:");
        truth_ = std::move(*opened);
        network_.clock = clock_.get();
        for (std::size_t i = 0; i < hubs_.size(); ++i) open(i);
    }

    std::string go(std::size_t steps) {
        for (std::size_t i = 0; i < steps && violation_.empty(); ++i) step();
        if (violation_.empty()) come_to_rest();
        for (auto& hub : hubs_) hub.reset();
        return violation_;
    }
    const std::deque<std::string>& tail() const noexcept { return tail_; }
    /// How often a bot was found muted while a user waited, and while an agent had the conversation.
    std::size_t waits = 0, agents = 0, late_commands = 0, refusals = 0;

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
        std::string accounts;
        for (const CalledVendor& vendor : vendors_)
            accounts += (accounts.empty() ? "" : ",") + vendor.settings();
        auto opened =
            engine::Hub::open(R"({"store":"memory:","log_key":"k","account":{)" + accounts + "}}",
                              engine::run_nothing, std::move(world));
        if (!opened) throw std::runtime_error(opened.error().message);
        hubs_[index] = std::move(*opened);
    }
    void broken(const std::string& what) {
        if (violation_.empty()) violation_ = what;
    }
    void say(std::string line) {
        tail_.push_back(std::to_string(clock_->now() - kStart) + " " + std::move(line));
        if (tail_.size() > 60) tail_.pop_front();
    }
    engine::Hub& some_hub() { return *hubs_[dice_.below(hubs_.size())]; }
    CalledVendor& some_vendor() { return vendors_[dice_.below(vendors_.size())]; }
    CalledVendor& vendor_named(std::string_view account) {
        return *std::ranges::find(vendors_, account, &CalledVendor::account);
    }
    CalledVendor& vendor_for(const model::HttpRequest& request) {
        const auto begin = request.url.find("//") + 2;
        return vendor_named(request.url.substr(begin, request.url.find('.', begin) - begin));
    }

    void step() {
        switch (dice_.pick({14, 24, 14, 20, 20, 8, 6, 1, 2, 2, 2})) {
            case 0: errands_.push_back(some_vendor().speak(dice_, clock_->now())); break;
            case 1: run_errand(); break;
            case 2: act(); break;
            case 3: some_hub().step(); break;
            case 4: answer_call(); break;
            case 5:
                pass_time(dice_.one_in(10) ? 40 * 60'000 : dice_.one_in(4) ? 70'000 : 900);
                break;
            case 6: show(); break;
            case 7: crash(); break;
            case 8: toggle_faults(); break;
            case 9: toggle_credentials(); break;
            default: calm();
        }
    }

    // ---- the platform to us

    /// Errands overtake each other now and then.
    void run_errand() {
        if (errands_.empty()) return;
        const std::size_t at = dice_.below(std::min<std::size_t>(errands_.size(), 4));
        Errand errand = std::move(errands_[at]);
        errands_.erase(errands_.begin() + static_cast<std::ptrdiff_t>(at));
        CalledVendor& vendor = vendor_named(errand.account);
        if (errand.is_command && sabotage_ == Sabotage::trusts_late_calls)
            return vendor.obey(errand);
        const model::Answer answer = receive(errand);
        say("errand " + errand.account + " " + errand.session + " " + errand.path + " " +
            std::to_string(answer.status) + " " + answer.body);
        if (answer.status == 503) return errands_.push_back(std::move(errand));
        if (answer.status != 200)
            return broken("M0: a good request was answered " + std::to_string(answer.status));
        vendor.answered(errand, answer.body);
        if (--errand.copies > 0) errands_.push_back(std::move(errand));
    }
    model::Answer receive(const Errand& errand) {
        engine::Hub& hub = some_hub();
        const engine::Decision decision{!dice_.one_in(5), !dice_.one_in(3), {}};
        const model::Request request{"POST", errand.path, {}, {}, errand.body};
        if (errand.translation.empty())
            return hub.receive(errand.account, request,
                               [&](const engine::Question&) { return decision; });
        const auto reception = hub.begin(errand.account, request);
        if (hub.untranslated(*reception) != nullptr)
            static_cast<void>(hub.translate(*reception, errand.translation));
        return hub.finish(*reception, &decision);
    }

    // ---- the agents, and their users on the app's channel

    void act() {
        static constexpr std::array kNames{"take", "reply",  "release", "close",
                                           "pass", "cancel", "decline", "say"};
        const CalledVendor& vendor = some_vendor();
        const std::string session = vendor.sessions()[dice_.below(vendor.sessions().size())];
        const std::string_view name = kNames.at(dice_.pick({8, 8, 5, 1, 1, 1, 1, 4}));
        const std::string content =
            R"({"type":"text","text":"r-)" + std::to_string(++last_) + "\"}";
        if (name == "say") {
            if (!vendor.is_app()) return;
            static_cast<void>(some_hub().say(vendor.account(), R"({"id":")" + session + "\"}",
                                             content, std::to_string(last_)));
            return;
        }
        engine::CommandRequest request;
        request.name = name;
        request.agent = name == "cancel" || name == "decline" ? ""
                        : dice_.one_in(2)                     ? "dana"
                                                              : "lee";
        request.force = dice_.one_in(3);
        if (name == "reply") request.content = content;
        if (name == "pass") request.target_kind = "anyone";
        const auto result = some_hub().command(vendor.ref(session), request);
        say(std::string(name) + " " + vendor.ref(session) + (request.force ? " force " : " ") +
            std::string(name_of(result.error.code)));
    }
    /// A message for the user of the app's channel.
    void show() {
        engine::Hub& hub = some_hub();
        const auto next = hub.next_sink("app", milliseconds(0));
        if (next) static_cast<void>(hub.sink_done(**next, true, {}));
    }

    // ---- we to the platform

    void answer_call() {
        const auto waiting = network_.pending();
        if (waiting.empty()) return;
        const auto id = waiting[dice_.below(waiting.size())];
        if (const auto status = vendor_for(network_.at(id).request).refuses_credentials())
            return finish(id, status, false);
        switch (dice_.pick({16, 3, 3, 3, 3})) {
            case 0: return finish(id, 200, true);
            case 1: return finish(id, 500, false);
            case 2: return lose(id, transport::FailureKind::connect, false);
            case 3: return lose(id, transport::FailureKind::unknown_after_sent, true);
            default: return lose(id, transport::FailureKind::unknown_after_sent, false);
        }
    }
    void finish(transport::CallId id, std::int32_t status, bool effect) {
        note(id, std::to_string(status));
        if (effect) take_effect(network_.at(id).request);
        network_.finish(id, model::HttpResponse{status, {}, "{}"});
    }
    void lose(transport::CallId id, transport::FailureKind kind, bool effect) {
        note(id, std::string(name_of(kind)) + (effect ? " done" : ""));
        if (effect) take_effect(network_.at(id).request);
        const bool written = kind == transport::FailureKind::unknown_after_sent;
        network_.finish(id, transport::Failure{kind, "simulated", {}, written});
    }
    void note(transport::CallId id, const std::string& what) {
        const auto& request = network_.at(id).request;
        say("call " + request.method + " " + request.url + " " + request.body + " " + what);
    }
    void take_effect(const model::HttpRequest& request) {
        auto follows = vendor_for(request).carry_out(request);
        if (!follows) return;
        if (dice_.one_in(6)) ++follows->copies;
        errands_.push_back(std::move(*follows));
    }

    // ---- time and faults

    void pass_time(Millis by) {
        if (by > kStep) run_commands();
        const Millis to =
            clock_->now() + static_cast<Millis>(dice_.below(static_cast<std::size_t>(by)));
        while (const auto id = next_to_end(to)) {
            clock_->set(std::max(network_.at(*id).ends(), clock_->now()));
            lose(*id, transport::FailureKind::unknown_after_sent, dice_.one_in(2));
            for (auto& hub : hubs_) hub->step();
            run_commands();
        }
        clock_->set(to);
    }
    /// The app runs its performReceive late, but within seconds.
    void run_commands() {
        const auto is_command = [](const Errand& errand) { return errand.is_command; };
        for (int i = 0; i < 10'000 && std::ranges::any_of(errands_, is_command); ++i) {
            late_commands += is_command(errands_.front()) ? 1U : 0U;
            run_errand();
        }
    }
    std::optional<transport::CallId> next_to_end(Millis by) const {
        std::optional<transport::CallId> first;
        for (const auto id : network_.pending())
            if (network_.at(id).ends() <= by &&
                (!first || network_.at(id).ends() < network_.at(*first).ends()))
                first = id;
        return first;
    }
    void crash() {
        const std::size_t index = dice_.below(hubs_.size());
        hubs_[index].reset();
        for (const Network::Pending& call : network_.abandon(index))
            if (dice_.one_in(2)) take_effect(call.request);
        open(index);
        say("crash");
    }
    void toggle_faults() {
        Faults& faults = *faults_[dice_.below(faults_.size())];
        faults.on = !faults.on;
    }
    void toggle_credentials() {
        CalledVendor& vendor = some_vendor();
        const bool good = vendor.refuses_credentials() == 0;
        vendor.refuse_credentials(!good ? 0 : dice_.one_in(3) ? 403 : 401);
        refusals += good ? 1U : 0U;
        say("credentials " + vendor.account() + (good ? " refused" : " good"));
        if (!good && dice_.one_in(2)) static_cast<void>(some_hub().resume(vendor.account()));
    }

    // ---- everything heals

    void calm() {
        for (auto& faults : faults_) faults->on = false;
        for (CalledVendor& vendor : vendors_) vendor.refuse_credentials(0);
        say("calm");
        Millis quiet_since = clock_->now();
        const Millis end = clock_->now() + 4 * kHour;
        while (clock_->now() < end && violation_.empty()) {
            if (serve_all()) quiet_since = clock_->now();
            if (clock_->now() - quiet_since >= kReturn + kRetry) return check_muting();
            clock_->advance(kStep);
        }
        broken("M2: a call still waits although everything healed");
    }
    /// Whether something was pending or in flight.
    bool serve_all() {
        bool busy = false;
        for (int round = 0; round < 50; ++round) {
            for (auto& hub : hubs_) hub->step();
            const auto waiting = network_.pending();
            if (waiting.empty() && errands_.empty()) break;
            busy = true;
            for (const auto id : waiting) finish(id, 200, true);
            while (!errands_.empty() && violation_.empty()) run_errand();
        }
        for (int i = 0; i < 20; ++i) show();
        for (const CalledVendor& vendor : vendors_) {
            const auto pending = truth_->pending_count(vendor.account());
            busy = busy || !pending || *pending != 0;
        }
        return busy;
    }
    /// M1: the invariant of this simulation.
    void check_muting() {
        for (const CalledVendor& vendor : vendors_)
            for (const std::string& session : vendor.sessions()) {
                const auto row = truth_->conversation(store::key_of(vendor.ref(session)));
                const Muted says = row ? row->state.muted : Muted::no;
                const bool is_muted = vendor.is_muted(session);
                if (says != (is_muted ? Muted::yes : Muted::no))
                    broken("M1: " + vendor.ref(session) + " is " +
                           (is_muted ? "muted" : "not muted") + ", the store says " +
                           std::string(conversation::name_of(says)) + " in " +
                           std::string(conversation::name_of(row->state.state)));
                if (!is_muted || !row) continue;
                waits += row->state.state == State::requested ? 1U : 0U;
                agents += row->state.state == State::agent ? 1U : 0U;
            }
    }
    void come_to_rest() {
        calm();
        for (int hour = 0; hour < 24 * 3 && violation_.empty(); ++hour) {
            serve_all();
            clock_->advance(kHour);
        }
        if (violation_.empty()) calm();
        for (const CalledVendor& vendor : vendors_)
            for (const std::string& session : vendor.sessions())
                if (vendor.is_muted(session))
                    broken("M3: the bot of " + vendor.ref(session) + " stays muted for ever");
    }

    Sabotage sabotage_;
    Dice dice_;
    std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>(kStart);
    std::shared_ptr<store::Store> truth_;
    Network network_;
    std::array<CalledVendor, 3> vendors_{
        CalledVendor{"app", CalledVendor::Kind::app, "on_accept"},
        CalledVendor{"web", CalledVendor::Kind::certainly, "on_accept"},
        CalledVendor{"late", CalledVendor::Kind::certainly, "on_take"}};
    std::array<std::shared_ptr<Faults>, 2> faults_;
    std::array<std::unique_ptr<engine::Hub>, 2> hubs_;
    std::deque<Errand> errands_;
    std::deque<std::string> tail_;
    std::uint64_t last_ = 0;
    std::string violation_;
};

TEST(MuteSimulation, says_of_each_bot_what_its_platform_does) {
    const auto first = support::from_environment<std::uint64_t>("LJK_SIM_FIRST", 1);
    const auto seeds = support::from_environment<std::uint64_t>("LJK_SIM_SEEDS", 60);
    std::size_t waits = 0, agents = 0, late_commands = 0, refusals = 0;
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        MuteRun run(seed, Sabotage::none);
        const std::string violation = run.go(400);
        std::string story;
        for (const std::string& line : run.tail()) story += "    " + line + "\n";
        ASSERT_EQ(violation, "") << "seed " << seed << "\n" << story;
        waits += run.waits;
        agents += run.agents;
        late_commands += run.late_commands;
        refusals += run.refusals;
    }
    std::printf("%llu seeds: muted for %zu users who waited and %zu agents, %zu late commands\n",
                static_cast<unsigned long long>(seeds), waits, agents, late_commands);
    EXPECT_GT(waits, seeds / 2) << "a simulation in which nothing happens proves nothing";
    EXPECT_GT(agents, seeds);
    EXPECT_GT(late_commands, seeds / 2);
    EXPECT_GT(refusals, seeds / 2);
}

class WithoutMuteProtection : public ::testing::TestWithParam<Sabotage> {};

TEST_P(WithoutMuteProtection, store_and_platform_disagree) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed)
        if (MuteRun(seed, GetParam()).go(400).starts_with("M1")) return;
    FAIL() << "no seed noticed that this protection is off";
}

INSTANTIATE_TEST_SUITE_P(MuteSimulation, WithoutMuteProtection,
                         ::testing::Values(Sabotage::loses_calls, Sabotage::gives_up_calls,
                                           Sabotage::trusts_late_calls));

}  // namespace
}  // namespace lampjack::simulation
