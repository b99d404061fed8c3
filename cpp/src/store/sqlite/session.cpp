#include "store/sqlite/session.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

#include <unistd.h>

namespace lampjack::store::sqlite {
namespace {

/// A fork waits this long for transactions of other threads. After that the child has to do without what they hold.
constexpr std::chrono::seconds kForkPatience{5};

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Who empties the log has the lock while it waits for a reader of this process.
constexpr milliseconds kReadersPatience{20};

/// What is left until then; never below nothing.
milliseconds time_until(steady_clock::time_point end) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
    return std::max(left, milliseconds(0));
}

}  // namespace

Session::Session(std::string path, Journal journal, milliseconds patience)
    : path_(std::move(path)),
      journal_(journal),
      patience_(patience),
      process_(::getpid()),
      guard_(*this) {}

Session::~Session() {
    if (process_ != ::getpid()) start_over();
}

void Session::close() {
    notice_child();
    closed_ = true;
    side_lock_.close();  // whoever waits for another process leaves now
    for (Lane& lane : lanes_) {
        lane.gate->enter();
        lane.connection.reset();
        lane.gate->leave();
    }
}

Result<Session::Access> Session::enter(int index, const char* begin) {
    notice_child();
    Lane& lane = lanes_[static_cast<std::size_t>(index)];
    const auto end = steady_clock::now() + patience_;
    if (!lane.gate->enter_within(patience_))
        return fail(Code::store, "the store is busy: another process may hold it and stand still");
    Access access(*this, index, ::getpid());  // from here on it cleans up
    if (closed_) return fail(Code::closed, "the store was closed");
    if (needs_side_lock(index)) {
        const bool writes = begin == nullptr || std::string_view(begin) == "BEGIN IMMEDIATE";
        LJK_CHECK(side_lock_.lock(path_ + "-lock",
                                  writes ? SideLock::Kind::exclusive : SideLock::Kind::shared,
                                  time_until(end)));
    }
    LJK_CHECK(prepare(lane, begin));
    return access;
}

Result<void> Session::prepare(Lane& lane, const char* begin) {
    if (lane.connection && lane.connection->has_moved()) lane.connection.reset();
    if (!lane.connection) {
        LJK_TRY(opened, Connection::open(path_, journal_));
        if (lane.is_suspect) LJK_CHECK(opened->check_file());
        lane.is_suspect = false;
        lane.connection = std::move(opened);
    }
    if (begin == nullptr) return {};
    LJK_TRY(statement, lane.connection->query(begin));
    LJK_TRY(row, statement.next());
    static_cast<void>(row);
    return {};
}

Result<bool> Session::empty_log() {
    if (journal_ != Journal::wal) return true;  // a rollback journal is cut at each commit
    LJK_TRY(access, enter(kWriting, nullptr));
    static_cast<void>(access);  // until the end of this function
    // Our own readers come one behind the other, and might leave no gap.
    Gate& readers = *lanes_[kReading].gate;
    if (!readers.enter_within(kReadersPatience)) return false;
    struct Leaving {  // whatever happens: readers wait behind this gate
        Gate& gate;
        ~Leaving() { gate.leave(); }
    } const leaving{readers};
    return lanes_[kWriting].connection->empty_log();
}

void Session::leave(int index) noexcept {
    Lane& lane = lanes_[static_cast<std::size_t>(index)];
    if (lane.connection && lane.connection->in_transaction()) lane.connection->roll_back();
    // After a disk error nothing the handle remembers counts: the next one opens the file and its journal anew, and looks
    // at it before anything is written. Above all a failed sync: the system may have dropped what it could not write.
    if (lane.connection && (lane.connection->is_broken() || lane.connection->in_transaction())) {
        lane.is_suspect |= lane.connection->is_suspect();
        lane.connection.reset();
    }
    if (needs_side_lock(index)) side_lock_.unlock();
    lane.gate->leave();
}

Session::Access::~Access() { release(); }

void Session::Access::release() noexcept {
    if (session_ != nullptr && is_here()) session_->leave(lane_);
    session_ = nullptr;
}

bool Session::Access::is_here() const noexcept { return process_ == ::getpid(); }

Result<Connection*> Session::Access::connection() const {
    if (!is_here())
        return fail(Code::store, "store sqlite: this transaction belongs to the parent process");
    if (session_ == nullptr) return fail(Code::internal, "the transaction is over");
    Connection* connection = session_->lanes_[static_cast<std::size_t>(lane_)].connection.get();
    if (connection == nullptr || !connection->in_transaction())
        return fail(Code::store,
                    "store sqlite: the transaction was rolled back after a disk error");
    return connection;
}

Result<void> Session::Access::commit() {
    LJK_TRY(open, connection());
    if (open->has_moved())
        return fail(Code::store, "store sqlite: the file was moved or deleted: nothing was kept");
    LJK_TRY(statement, open->query("COMMIT"));
    LJK_TRY(row, statement.next());
    static_cast<void>(row);
    return {};
}

void Session::before_fork() noexcept {
    for (Lane& lane : lanes_) {
        // A fork from inside a transaction of this very thread: the parent goes on with it, the child starts over.
        lane.held_for_fork = !lane.gate->is_mine() && lane.gate->enter_within(kForkPatience);
        if (!lane.held_for_fork) continue;
        lane.connection.reset();
        if (&lane == &lanes_[kWriting]) side_lock_.let_go();
    }
}

void Session::after_fork_in_parent() noexcept {
    for (Lane& lane : lanes_) {
        if (std::exchange(lane.held_for_fork, false)) lane.gate->leave();
    }
}

void Session::after_fork_in_child() noexcept { start_over(); }

/// For children made without the handlers (a bare clone): seen at the next use.
void Session::notice_child() noexcept {
    if (process_ == ::getpid()) return;
    static std::mutex once;
    std::lock_guard lock(once);
    if (process_ != ::getpid()) start_over();
}

/// What was inherited is left as it is: to close a handle would write to the parent's file. The threads that waited at
/// the gates do not exist here, and may have held a gate's own mutex: each gets a new gate.
void Session::start_over() noexcept {
    for (Lane& lane : lanes_) {
        static_cast<void>(lane.connection.release());
        static_cast<void>(lane.gate.release());
        lane.gate = std::make_unique<Gate>();
        lane.held_for_fork = false;
    }
    side_lock_.start_over();
    process_ = ::getpid();
}

}  // namespace lampjack::store::sqlite
