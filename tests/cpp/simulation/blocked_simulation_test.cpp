// Handlers that hang and processes that stand still. A process whose loop is blocked makes no step for a while, and its
// handlers make no move; a handler that hangs keeps its item while its process goes on and renews the lease. Both wake up
// later and tell their outcome, which may be another's to tell by then. No store faults here, so that each bound is exact.

#include "fault_store.h"
#include "network.h"

#include "../support/from_environment.h"
#include "base/random.h"
#include "base/timestamp.h"
#include "engine/hub.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

namespace lampjack::simulation {
namespace {

using std::chrono::milliseconds;

constexpr Millis kStart = 1'767'607'200'000;  // 2026-01-05T10:00:00Z
constexpr Millis kSecond = 1'000;
constexpr Millis kHandlerTimeout =
    400'000;                            // longer than a lease of 300 s, which has to be renewed
constexpr Millis kSilence = 15'000;     // so long after its last heartbeat a process is dead
constexpr Millis kHeartbeat = 5'000;    // and so often others look
constexpr Millis kSlack = 2 * kSecond;  // a step each second
constexpr Millis kLongestRetryWait = 1'000;  // item_cap_ms
constexpr std::array kSessions{"s-0", "s-1", "s-2"};

std::string config(Sabotage sabotage) {
    const Millis limit = sabotage == Sabotage::hangs_for_ever ? 0 : kHandlerTimeout;
    return R"({"store":"memory:","log_key":"k","item_cap_ms":)" +
           std::to_string(kLongestRetryWait) + R"(,"item_tries":1000,"handler_timeout_ms":)" +
           std::to_string(limit) +
           R"(,"account":{"shop":{"platform":"chatlayer_offloading","verify_token":"vt-made-up",)"
           R"("api_token":"at-made-up","api_base":"https://shop.example"}}})";
}

class BlockedRun {
public:
    BlockedRun(std::uint64_t seed, Sabotage sabotage) : dice_(seed) {
        auto opened = store::open("memory:");
        truth_ = std::move(*opened);
        network_.clock = clock_.get();
        for (std::size_t i = 0; i < processes_.size(); ++i) open(i, sabotage);
    }

    std::string go(std::size_t steps) {
        for (std::size_t i = 0; i < steps && violation_.empty(); ++i) step();
        if (violation_.empty()) come_to_rest();
        handlers_.clear();
        for (Process& process : processes_) process.hub.reset();
        return violation_;
    }
    /// How often a handler told its outcome too late because it hung or because its process stood still.
    std::size_t hung = 0, stood_still = 0, handled = 0;

private:
    struct Process {
        std::unique_ptr<engine::Hub> hub;
        std::optional<Millis> blocked_at;
        Millis wakes = 0;
        Millis awake_since = kStart;
    };
    /// It works on one item. `number` is its own.
    struct Handler {
        std::size_t process = 0;
        std::shared_ptr<engine::Item> item;
        std::uint64_t number = 0;
        Millis since = 0;
        Millis hangs_until = 0;
        bool was_silent =
            false;  ///< its process stood still for so long that others may have the item
        std::string place() const {
            return item->lease.ref + " " + std::to_string(item->lease.item.seq);
        }
    };

    void open(std::size_t index, Sabotage sabotage) {
        auto faults = std::make_shared<Faults>();
        faults->dice = Dice(dice_.next());
        engine::World world;
        world.clock = clock_;
        world.random = std::make_shared<SeededRandom>(dice_.next());
        world.store = make_fault_store(truth_, std::move(faults), sabotage);
        world.http = network_.client(index);
        auto opened = engine::Hub::open(config(sabotage), engine::run_nothing, std::move(world));
        if (!opened) throw std::runtime_error(opened.error().message);
        processes_[index].hub = std::move(*opened);
        static_cast<void>(processes_[index].hub->subscribe("desk", R"({"kinds":["message"]})"));
        static_cast<void>(begin_handler(index));  // from the first lease on it looks for the dead
    }
    void broken(const std::string& what) {
        if (violation_.empty()) violation_ = what;
    }
    std::optional<std::size_t> some_awake() {
        const std::size_t index = dice_.below(processes_.size());
        return processes_[index].blocked_at ? std::nullopt : std::optional(index);
    }

    void step() {
        switch (dice_.pick({20, 24, 24, 20, 4, 3})) {
            case 0: speak(); break;
            case 1:
                if (const auto index = some_awake()) begin_handler(*index);
                break;
            case 2: end_some_handler(); break;
            case 3: pass_time(dice_.one_in(8) ? 150 : dice_.one_in(3) ? 12 : 2); break;
            case 4: hang(); break;
            default: block();
        }
    }

    // ---- what happens

    void speak() {
        const auto index = some_awake();
        if (!index) return;
        const std::string session = kSessions.at(dice_.below(kSessions.size()));
        const std::string number = std::to_string(++last_);
        const std::string time(format_time(clock_->now()).view());
        const std::string body =
            R"({"event":"messages","botId":"b1","version":"LIVE","sessionId":")" + session +
            R"(","timestamp":")" + time + R"(","messages":[{"actor":"user","timestamp":")" + time +
            R"(","message":{"messageType":"text","text":"u-)" + number + R"(","sender":{"id":")" +
            session + R"(","botId":"b1"},"id":"m)" + number + R"("}}]})";
        const model::Request request{"POST", "/", "challenge.verifyToken=vt-made-up", {}, body};
        const auto answer = processes_[*index].hub->receive("shop", request, {});
        if (answer.status != 200) broken("B0: a good request was answered " + answer.body);
    }
    bool begin_handler(std::size_t index) {
        auto next = processes_[index].hub->next("desk", milliseconds(0), engine::Keeper::handler);
        if (!next) return false;
        Handler fresh;
        fresh.process = index;
        fresh.item = std::move(*next);
        fresh.number = ++last_handler_;
        fresh.since = clock_->now();
        check_handed_out(fresh);
        last_of_[fresh.place()] = fresh.number;
        handlers_.push_back(std::move(fresh));
        return true;
    }
    /// One that neither hangs nor is in a process that stands still.
    void end_some_handler() {
        if (handlers_.empty()) return;
        const std::size_t at = dice_.below(handlers_.size());
        if (processes_[handlers_[at].process].blocked_at) return;
        if (handlers_[at].hangs_until > clock_->now()) return;
        Handler handler = std::move(handlers_[at]);
        handlers_.erase(handlers_.begin() + static_cast<std::ptrdiff_t>(at));
        end(handler, !dice_.one_in(6));
    }
    void hang() {
        if (handlers_.empty()) return;
        const Millis longest = 2 * kHandlerTimeout;
        handlers_[dice_.below(handlers_.size())].hangs_until =
            clock_->now() + static_cast<Millis>(dice_.below(static_cast<std::size_t>(longest)));
    }
    /// The first process never stands still: somebody has to be there to take over.
    void block() {
        Process& process = processes_[1 + dice_.below(processes_.size() - 1)];
        if (process.blocked_at) return;
        process.blocked_at = clock_->now();
        process.wakes = clock_->now() + static_cast<Millis>(dice_.below(60'000));
    }

    // ---- time: each second every process that is awake makes a step

    void pass_time(std::size_t seconds) {
        for (std::size_t i = 0; i < seconds && violation_.empty(); ++i) {
            clock_->advance(kSecond);
            for (Process& process : processes_) {
                const bool wakes = process.blocked_at && process.wakes <= clock_->now();
                if (wakes) wake(process);
                // Who wakes up in the last second may hear of its handlers before it makes a step.
                if (!process.blocked_at && !wakes) process.hub->step();
            }
            for (const auto id : network_.pending())
                network_.finish(id, model::HttpResponse{200, {}, "{}"});
            for (Handler& handler : handlers_) handler.was_silent |= is_silent(handler);
            check_deadlines();
        }
    }
    void wake(Process& process) {
        process.blocked_at.reset();
        process.awake_since = clock_->now();
    }
    Millis blocked_for(const Handler& handler) const {
        const auto& at = processes_[handler.process].blocked_at;
        return at ? clock_->now() - *at : 0;
    }
    /// Its last heartbeat may be that much older than the moment in which it stood still.
    bool is_silent(const Handler& handler) const {
        return blocked_for(handler) >= kSilence - kHeartbeat - 2 * kSlack;
    }
    Millis age(const Handler& handler) const { return clock_->now() - handler.since; }

    // ---- what must hold

    bool has_it(const Handler& handler) const {
        return last_of_.at(handler.place()) == handler.number;
    }
    /// B1: a handler in time has its item alone.
    void check_handed_out(const Handler& fresh) {
        const auto last = last_of_.find(fresh.place());
        if (last == last_of_.end()) return;
        for (const Handler& other : handlers_)
            if (other.number == last->second && !other.was_silent && !is_silent(other) &&
                age(other) < kHandlerTimeout)
                broken("B1: two handlers in time have " + fresh.place());
    }
    /// B2, B3: whose handler hangs for too long, or whose process is silent, loses the item to whoever asks.
    void check_deadlines() {
        for (std::size_t i = 0; i < handlers_.size() && violation_.empty(); ++i) {
            const Handler handler = handlers_[i];
            if (!has_it(handler)) continue;
            const bool silent = blocked_for(handler) >= kSilence + kHeartbeat + 2 * kSlack;
            const bool hangs = hangs_too_long(handler);
            if (!silent && !hangs) continue;
            while (begin_handler(0)) {}
            if (has_it(handler))
                broken((silent ? "B2: a silent process keeps " : "B3: a hung handler keeps ") +
                       handler.place());
        }
    }
    bool hangs_too_long(const Handler& handler) const {
        const Process& process = processes_[handler.process];
        const Millis over = std::max(handler.since + kHandlerTimeout, process.awake_since);
        return !process.blocked_at && clock_->now() >= over + kLongestRetryWait + 3 * kSlack;
    }
    /// B4: whoever lost the item can neither command nor tell an outcome; whoever has it can.
    void end(const Handler& handler, bool good) {
        engine::Hub& hub = *processes_[handler.process].hub;
        const bool is_mine = has_it(handler);
        const bool in_time = is_mine && age(handler) < kHandlerTimeout;
        if (dice_.one_in(5)) check_command(handler, is_mine, in_time);
        const auto done = hub.done(*handler.item, good);
        if (done && !is_mine) broken("B4: an outcome counts twice: " + handler.place());
        if (!done && done.error().code != Code::lease_lost)
            broken("B0: an outcome was refused with " + done.error().message);
        if (!done && in_time && !handler.was_silent)
            broken("B4: the outcome of a handler in time is refused: " + handler.place());
        if (!done) ++(handler.was_silent ? stood_still : hung);
        if (!done || !good) return;
        ++handled;
        if (!handled_.insert(handler.place()).second)
            broken("B4: handled twice: " + handler.place());
    }
    void check_command(const Handler& handler, bool is_mine, bool in_time) {
        engine::CommandRequest request;
        request.name = "notify";
        request.content = R"({"type":"text","text":"n"})";
        request.item = handler.item.get();
        const auto result =
            processes_[handler.process].hub->command(handler.item->lease.ref, request);
        if (result.error.code == Code::ok && !is_mine)
            broken("B4: a handler commands that lost " + handler.place());
        if (result.error.code != Code::ok && in_time && !handler.was_silent)
            broken("B4: the command of a handler in time is refused: " + result.error.message);
    }

    // ---- the end: all wake up, and each item is handled once

    void come_to_rest() {
        for (Process& process : processes_)
            if (process.blocked_at) wake(process);
        for (Handler& handler : handlers_) handler.hangs_until = 0;
        while (!handlers_.empty() && violation_.empty()) {
            const Handler handler = std::move(handlers_.back());
            handlers_.pop_back();
            end(handler, true);
        }
        for (int second = 0; second < 400 && violation_.empty(); ++second) {
            pass_time(1);
            while (begin_handler(0)) {
                const Handler handler = std::move(handlers_.back());
                handlers_.pop_back();
                end(handler, true);
            }
        }
        for (const char* session : kSessions) look("shop:live:" + std::string(session));
    }
    void look(const std::string& ref) {
        const auto items = truth_->items(store::key_of(ref), 0, 100'000);
        if (!items) return;  // nobody said anything
        for (const store::ItemRow& item : *items)
            if (item.kind == "message" && !handled_.contains(ref + " " + std::to_string(item.seq)))
                broken("B5: nobody handled item " + std::to_string(item.seq) + " of " + ref);
    }

    Dice dice_;
    std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>(kStart);
    std::shared_ptr<store::Store> truth_;
    Network network_;
    std::array<Process, 3> processes_;
    std::vector<Handler> handlers_;
    std::map<std::string, std::uint64_t> last_of_;  ///< whom an item was handed out to last
    std::set<std::string> handled_;
    std::uint64_t last_ = 0, last_handler_ = 0;
    std::string violation_;
};

TEST(BlockedSimulation, gives_what_a_hung_handler_or_a_silent_process_holds_to_another) {
    const auto first = support::from_environment<std::uint64_t>("LJK_SIM_FIRST", 1);
    const auto seeds = support::from_environment<std::uint64_t>("LJK_SIM_SEEDS", 60);
    std::size_t hung = 0, stood_still = 0, handled = 0;
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        BlockedRun run(seed, Sabotage::none);
        ASSERT_EQ(run.go(400), "") << "seed " << seed;
        hung += run.hung;
        stood_still += run.stood_still;
        handled += run.handled;
    }
    std::printf("%llu seeds: %zu handled, %zu handlers hung, %zu were in a silent process\n",
                static_cast<unsigned long long>(seeds), handled, hung, stood_still);
    EXPECT_GT(handled, seeds * 20) << "a simulation in which nothing happens proves nothing";
    EXPECT_GT(hung, seeds / 2);
    EXPECT_GT(stood_still, seeds / 2);
}

struct BlockedControl {
    Sabotage sabotage;
    std::string_view invariant;
};
class WithoutLeaseProtection : public ::testing::TestWithParam<BlockedControl> {};

TEST_P(WithoutLeaseProtection, the_invariant_breaks) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed)
        if (BlockedRun(seed, GetParam().sabotage).go(400).starts_with(GetParam().invariant)) return;
    FAIL() << "no seed noticed that this protection is off";
}

INSTANTIATE_TEST_SUITE_P(BlockedSimulation, WithoutLeaseProtection,
                         ::testing::Values(BlockedControl{Sabotage::lends_twice, "B1"},
                                           BlockedControl{Sabotage::forgets_renewals, "B1"},
                                           BlockedControl{Sabotage::never_reclaims, "B2"},
                                           BlockedControl{Sabotage::hangs_for_ever, "B3"},
                                           BlockedControl{Sabotage::believes_the_late, "B4"}));

}  // namespace
}  // namespace lampjack::simulation
