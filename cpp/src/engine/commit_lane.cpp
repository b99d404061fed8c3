#include "engine/commit_lane.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace lampjack::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// How long a group takes in whoever comes while it works.
constexpr milliseconds kJoin{2};
constexpr std::uint64_t kLongestPause = 100;

/// A change that throws (out of memory) must not take its neighbours with it.
template <class Call>
Result<void> guarded(Call call) {
    try {
        return call();
    } catch (const std::exception&) {
        return fail(Code::internal, "a change could not be carried out: out of memory, or a bug");
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
    std::vector<Waiter*> group;
    group.reserve(kGroup);  // nobody may be lost between the queue and the group
    led_ = true;
    lock.unlock();
    commit_group(group);
    lock.lock();
    led_ = false;
    for (Waiter* waiter : group) {
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

void CommitLane::commit_group(std::vector<Waiter*>& group) {
    const auto committed = guarded([&]() -> Result<void> {
        auto begun = store_->begin();
        if (!begun) {  // whoever waits now fails with it, those who come later try again
            while (Waiter* waiter = group.size() < kGroup ? take() : nullptr)
                group.push_back(waiter);
            return std::move(begun).error();
        }
        LJK_CHECK(apply_group(**begun, group));
        if (auto done = (*begun)->commit(); !done) return commit_error(std::move(done).error());
        return {};
    });
    if (committed) return;
    for (Waiter* waiter : group)
        if (waiter->outcome) waiter->outcome = committed.error();
}

Result<void> CommitLane::apply_group(store::Tx& tx, std::vector<Waiter*>& group) {
    const auto end = steady_clock::now() + kJoin;
    while (group.size() < kGroup && (group.empty() || steady_clock::now() < end)) {
        Waiter* waiter = take();
        if (waiter == nullptr) break;
        group.push_back(waiter);
        LJK_CHECK(tx.savepoint());
        waiter->outcome = guarded([&] { return waiter->work(tx); });
        if (waiter->outcome) continue;
        if (auto undone = tx.rollback_to_savepoint(); !undone)
            return commit_error(std::move(undone).error());
    }
    return {};
}

}  // namespace lampjack::engine
