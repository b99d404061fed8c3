#include "engine/timers.h"

#include "engine/change_conversation.h"
#include "engine/pauses.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

constexpr std::size_t kAtOnce = 64;
constexpr Millis kLongestLook = 1000;

/// Longer than any platform repeats a request.
constexpr Millis kKeepKeys = 30 * conversation::kDay;
constexpr Millis kKeepRows = 14 * conversation::kDay;
constexpr Millis kPruneEvery = 10 * conversation::kMinute;
constexpr std::size_t kPruned = 1000;
/// While a reader holds the store's log, or retention removes one conversation after the other.
constexpr Millis kEmptyEvery = 10 * conversation::kSecond;
constexpr int kPruneRounds = 20;  ///< the rest next time, so that no timer waits for it

}  // namespace

void Timers::start() {
    thread_ = std::thread([this] { run(); });
}

void Timers::stop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    core_.changed.notify();
    thread_.join();
}

void Timers::run() noexcept {
    while (!stopping_) {
        const auto seen = core_.changed.generation();
        Millis ahead = kLongestLook / 10;
        core_.survives([&] { ahead = look_ahead(); });
        core_.changed.wait(seen,
                           std::chrono::steady_clock::now() + std::chrono::milliseconds(ahead));
    }
}

/// Fires what is due; how long until the next look.
Millis Timers::look_ahead() {
    const std::size_t fired = look();
    const auto next = core_.store->next_timer_at();
    const Millis now = core_.clock->now();
    const Millis ahead =
        next && *next < now + kLongestLook ? std::max<Millis>(*next - now, 1) : kLongestLook;
    // Due and not ours to fire: no busy loop.
    return ahead == 1 && fired == 0 ? kLongestLook / 10 : ahead;
}

std::vector<store::DueTimer> Timers::ours_due() const {
    const std::vector<std::string> ours = core_.config.account_names();
    auto due = core_.store->due_timers(core_.clock->now(), kAtOnce, ours);
    return due ? std::move(*due) : std::vector<store::DueTimer>{};
}

std::size_t Timers::look() {
    const std::lock_guard one(looks_);
    const std::size_t fired = fire_due();
    prune();
    empty_log();
    watch_.look();
    left_behind_.look();
    silence_.look();
    return fired;
}

void Timers::prune() {
    const Millis now = core_.clock->now();
    if (pruned_ != 0 && now - pruned_ < kPruneEvery && now >= pruned_) return;
    pruned_ = now;
    for (int round = 0; round < kPruneRounds; ++round) {
        const auto gone = core_.lane->repeat(
            [&] { return core_.store->prune(now - kKeepKeys, now - kKeepRows, kPruned); });
        if (!gone) return core_.faults.failed({"prune"}, gone.error());
        core_.faults.works({"prune"});
        if (*gone != 0) core_.log_holds_erased = true;
        if (*gone < kPruned) return;
    }
}

void Timers::empty_log() {
    const Millis now = core_.clock->now();
    if (emptied_ != 0 && now - emptied_ < kEmptyEvery && now >= emptied_) return;
    if (!core_.log_holds_erased.exchange(false)) return;
    emptied_ = now;
    const auto state = core_.store->empty_log(std::chrono::milliseconds(0));
    if (!state || *state == store::LogState::held) core_.log_holds_erased = true;
    if (!state) return core_.faults.failed({"empty_log"}, state.error());
    core_.faults.works({"empty_log"});
}

std::size_t Timers::fire_due() {
    std::size_t fired = 0;
    for (const store::DueTimer& timer : ours_due())
        if (fire(timer)) ++fired;
    return fired;
}

Result<void> Timers::fire(const store::DueTimer& due) {
    LJK_TRY(account, core_.account_of_ref(due.ref));
    const bool may_wait = due.kind == conversation::TimerKind::first ||
                          due.kind == conversation::TimerKind::idle_agent;
    const bool waits = may_wait && waits_for_credentials(core_, due.ref);
    return change_conversation(core_, *account, due.ref, [&](Change& change) -> Result<void> {
        if (!waits || change.row().state.state != conversation::State::agent)
            return fire_in(change, due);
        LJK_CHECK(change.must_exist());
        LJK_TRY(lane, change.has_lane());
        if (!lane) return fire_in(change, due);
        // What the agent said has not reached the user: the agent is not the one who is idle.
        LJK_CHECK(change.take(conversation::SendingPaused{}));
        return {};
    });
}

Result<void> Timers::fire_in(Change& change, const store::DueTimer& due) {
    LJK_CHECK(change.must_exist());
    // It was looked up before the lock: a lease that was renewed meanwhile is another timer of the same epoch.
    auto& timer = change.row().state.timers[static_cast<std::size_t>(due.kind)];
    if (!timer || *timer != due.timer)
        return fail(Code::not_found, "the timer was set anew meanwhile");
    if (!change.row().state.seen()) return change.erase_unattributed();
    const conversation::TimerFired fired{due.kind, due.timer.episode, due.timer.epoch};
    LJK_CHECK(change.take(fired, {}, [&](const conversation::Outcome&) -> Result<void> {
        // A timer that no longer means anything must not come up again.
        if (timer && *timer == due.timer) timer.reset();
        return {};
    }));
    return {};
}

}  // namespace lampjack::engine
