#pragma once
// Pool: the connections of one process to one database. At most so many at a time; who comes when all are taken waits.

#include "base/secret.h"
#include "store/postgres/connection.h"

#include <condition_variable>
#include <mutex>
#include <sys/types.h>
#include <vector>

namespace lampjack::store::postgres {

class Pool {
public:
    static constexpr std::size_t kDefaultLimit = 16;

    explicit Pool(std::string url, std::size_t limit = kDefaultLimit);
    ~Pool();

    /// A connection taken out. Destroying it gives it back, or ends it when it is broken; what was open on it is undone.
    class Loan {
    public:
        Loan(Pool& pool, std::unique_ptr<Connection> connection) noexcept
            : pool_(&pool),
              connection_(std::move(connection)) {}
        Loan(Loan&&) noexcept = default;
        Loan& operator=(Loan&&) = delete;
        ~Loan() {
            if (connection_) pool_->give_back(std::move(connection_));
        }
        Connection& operator*() const noexcept { return *connection_; }
        Connection* operator->() const noexcept { return connection_.get(); }

    private:
        Pool* pool_;
        std::unique_ptr<Connection> connection_;
    };

    Result<Loan> take();
    /// Ends the idle connections; no more are given out.
    void close();
    /// Whether this process made it. In a forked child the connections and the lock are the parent's.
    bool is_ours() const noexcept;

private:
    friend class Loan;
    void give_back(std::unique_ptr<Connection> connection) noexcept;

    Secret url_;
    std::size_t limit_;
    pid_t owner_;
    std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<std::unique_ptr<Connection>> idle_;
    std::size_t lent_ = 0;
    bool closed_ = false;
};

}  // namespace lampjack::store::postgres
