#include "engine/commit_lane.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <thread>
#include <utility>

namespace lampjack::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// How long a group takes in whoever comes while it works: as long as a commit takes, within these limits.
constexpr std::chrono::nanoseconds kJoin = milliseconds(5), kLongestJoin = milliseconds(20);
constexpr std::uint64_t kLongestPause = 100;

/// Short enough to need no memory of its own.
Error out_of_memory() noexcept { return {Code::internal, "out of memory"}; }

/// A change that throws must not take its neighbours with it, nor leave them waiting.
template <class Call>
Result<void> guarded(Call call) noexcept {
    try {
        return call();
    } catch (const std::bad_alloc&) {
        return out_of_memory();
    } catch (...) {
        return Error{Code::internal, "a change threw"};
    }
}

/// Whether a failed commit leaves it open that the same changes succeed when they run again.
Error commit_error(Error error) {
    if (error.code != Code::conflict && error.code != Code::closed) error.code = Code::store;
    return error;
}

}  // namespace

Result<void> CommitLane::commit(const Work& work) {
    return repeat([&] { return groups_ ? commit_in_group(work) : commit_alone(work); });
}

Error CommitLane::given_up(const Error& last) {
    return fail(Code::store, "others were in the way each time it was tried: " + last.message);
}

void CommitLane::pause(int attempt) {
    const std::uint64_t longest = std::min(kLongestPause, std::uint64_t{2} << attempt);
    std::this_thread::sleep_for(milliseconds(1 + random_->next() % longest));
}

Result<void> CommitLane::commit_alone(const Work& work) {
    LJK_TRY(tx, store_->begin());
    LJK_CHECK(guarded([&] { return work(*tx); }));
    if (auto committed = tx->commit(); !committed)
        return commit_error(std::move(committed).error());
    return {};
}

void CommitLane::Waiter::tell(Turn turn) noexcept {
    std::lock_guard lock(mutex_);
    turn_ = turn;
    told_.notify_one();  // under the lock: see above
}

CommitLane::Turn CommitLane::Waiter::wait() {
    std::unique_lock lock(mutex_);
    told_.wait(lock, [&] { return turn_ != Turn::waiting; });
    return turn_ == Turn::done ? Turn::done : std::exchange(turn_, Turn::waiting);
}

Result<void> CommitLane::commit_in_group(const Work& work) {
    Waiter self(work);
    if (stand_in_line(self)) lead();
    while (self.wait() != Turn::done)
        if (try_to_lead()) lead();
    return std::move(self.outcome);
}

bool CommitLane::stand_in_line(Waiter& waiter) {
    std::lock_guard lock(mutex_);
    queue_.push_back(&waiter);
    came_.notify_one();
    return !std::exchange(led_, true);
}

bool CommitLane::try_to_lead() {
    std::lock_guard lock(mutex_);
    return !queue_.empty() && !std::exchange(led_, true);
}

void CommitLane::lead() noexcept {
    Group group;
    commit_group(group);
    step_down(group);  // the next group begins while this one is told
    for (Waiter* waiter : group.members()) waiter->tell(Turn::done);
}

void CommitLane::step_down(const Group& group) noexcept {
    std::lock_guard lock(mutex_);
    const std::size_t seen = group.size() + queue_.size();
    around_ = std::max(seen, (around_ + seen) / 2);  // some may only be slow to wake
    led_ = false;
    if (!queue_.empty()) queue_.front()->tell(Turn::may_lead);  // under the lock: it stays in there
}

CommitLane::Waiter* CommitLane::take() {
    std::lock_guard lock(mutex_);
    if (queue_.empty()) return nullptr;
    Waiter* waiter = queue_.front();
    queue_.pop_front();
    return waiter;
}

// Callers who were told a moment ago often come back at once. Without a wait for them two halves take turns, and each
// waits for the other's commit. Half of what a commit takes is little to lose when they do not come, and those who stay
// away are soon no longer waited for.
CommitLane::Waiter* CommitLane::take_or_wait(const Group& group, Moment end) {
    {
        std::unique_lock lock(mutex_);
        if (queue_.empty() && group.size() < around_)
            came_.wait_until(lock, std::min(end, steady_clock::now() + commit_time_ / 2),
                             [&] { return !queue_.empty(); });
    }
    return take();
}

void CommitLane::commit_group(Group& group) noexcept {
    const auto committed = guarded([&]() -> Result<void> {
        LJK_TRY(tx, store_->begin());
        LJK_CHECK(apply_group(*tx, group));
        return timed_commit(*tx);
    });
    if (committed) return;
    // It never began: whoever waits now fails with it, those who come later try again.
    if (group.size() == 0)
        while (Waiter* waiter = group.is_full() ? nullptr : take()) group.add(*waiter);
    for (Waiter* waiter : group.members())
        if (waiter->outcome) waiter->outcome = guarded([&] { return committed; });
}

Result<void> CommitLane::timed_commit(store::Tx& tx) {
    const auto begin = steady_clock::now();
    if (auto done = tx.commit(); !done) return commit_error(std::move(done).error());
    commit_time_ = steady_clock::now() - begin;
    return {};
}

Result<void> CommitLane::apply_group(store::Tx& tx, Group& group) {
    const auto end = steady_clock::now() + std::clamp(commit_time_, kJoin, kLongestJoin);
    while (!group.is_full() && (group.size() == 0 || steady_clock::now() < end)) {
        Waiter* waiter = take_or_wait(group, end);
        if (waiter == nullptr) break;
        group.add(*waiter);
        LJK_CHECK(tx.savepoint());
        waiter->outcome = guarded([&] { return waiter->run(tx); });
        if (waiter->outcome) continue;
        if (auto undone = tx.rollback_to_savepoint(); !undone)
            return commit_error(std::move(undone).error());
    }
    return {};
}

}  // namespace lampjack::engine
