#pragma once
// Core: what the parts of one hub share.

#include "conversation/policy.h"
#include "engine/commit_lane.h"
#include "engine/config.h"
#include "engine/declared.h"
#include "engine/hub.h"
#include "engine/log_line.h"
#include "engine/request_marks.h"
#include "engine/seldom.h"
#include "engine/senders.h"
#include "engine/store_faults.h"

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>

namespace lampjack::engine {

/// Wakes whoever waits for anything to change. Waiters note the generation first, look, then wait for a newer one,
/// so that no change between look and wait is missed.
class Notifier {
public:
    std::uint64_t generation() const {
        std::lock_guard lock(mutex_);
        return generation_;
    }
    void notify() {
        {
            std::lock_guard lock(mutex_);
            ++generation_;
        }
        changed_.notify_all();
    }
    /// Returns when the generation is newer than `seen`, at the latest at `deadline`.
    void wait(std::uint64_t seen, std::chrono::steady_clock::time_point deadline) {
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, deadline, [&] { return generation_ != seen; });
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t generation_ = 0;
};

struct Counters {
    std::atomic<std::uint64_t> requests{0}, events{0}, duplicates{0}, unkept{0},
        refused_requests{0}, handovers{0};
    std::atomic<std::uint64_t> sent{0}, retries{0}, dead{0}, fenced{0}, held{0}, talk_overs{0},
        ignored{0};
    std::atomic<std::uint64_t> postponed{0}, breaker_opened{0}, store_warnings{0}, items_dead{0};
};

/// What a change has to tell once it is committed.
struct Report {
    std::vector<LogLine> lines;  ///< for an operator
    std::uint64_t events = 0, duplicates = 0, talk_overs = 0, unkept = 0;
    std::uint64_t sent = 0, retries = 0, dead = 0, fenced = 0, held = 0;
    bool changed = false;                    ///< a conversation was stored: waiters look again
    std::set<std::string> mute_unsupported;  ///< accounts that were to mute and cannot

    void add(Report other);
};

class Leases;

struct Core {
    Config config;
    std::map<std::string, conversation::Policy, std::less<>> policies;  ///< by account
    std::shared_ptr<Clock> clock;
    std::shared_ptr<Random> random;
    std::shared_ptr<store::Store> store;
    std::unique_ptr<CommitLane> lane;  ///< every change of a conversation goes through it
    Leases* leases = nullptr;          ///< the hub's
    std::shared_ptr<transport::HttpClient> http;
    std::function<void(std::string_view, std::string_view)> log;
    Limits limits;
    BodyBudget bodies;  ///< that are in flight
    Senders senders;
    Declared declared;  ///< subscriptions of this process
    Seldom refusals;    ///< of requests and of what names no conversation, by account and cause
    Once told;          ///< what is logged once for an account
    StoreFaults faults{*this};
    Notifier changed;  ///< after each commit, completion, drain and close
    Counters counters;
    std::atomic<std::uint64_t> asked_now{
        0};  ///< how often somebody wanted to know at once: see engine/pauses.h
    /// The store's log may hold what was erased: the timers empty it. At first what an earlier process left.
    std::atomic<bool> log_holds_erased{true};
    std::atomic<bool> draining{false};
    std::atomic<bool> closed{false};
    std::int64_t process;  ///< that made it
    RequestMarks came;     ///< requests, since engine/silence.h looked last
    Once served_sinks;     ///< accounts whose sinks this process serves

    Core();
    /// Code::closed after close(), and in a process that was forked from the hub's: locks may be held for ever there.
    Result<void> usable() const;
    bool is_here() const noexcept;

    const platforms::Account* account(std::string_view name) const {
        const auto found = config.accounts.find(name);
        return found == config.accounts.end() ? nullptr : &found->second;
    }
    /// The same; Code::not_found when there is none.
    Result<const platforms::Account*> account_named(std::string_view name) const;
    /// The account of a conversation; Code::argument when `ref` is none.
    Result<const platforms::Account*> account_of_ref(std::string_view ref) const;
    const conversation::Policy& policy(const platforms::Account& account) const {
        return policies.find(account.name)->second;
    }
    /// 32 hex characters that never come twice.
    std::string new_id() const;
    /// The key of tags, where the configuration gives none: the same in all processes and after a restart, so that a tag in
    /// a log leads somewhere: the store keeps it. A store that fails leaves each process with one of its own.
    std::string kept_log_key();
    /// What stands for a ref in logs.
    std::string tag(std::string_view ref) const;
    void say(const LogLine& line) const { write(line.level(), line.text()); }
    /// The event alone: needs no memory.
    void say(LogEvent event) const { write(row_of(event).level, row_of(event).name); }
    /// For threads of ours: what `work` throws, out of memory above all, does not end the process. False when it threw.
    template <class Work>
    bool survives(Work work) const noexcept {
        try {
            work();
            return true;
        } catch (...) {
            say(LogEvent::thread_failed);
            return false;
        }
    }
    /// After a commit, without any lock: what operators and waiters have to know.
    void committed(const Report& report);

private:
    /// A log that fails must not end a thread of the hub.
    void write(LogLevel level, std::string_view text) const;
};

}  // namespace lampjack::engine
