#pragma once
// Pool: the connections of one process to one database. At most so many at a time. A call waits while all are lent, and
// while the server itself has none left: for ten seconds at most.

#include "base/secret.h"
#include "store/postgres/connection.h"

#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <sys/types.h>
#include <utility>

namespace lampjack::store::postgres {

class Pool {
public:
    Pool(std::string url, std::size_t limit);
    ~Pool();

    /// Lists because a connection moves from one to the other without memory: who gives it back may have none.
    using Places = std::list<std::unique_ptr<Connection>>;

    /// A connection taken out. Destroying it gives it back, or ends it when it is broken; what was open on it is undone.
    class Loan {
    public:
        /// `place` holds one, which may be null while it is being made.
        Loan(Pool& pool, Places place) noexcept : pool_(&pool), place_(std::move(place)) {}
        Loan(Loan&& other) noexcept : pool_(other.pool_), place_(std::exchange(other.place_, {})) {}
        Loan& operator=(Loan&&) = delete;
        ~Loan() {
            if (!place_.empty()) pool_->give_back(std::move(place_));
        }
        Connection& operator*() const noexcept { return *place_.front(); }
        Connection* operator->() const noexcept { return place_.front().get(); }

    private:
        friend class Pool;
        Pool* pool_;
        Places place_;
    };

    Result<Loan> take();
    /// Ends the idle connections; no more are given out.
    void close();
    /// Whether this process made it. In a forked child the connections and the lock are the parent's.
    bool is_ours() const noexcept;

private:
    friend class Loan;
    using Deadline = std::chrono::steady_clock::time_point;
    /// A connection that is idle, or a place for one that is to be made.
    Result<Loan> reserve(Deadline deadline);
    /// Waits until a connection may be idle, or the server may have one left. False at the deadline.
    bool wait_for_room(Deadline deadline);
    /// The server had one left: the next of those who wait asks at once.
    void there_is_room();
    void give_back(Places place) noexcept;

    Secret url_;
    std::size_t limit_;
    pid_t owner_;
    std::mutex mutex_;
    std::condition_variable freed_;
    Places idle_;
    std::size_t lent_ = 0;
    Deadline ask_at_ = {};  ///< when one of those who wait asks the server again
    bool closed_ = false;
};

}  // namespace lampjack::store::postgres
