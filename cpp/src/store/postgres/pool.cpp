#include "store/postgres/pool.h"
#include "store/postgres/statements.h"

#include <unistd.h>

#include <utility>

namespace lampjack::store::postgres {
namespace {

constexpr auto kLongestWait = std::chrono::seconds(10);

}  // namespace

Pool::Pool(std::string url, std::size_t limit)
    : url_(std::move(url)),
      limit_(limit),
      owner_(getpid()) {}

Pool::~Pool() {
    if (is_ours()) return;
    for (auto& connection : idle_) connection->abandon();
}

bool Pool::is_ours() const noexcept { return owner_ == getpid(); }

Result<Pool::Loan> Pool::take() {
    {
        std::unique_lock lock(mutex_);
        if (!freed_.wait_for(lock, kLongestWait, [&] { return closed_ || lent_ < limit_; }))
            return fail(Code::store, "all connections to PostgreSQL are busy");
        if (closed_) return fail(Code::closed, "the store was closed");
        ++lent_;
        if (!idle_.empty()) {
            Loan loan(*this, std::move(idle_.back()));
            idle_.pop_back();
            return loan;
        }
    }
    auto fresh = Connection::open(std::string(url_.reveal()));
    if (fresh) return Loan(*this, std::move(*fresh));
    const std::lock_guard lock(mutex_);
    --lent_;
    freed_.notify_one();
    return fresh.error();
}

void Pool::give_back(std::unique_ptr<Connection> connection) noexcept {
    if (!is_ours()) {
        connection->abandon();
        return;
    }
    if (!connection->is_broken() && connection->in_transaction()) {
        const auto undone = connection->run(kRollback);
        if (!undone || connection->in_transaction()) connection.reset();
    }
    std::vector<std::unique_ptr<Connection>>
        ended;  // destroyed after the lock: a goodbye takes time
    const std::lock_guard lock(mutex_);
    --lent_;
    if (connection && !connection->is_broken()) {
        if (closed_)
            ended.push_back(std::move(connection));
        else
            idle_.push_back(std::move(connection));
    } else {
        ended.swap(idle_);  // what broke one has most likely broken the others
    }
    freed_.notify_one();
}

void Pool::close() {
    std::vector<std::unique_ptr<Connection>> ended;
    const std::lock_guard lock(mutex_);
    closed_ = true;
    ended.swap(idle_);
    freed_.notify_all();
}

}  // namespace lampjack::store::postgres
