#include "engine/commit_lane.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <thread>

namespace lampjack::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// How long a group takes in whoever comes while it works.
constexpr milliseconds kJoin{2};
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

Result<void> CommitLane::commit_in_group(const Work& work) {
    Waiter self{work, {}, false, {}};
    std::unique_lock lock(mutex_);
    queue_.push_back(&self);
    while (!self.done) {
        if (led_)
            self.wake.wait(lock);
        else
            lead(lock);
    }
    return std::move(self.outcome);
}

void CommitLane::lead(std::unique_lock<std::mutex>& lock) {
    Group group;
    led_ = true;
    lock.unlock();
    commit_group(group);
    lock.lock();
    led_ = false;
    for (Waiter* waiter : group.members()) {
        waiter->done = true;
        waiter->wake.notify_one();  // under the lock: it is gone as soon as it looks
    }
    if (!queue_.empty()) queue_.front()->wake.notify_one();
}

CommitLane::Waiter* CommitLane::take() {
    std::lock_guard lock(mutex_);
    if (queue_.empty()) return nullptr;
    Waiter* waiter = queue_.front();
    queue_.pop_front();
    return waiter;
}

void CommitLane::commit_group(Group& group) noexcept {
    const auto committed = guarded([&]() -> Result<void> {
        LJK_TRY(tx, store_->begin());
        LJK_CHECK(apply_group(*tx, group));
        if (auto done = tx->commit(); !done) return commit_error(std::move(done).error());
        return {};
    });
    if (committed) return;
    // It never began: whoever waits now fails with it, those who come later try again.
    if (group.is_empty())
        while (Waiter* waiter = group.is_full() ? nullptr : take()) group.add(*waiter);
    for (Waiter* waiter : group.members())
        if (waiter->outcome) waiter->outcome = guarded([&] { return committed; });
}

Result<void> CommitLane::apply_group(store::Tx& tx, Group& group) {
    const auto end = steady_clock::now() + kJoin;
    while (!group.is_full() && (group.is_empty() || steady_clock::now() < end)) {
        Waiter* waiter = take();
        if (waiter == nullptr) break;
        group.add(*waiter);
        LJK_CHECK(tx.savepoint());
        waiter->outcome = guarded([&] { return waiter->work(tx); });
        if (waiter->outcome) continue;
        if (auto undone = tx.rollback_to_savepoint(); !undone)
            return commit_error(std::move(undone).error());
    }
    return {};
}

}  // namespace lampjack::engine
