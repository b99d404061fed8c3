// Work on the store that fails again and again is told once for each cause, and once when it works again.
#include "credentials_world.h"

#include <barrier>
#include <thread>

namespace lampjack::test {
namespace {

/// A store that leases nothing, that cannot be asked what waits, or that takes no heartbeat.
class Closed : public FaultyStore {
public:
    std::string no_leases, no_counts, no_beats;  ///< why
    std::string fails_of;                        ///< a subscription of which nothing is leased
    bool tells_which = false;                    ///< each subscription fails for a cause of its own
    bool is_slow = false;                        ///< to take a heartbeat
    Result<std::vector<store::LeasedDelivery>>
    lease_deliveries(std::span<const std::string> accounts, bool sinks, Millis now, Millis until,
                     std::size_t limit, std::uint64_t holder) override {
        if (!no_leases.empty()) return fail(Code::store, no_leases);
        return FaultyStore::lease_deliveries(accounts, sinks, now, until, limit, holder);
    }
    Result<std::vector<store::LeasedItem>> lease_items(std::string_view subscription, Millis now,
                                                       Millis until, std::size_t limit,
                                                       const store::Lessee& leaser) override {
        if (subscription == fails_of) return fail(Code::store, "its rows cannot be read");
        const std::string which = tells_which ? " " + std::string(subscription) : "";
        if (!no_leases.empty()) return fail(Code::store, no_leases + which);
        return FaultyStore::lease_items(subscription, now, until, limit, leaser);
    }
    Result<std::size_t> pending_count(std::string_view account) override {
        if (!no_counts.empty()) return fail(Code::store, no_counts);
        return FaultyStore::pending_count(account);
    }
    Result<void> beat(const store::Holder& holder) override {
        if (is_slow) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (!no_beats.empty()) return fail(Code::store, no_beats);
        return FaultyStore::beat(holder);
    }
};

struct ClosedWorld : SenderWorld {
    explicit ClosedWorld(std::shared_ptr<Closed> kept = std::make_shared<Closed>())
        : SenderWorld(account("shop"), {}, kept),
          closed(*kept) {
        subscribe();
    }
    void subscribe() {
        EXPECT_TRUE(hub().subscribe("desk", "{}"));
        EXPECT_TRUE(hub().subscribe("wall", "{}"));
    }
    /// From now on the hub is one that has a steady clock besides the one that may be set.
    void know_steady() {
        kill();
        auto process = std::make_unique<Process>();
        engine::World world;
        world.clock = clock;
        world.steady = [kept = steady] { return kept->now(); };
        world.store = store;
        world.http = process->http;
        world.log = [this](std::string_view level, std::string_view text) {
            support::keep_line(log, level, text);
        };
        auto opened = engine::Hub::open(config, engine::run_nothing, std::move(world));
        ASSERT_TRUE(opened) << opened.error().message;
        process->hub = std::move(*opened);
        first = std::move(process);
        subscribe();
    }
    /// All that leases does so for some seconds, ten minutes most often.
    void look(int seconds = 600) {
        for (int i = 0; i < seconds; ++i) {
            clock->advance(1'000);
            steady->advance(1'000);
            hub().step();
            for (const char* name : {"desk", "wall"})
                (void)hub().next(name, std::chrono::milliseconds(0));
        }
    }
    template <class... Pairs>
    std::size_t lines(const char* start, Pairs... pairs) const {
        return support::lines_of(log, start, pairs...);
    }
    Closed& closed;
    std::shared_ptr<ManualClock> steady = std::make_shared<ManualClock>(kBegin);
};

TEST(StoreOutages, work_that_is_tried_again_and_again_is_logged_once_for_each_cause) {
    ClosedWorld world;
    world.look();
    EXPECT_EQ(world.lines("error") + world.lines("info"), 0U) << "the control: nothing to tell";
    world.closed.no_leases = "the file was deleted";
    world.look();
    EXPECT_EQ(world.lines("error store.failed", R"(reason="the file was deleted")"), 1U)
        << world.log;
    world.closed.no_leases = "the disk is full";
    world.look();
    EXPECT_EQ(world.lines("error store.failed", R"(reason="the disk is full")"), 1U) << world.log;
    EXPECT_EQ(world.lines("info store.recovered"), 0U);
    world.closed.no_leases.clear();
    world.look();
    EXPECT_EQ(world.lines("info store.recovered"), 1U) << world.log;
    world.closed.no_leases = "the disk is full";
    world.look();
    EXPECT_EQ(world.lines("error store.failed"), 3U) << "another outage";
}

TEST(StoreOutages, an_outage_is_one_error_of_a_hub_and_its_end_one_line) {
    ClosedWorld world;
    world.look();
    world.closed.no_leases = "the server cannot be reached";
    world.closed.no_beats = world.closed.no_leases;
    world.look();
    EXPECT_EQ(world.lines("error"), 1U) << world.log;
    EXPECT_EQ(world.lines("error heartbeat.failed"), 1U) << world.log;
    world.closed.no_leases.clear();
    world.closed.no_beats.clear();
    world.look();
    EXPECT_EQ(world.lines("info"), 1U) << world.log;
    EXPECT_EQ(world.lines("info heartbeat.recovered"), 1U) << world.log;
}

TEST(StoreOutages, one_subscription_that_fails_beside_one_that_works_is_one_error) {
    ClosedWorld world;
    world.closed.fails_of = "wall";
    world.look();
    EXPECT_EQ(world.lines("error"), 1U) << world.log;
    EXPECT_EQ(world.lines("error store.failed work=lease_items subscription=wall"), 1U);
    EXPECT_EQ(world.lines("info"), 0U) << world.log;
    world.closed.fails_of.clear();
    world.look();
    EXPECT_EQ(world.lines("info"), 1U) << world.log;
    EXPECT_EQ(world.lines("info store.recovered"), 1U) << world.log;
    world.closed.fails_of = "wall";
    world.look();
    EXPECT_EQ(world.lines("error"), 2U) << "another outage";
}

TEST(StoreOutages, a_cause_that_is_over_is_told_anew_though_another_goes_on) {
    ClosedWorld world;
    world.closed.fails_of = "wall";
    world.look();
    world.closed.no_leases = "the disk is full";
    world.look();
    world.closed.no_leases.clear();
    world.look();
    EXPECT_EQ(world.lines("error"), 2U) << world.log;
    EXPECT_EQ(world.lines("info"), 0U) << "the first goes on: " << world.log;
    world.closed.no_leases = "the disk is full";
    world.look();
    EXPECT_EQ(world.lines("error store.failed", R"(reason="the disk is full")"), 2U) << world.log;
}

TEST(StoreOutages, a_subscription_that_nobody_asks_for_any_more_does_not_hide_that_all_works) {
    ClosedWorld world;
    world.closed.no_leases = "the disk is full";
    (void)world.hub().next("gone", std::chrono::milliseconds(0));
    world.look();
    EXPECT_EQ(world.lines("error"), 1U) << world.log;
    world.closed.no_leases.clear();
    world.look();
    EXPECT_EQ(world.lines("info"), 0U) << world.log;
    world.clock->advance(2 * kHour);
    world.look();
    EXPECT_EQ(world.lines("info store.recovered"), 1U) << world.log;
}

/// All subscriptions are asked for at one time, each by a thread of its own, twice.
void ask_at_once(ClosedWorld& world) {
    constexpr int kThreads = 6;
    std::barrier all(kThreads);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&world, &all, name = "s" + std::to_string(i)] {
            all.arrive_and_wait();
            for (int look = 0; look < 2; ++look)
                (void)world.hub().next(name, std::chrono::milliseconds(0));
        });
    for (std::thread& one : threads) one.join();
}

TEST(StoreOutages, threads_that_meet_one_cause_tell_it_once) {
    ClosedWorld world;
    ask_at_once(world);
    world.closed.is_slow = true;
    world.closed.no_leases = "the file was deleted";
    ask_at_once(world);
    EXPECT_EQ(world.lines("error"), 1U) << world.log;
    world.closed.no_leases.clear();
    ask_at_once(world);
    EXPECT_EQ(world.lines("info"), 1U) << world.log;
}

TEST(StoreOutages, threads_that_fail_while_the_heartbeat_does_tell_nothing_of_their_own) {
    for (const bool beats : {false, true}) {
        ClosedWorld world;
        ask_at_once(world);
        world.closed.is_slow = world.closed.tells_which = true;
        world.closed.no_leases = "the server cannot be reached";
        if (!beats) world.closed.no_beats = world.closed.no_leases;
        ask_at_once(world);
        EXPECT_EQ(world.lines("error store.failed"), beats ? 6U : 0U) << world.log;
        world.closed.no_leases.clear();
        world.closed.no_beats.clear();
        ask_at_once(world);
        world.look();
        EXPECT_EQ(world.lines("error heartbeat.failed"), beats ? 0U : 1U) << world.log;
        EXPECT_EQ(world.lines("info store.recovered"), beats ? 1U : 0U) << world.log;
        EXPECT_EQ(world.lines("info heartbeat.recovered"), beats ? 0U : 1U) << world.log;
    }
}

TEST(StoreOutages, what_is_not_tried_has_not_succeeded) {
    ClosedWorld world;
    world.know_steady();
    world.look();
    world.closed.no_leases = "the disk is full";
    world.look();
    EXPECT_EQ(world.lines("error store.failed"), 1U) << world.log;
    world.clock->advance(-2 * kHour);
    world.look(3);
    EXPECT_EQ(world.lines("info"), 0U)
        << "nothing is leased after the clock was set: " << world.log;
    world.closed.no_leases.clear();
    world.look(30);
    EXPECT_EQ(world.lines("info store.recovered"), 1U) << "the control: " << world.log;
}

TEST(StoreOutages, what_waits_for_credentials_and_cannot_be_woken_is_told) {
    ClosedWorld world;
    take(world, {"s-1"});
    world.reply("s-1", "one");
    world.answer_all(401);
    world.closed.no_counts = "the disk cannot be read";
    world.clock->advance(-2 * kHour);  // what waits is looked for anew
    for (int i = 0; i < 3; ++i) world.hub().step();
    EXPECT_EQ(world.lines("error store.failed work=wake_refused account=shop"), 1U) << world.log;
    world.closed.no_counts.clear();
    world.hub().step();
    EXPECT_EQ(world.lines("info store.recovered"), 1U) << world.log;
}

}  // namespace
}  // namespace lampjack::test
