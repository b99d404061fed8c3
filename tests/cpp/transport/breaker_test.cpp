#include "transport/breaker.h"

#include "transport/retry_budget.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <queue>
#include <vector>

namespace lampjack::transport {
namespace {

/// A breaker that shares its state with nobody.
struct Lonely {
    void note(Signal signal, bool probe = false) {
        if (const auto next = breaker.note(signal, probe, now, random)) breaker.adopt(*next);
    }
    bool begins_probe() {
        if (breaker.pass(now) != Breaker::Pass::probe) return false;
        breaker.adopt(breaker.probing(now, 20'000));
        return true;
    }
    bool is_open() const { return !breaker.state().is_closed(); }
    Breaker breaker;
    SeededRandom random{7};
    Millis now = 1'000'000;
};

TEST(Breaker, opens_after_five_failures_in_a_row_and_not_after_four) {
    Lonely one;
    for (int i = 0; i < 4; ++i) one.note(Signal::failed);
    EXPECT_FALSE(one.is_open());
    one.note(Signal::good);
    for (int i = 0; i < 4; ++i) one.note(Signal::failed);
    EXPECT_FALSE(one.is_open()) << "an answer in between breaks the row";
    one.note(Signal::failed);
    EXPECT_TRUE(one.is_open());
}

TEST(Breaker, opens_when_more_than_half_of_twenty_fail_within_ten_seconds) {
    Lonely one;
    const auto alternate = [&](Millis step) {
        for (int i = 0; i < 30 && !one.is_open(); ++i) {
            one.now += step;
            one.note(i % 3 == 0 ? Signal::good : Signal::failed);
        }
    };
    alternate(1'000);
    EXPECT_FALSE(one.is_open()) << "two of three fail, but there are never twenty in the window";
    alternate(100);
    EXPECT_TRUE(one.is_open());
}

TEST(Breaker, stays_closed_at_half_and_for_refusals_of_single_requests) {
    Lonely one;
    for (int i = 0; i < 400; ++i) one.note(i % 2 == 0 ? Signal::good : Signal::failed);
    for (int i = 0; i < 400; ++i) one.note(Signal::none);
    EXPECT_FALSE(one.is_open());
}

TEST(Breaker, opens_for_thirty_seconds_then_doubles_up_to_five_minutes) {
    Lonely one;
    for (int i = 0; i < 5; ++i) one.note(Signal::failed);
    for (const Millis wanted : {30'000, 60'000, 120'000, 240'000, 300'000, 300'000, 300'000}) {
        const Millis wait = one.breaker.wait_until(one.now) - one.now;
        EXPECT_GE(wait, wanted);
        EXPECT_LE(wait, wanted + wanted / 5) << "jitter is at most a fifth";
        EXPECT_EQ(one.breaker.pass(one.now), Breaker::Pass::wait);
        one.now += wait;
        ASSERT_TRUE(one.begins_probe());
        one.note(Signal::failed, true);
    }
    one.now = one.breaker.wait_until(one.now);
    ASSERT_TRUE(one.begins_probe());
    one.note(Signal::good, true);
    EXPECT_FALSE(one.is_open());
    for (int i = 0; i < 5; ++i) one.note(Signal::failed);
    EXPECT_LE(one.breaker.wait_until(one.now) - one.now, 36'000) << "it begins anew";
}

TEST(Breaker, ignores_what_was_sent_before_it_opened) {
    Lonely one;
    for (int i = 0; i < 5; ++i) one.note(Signal::failed);
    const BreakerState state = one.breaker.state();
    for (const Signal signal : {Signal::good, Signal::failed, Signal::throttled}) one.note(signal);
    EXPECT_EQ(one.breaker.state(), state);
}

TEST(Breaker, a_probe_that_never_came_back_makes_room_for_the_next) {
    Lonely one;
    for (int i = 0; i < 5; ++i) one.note(Signal::failed);
    one.now = one.breaker.wait_until(one.now);
    ASSERT_TRUE(one.begins_probe());
    EXPECT_FALSE(one.begins_probe());
    one.now += 20'000;
    EXPECT_TRUE(one.begins_probe());
    one.breaker.adopt(one.breaker.probe_given_back());
    EXPECT_TRUE(one.begins_probe()) << "and one that was not sent makes room at once";
}

TEST(Breaker, a_clock_that_is_set_back_does_not_keep_it_open) {
    Lonely one;
    for (int i = 0; i < 5; ++i) one.note(Signal::failed);
    one.now -= 3'600'000;
    EXPECT_TRUE(one.begins_probe());
}

TEST(BreakerState, goes_through_text) {
    EXPECT_EQ(to_text({}), "");
    const BreakerState state{3, 1'767'607'200'000, 1'767'607'220'000};
    EXPECT_EQ(breaker_state(to_text(state)), state);
    for (const char* text : {"", "0 5 5", "x", "-1 2 3", "99999999999999999999 1 1"})
        EXPECT_TRUE(breaker_state(text).is_closed()) << text;
}

TEST(SignalOf, tells_what_an_outcome_says_about_its_destination) {
    const auto of = [](HttpOutcome outcome) { return signal_of(outcome, classify(outcome)); };
    const auto status = [&](std::int32_t code) { return of(model::HttpResponse{code, {}, {}}); };
    const auto failure = [&](FailureKind kind) { return of(Failure{kind, {}, {}, false}); };
    EXPECT_EQ(status(200), Signal::good);
    EXPECT_EQ(status(302), Signal::good);
    EXPECT_EQ(status(404), Signal::good);
    EXPECT_EQ(status(422), Signal::good);
    for (const int code : {401, 403, 410})
        EXPECT_EQ(status(code), Signal::good)
            << code << ": it answers; who lets us in is another question";
    EXPECT_EQ(status(429), Signal::throttled);
    for (const int code : {408, 500, 502, 503}) EXPECT_EQ(status(code), Signal::failed) << code;
    for (const auto kind :
         {FailureKind::connect, FailureKind::tls, FailureKind::unknown_after_sent})
        EXPECT_EQ(failure(kind), Signal::failed);
    EXPECT_EQ(failure(FailureKind::cancelled), Signal::none);
    EXPECT_EQ(failure(FailureKind::refused_by_policy), Signal::none);
    EXPECT_EQ(failure(FailureKind::tls_verification), Signal::none);
}

/// Several processes with their own breakers, one shared state: at any time at most one probe is under way, nothing
/// leaves while it is open, and it opens for no shorter than its time.
TEST(Breaker, lets_one_probe_through_whatever_many_processes_see) {
    int probes = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SeededRandom random(seed);
        std::vector<Breaker> all(3);
        BreakerState shared;
        int under_way = 0;
        std::size_t prober = 0;
        Millis now = 0;
        Millis opened_at = 0;
        for (int i = 0; i < 3'000; ++i) {
            now += static_cast<Millis>(random.next() % 400);
            const std::size_t who = random.next() % all.size();
            Breaker& mine = all[who];
            if (random.next() % 4 == 0) mine.adopt(shared);  // the look each second
            const auto offer = [&](const BreakerState& next, const BreakerState& expected) {
                const bool mine_counts = shared == expected;
                if (mine_counts) shared = next;
                mine.adopt(shared);
                return mine_counts;
            };
            if (under_way > 0 && who == prober) {
                const bool back = random.next() % 3 == 0;
                const BreakerState before = mine.state();
                const auto next =
                    mine.note(back ? Signal::good : Signal::failed, true, now, random);
                if (next) offer(*next, before);
                --under_way;
                opened_at = now;
                continue;
            }
            const BreakerState before = mine.state();
            switch (mine.pass(now)) {
                case Breaker::Pass::go: {
                    const auto next = mine.note(Signal::failed, false, now, random);
                    if (next && offer(*next, before)) opened_at = now;
                    break;
                }
                case Breaker::Pass::probe:
                    if (offer(mine.probing(now, 300'000), before)) {
                        ++under_way;
                        ++probes;
                        prober = who;
                        ASSERT_EQ(under_way, 1) << "seed " << seed;
                        ASSERT_GE(now - opened_at, 30'000) << "seed " << seed;
                    }
                    break;
                case Breaker::Pass::wait: break;
            }
        }
    }
    EXPECT_GT(probes, 200) << "the control: there was something to let through";
}

/// 500 new deliveries a second for a minute, all of which fail: what goes over the wire beyond them. A delivery that may
/// not go now asks again when the breaker or the budget says.
struct Outage {
    bool with_breaker = true;
    bool with_budget = true;
    std::uint64_t fresh = 0, retries = 0, probes = 0;

    static Millis spread(Random& random) { return static_cast<Millis>(random.next() % 10'000); }
    void run() {
        struct Row {
            Millis at;
            int tries;
            bool operator>(const Row& other) const { return at > other.at; }
        };
        std::priority_queue<Row, std::vector<Row>, std::greater<>> due;
        SeededRandom random(11);
        Breaker breaker;
        RetryBudget budget;
        for (Millis at = 0; at < 60'000; at += 2) due.push({at, 0});
        while (due.top().at < 60'000) {
            auto [now, tries] = due.top();
            due.pop();
            const auto pass = with_breaker ? breaker.pass(now) : Breaker::Pass::go;
            if (pass == Breaker::Pass::wait) {
                due.push({breaker.wait_until(now), tries});
                continue;
            }
            if (tries > 0 && with_budget && !budget.take(now)) {
                due.push({budget.next_at(now) + spread(random), tries});
                continue;
            }
            if (tries == 0) budget.fresh(now);
            ++(tries == 0 ? fresh : retries);
            const bool probe = pass == Breaker::Pass::probe;
            if (probe) {
                ++probes;
                breaker.adopt(breaker.probing(now, 20'000));
            }
            if (const auto next = breaker.note(Signal::failed, probe, now, random))
                breaker.adopt(*next);
            const auto wait = next_wait({}, {.made = tries + 1, .first_at = 0}, {}, now, random);
            if (wait) due.push({now + std::max<Millis>(1, *wait), tries + 1});
        }
    }
};

TEST(Breaker, keeps_an_outage_from_being_made_worse) {
    Outage both{};
    both.run();
    EXPECT_LE(both.retries, 12U) << "five failures, then at most two probes in a minute";
    EXPECT_LE(both.fresh, 12U);
    EXPECT_GE(both.probes, 1U);
    EXPECT_LE(both.probes, 2U);

    Outage budget{.with_breaker = false};
    budget.run();
    EXPECT_EQ(budget.fresh, 30'000U);
    EXPECT_LE(budget.retries * 100, (budget.fresh + 60 * 5) * 20)
        << "a fifth, and ten in ten seconds";
    EXPECT_GT(budget.retries, 3'000U);

    Outage control{.with_breaker = false, .with_budget = false};
    control.run();
    EXPECT_GT(control.retries * 100, control.fresh * 100) << "without either it more than doubles";
}

}  // namespace
}  // namespace lampjack::transport
