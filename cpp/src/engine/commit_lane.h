#pragma once
// CommitLane: the one way every change of a conversation goes. Where the store has one writer at a time, callers queue
// and one of them commits for many (group commit); elsewhere each change has its own transaction, and a conflict with
// another process runs it again.

#include "base/random.h"
#include "store/store.h"

#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <type_traits>

namespace lampjack::engine {

class CommitLane {
public:
    static constexpr std::size_t kGroup = 64;  ///< changes that share a transaction at most
    static constexpr int kTries = 8;           ///< of one change, when others get in its way

    CommitLane(std::shared_ptr<store::Store> store, std::shared_ptr<Random> random)
        : store_(std::move(store)),
          random_(std::move(random)),
          groups_(store_->groups_commits()) {}

    /// Runs `change`, a Result<T>(store::Tx&), inside a transaction and returns when it is committed. It may run more than
    /// once and on another caller's thread: it touches nothing but the transaction and its own result, takes no lock and
    /// does not come back here. When it fails nothing of it is kept. Errors: its own; `store` when the commit failed.
    template <class Change>
    auto run(Change change) -> std::invoke_result_t<Change&, store::Tx&> {
        using Outcome = std::invoke_result_t<Change&, store::Tx&>;
        std::optional<Outcome> outcome;
        const Work work = [&](store::Tx& tx) -> Result<void> {
            outcome.emplace(change(tx));
            if (!*outcome) return outcome->error();
            return {};
        };
        LJK_CHECK(commit(work));
        return std::move(*outcome);
    }

    /// For what the store does in one step of its own (leases): runs `call`, which returns a Result, again on a conflict.
    template <class Call>
    auto repeat(Call call) -> std::invoke_result_t<Call&> {
        for (int attempt = 1;; ++attempt) {
            auto outcome = call();
            if (outcome || outcome.error().code != Code::conflict) return outcome;
            if (attempt == kTries) return given_up(outcome.error());
            pause(attempt);
        }
    }

    /// How many changes wait for their turn.
    std::size_t waiting() const {
        std::lock_guard lock(mutex_);
        return queue_.size();
    }

private:
    using Work = std::function<Result<void>(store::Tx&)>;
    enum class Turn { waiting, may_lead, done };
    /// A caller who waits. It lives on that caller's stack, and is gone as soon as it is told that it is done.
    class Waiter {
    public:
        explicit Waiter(const Work& work) noexcept : work_(work) {}
        Result<void> run(store::Tx& tx) const { return work_(tx); }
        void tell(Turn turn) noexcept;
        /// Until it is told something.
        Turn wait();

        Result<void> outcome;

    private:
        const Work& work_;
        std::mutex mutex_;
        std::condition_variable told_;
        Turn turn_ = Turn::waiting;
    };

    /// Those who share a transaction. Nobody may be lost between the queue and here, so it needs no memory.
    class Group {
    public:
        void add(Waiter& waiter) noexcept { waiters_[size_++] = &waiter; }
        std::size_t size() const noexcept { return size_; }
        bool is_full() const noexcept { return size_ == kGroup; }
        std::span<Waiter* const> members() const noexcept { return {waiters_.data(), size_}; }

    private:
        std::array<Waiter*, kGroup> waiters_{};
        std::size_t size_ = 0;
    };

    using Moment = std::chrono::steady_clock::time_point;

    Result<void> commit(const Work& work);
    static Error given_up(const Error& last);
    void pause(int attempt);
    Result<void> commit_alone(const Work& work);
    Result<void> commit_in_group(const Work& work);
    /// Whether nobody leads, so that this caller has to.
    bool stand_in_line(Waiter& waiter);
    bool try_to_lead();
    /// Commits for all who wait now and join while it works.
    void lead() noexcept;
    /// Lets the next one lead: the first in the queue, unless somebody comes who is awake.
    void step_down(const Group& group) noexcept;
    void commit_group(Group& group) noexcept;
    Result<void> apply_group(store::Tx& tx, Group& group);
    Result<void> timed_commit(store::Tx& tx);
    /// The next who waits, or null.
    Waiter* take();
    /// The same, but those who are expected are waited for, until `end` at the latest.
    Waiter* take_or_wait(const Group& group, Moment end);

    std::shared_ptr<store::Store> store_;
    std::shared_ptr<Random> random_;
    bool groups_;
    mutable std::mutex mutex_;
    std::deque<Waiter*> queue_;
    std::condition_variable came_;
    bool led_ = false;
    std::size_t around_ = 0;  ///< callers who may come: seen at the end of the last commits
    std::chrono::nanoseconds commit_time_{0};  ///< of the last commit; the leader's
};

}  // namespace lampjack::engine
