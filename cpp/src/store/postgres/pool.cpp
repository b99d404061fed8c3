#include "store/postgres/pool.h"
#include "store/postgres/statements.h"

#include <unistd.h>

#include <iterator>
#include <utility>

namespace lampjack::store::postgres {
namespace {

constexpr auto kLongestWait = std::chrono::seconds(10);

/// Undoes what is open; false when the connection is good for nothing any more.
bool is_at_rest(Connection& connection) noexcept {
    try {
        if (!connection.is_broken() && connection.in_transaction())
            static_cast<void>(connection.run(kRollback));
    } catch (...) {  // it is broken then
    }
    return !connection.is_broken() && !connection.in_transaction();
}

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
    Places place(1);
    {
        std::unique_lock lock(mutex_);
        if (!freed_.wait_for(lock, kLongestWait, [&] { return closed_ || lent_ < limit_; }))
            return fail(Code::store, "all connections to PostgreSQL are busy");
        if (closed_) return fail(Code::closed, "the store was closed");
        ++lent_;
        if (!idle_.empty()) {
            place.clear();
            place.splice(place.begin(), idle_, std::prev(idle_.end()));
        }
    }
    Loan loan(
        *this,
        std::move(place));  // whatever happens now, it counts as lent no longer than this lives
    if (loan.place_.front()) return loan;
    LJK_TRY(fresh, Connection::open(std::string(url_.reveal())));
    loan.place_.front() = std::move(fresh);
    return loan;
}

void Pool::give_back(Places place) noexcept {
    const std::unique_ptr<Connection>& connection = place.front();
    if (!is_ours()) {
        if (connection) connection->abandon();
        return;
    }
    const bool is_good = connection && is_at_rest(*connection);
    Places ended;  // destroyed after the lock, as `place` is: a goodbye takes time
    const std::lock_guard lock(mutex_);
    --lent_;
    if (is_good && !closed_)
        idle_.splice(idle_.end(), place);
    else if (connection && !is_good)
        ended.swap(idle_);  // what broke one has most likely broken the others
    freed_.notify_one();
}

void Pool::close() {
    Places ended;
    const std::lock_guard lock(mutex_);
    closed_ = true;
    ended.swap(idle_);
    freed_.notify_all();
}

}  // namespace lampjack::store::postgres
