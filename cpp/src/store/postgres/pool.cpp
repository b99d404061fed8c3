#include "store/postgres/pool.h"
#include "store/postgres/statements.h"
#include "store/postgres/target.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace lampjack::store::postgres {
namespace {

constexpr auto kLongestWait = std::chrono::seconds(10);
/// Another process may have given one back, which nobody here is told. One of those who wait asks, for all of them.
constexpr auto kAskServerEvery = std::chrono::milliseconds(250);

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
    const Deadline deadline = std::chrono::steady_clock::now() + kLongestWait;
    for (;;) {
        Error refused(Code::ok, {});
        {
            LJK_TRY(loan, reserve(deadline));
            if (loan.place_.front()) return std::move(loan);
            auto fresh = Connection::open(std::string(url_.reveal()));
            if (fresh) {
                loan.place_.front() = std::move(*fresh);
                there_is_room();
                return std::move(loan);
            }
            refused = std::move(fresh).error();
        }
        if (!is_server_full(refused) || !wait_for_room(deadline)) return refused;
    }
}

Result<Pool::Loan> Pool::reserve(Deadline deadline) {
    Places place(1);
    std::unique_lock lock(mutex_);
    if (!freed_.wait_until(lock, deadline, [&] { return closed_ || lent_ < limit_; }))
        return fail(Code::store, "all " + std::to_string(limit_) +
                                     " connections of this process to PostgreSQL are busy: raise "
                                     "store_connections");
    if (closed_) return fail(Code::closed, "the store was closed");
    ++lent_;
    if (!idle_.empty()) {
        place.clear();
        place.splice(place.begin(), idle_, std::prev(idle_.end()));
    }
    // Whatever happens now, it counts as lent no longer than this lives.
    return Loan(*this, std::move(place));
}

bool Pool::wait_for_room(Deadline deadline) {
    using Clock = std::chrono::steady_clock;
    std::unique_lock lock(mutex_);
    if (ask_at_ <= Clock::now()) ask_at_ = Clock::now() + kAskServerEvery;
    for (;;) {
        if (closed_ || !idle_.empty()) return true;
        const auto now = Clock::now();
        if (now >= deadline) return false;
        if (now >= ask_at_) break;
        freed_.wait_until(lock, std::min(ask_at_, deadline));
    }
    ask_at_ = Clock::now() + kAskServerEvery;
    return true;
}

void Pool::there_is_room() {
    const std::lock_guard lock(mutex_);
    if (ask_at_ == Deadline{}) return;  // nobody has waited
    ask_at_ = Deadline{};
    freed_.notify_all();
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
