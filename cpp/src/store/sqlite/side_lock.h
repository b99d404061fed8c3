#pragma once
// SideLock: a lock between processes on a file of its own, PATH-lock. Writers get it about in the order they came, which
// SQLite's own retry does not give (readers share it, and may pass a writer that waits); and it stays held when somebody in this process closes the database file, which makes
// the system drop SQLite's locks (https://sqlite.org/howtocorrupt.html, 2.2).
//
// It belongs to the open file description, so a thread that holds it keeps out other threads' descriptions too. A killed
// process loses it at once; one that was stopped keeps it, so nobody waits for ever.

#include "base/result.h"

#include <chrono>
#include <memory>
#include <string>

namespace lampjack::store::sqlite {

class SideLock {
public:
    enum class Kind { shared, exclusive };

    SideLock();
    ~SideLock();  ///< gives the lock back
    SideLock(const SideLock&) = delete;
    SideLock& operator=(const SideLock&) = delete;

    /// Waits until it is this one's turn, for `patience` at most. One caller at a time. Opens the file when needed.
    /// Errors: `store` when the turn did not come, `closed`.
    Result<void> lock(const std::string& path, Kind kind, std::chrono::milliseconds patience);
    void unlock() noexcept;

    /// For good; a caller who waits is sent away. Any thread.
    void close() noexcept;
    /// Before a fork, when nobody holds it: a child must not share the description. It is opened again when needed.
    void let_go() noexcept;
    /// In a forked child: closing our copy of the description keeps the parent's lock.
    void start_over() noexcept;

private:
    struct Line;

    static Result<void> queue_up(const std::shared_ptr<Line>& line, Kind kind);

    std::shared_ptr<Line> line_;
};

}  // namespace lampjack::store::sqlite
