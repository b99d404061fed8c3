#pragma once
// SideLock: a lock between processes on a file of its own, PATH-lock. Writers get it about in the order they came, which
// SQLite's own retry does not give (readers share it, and may pass a writer that waits); and it stays held when somebody in this process closes the database file, which makes
// the system drop SQLite's locks (https://sqlite.org/howtocorrupt.html, 2.2).
//
// It belongs to the open file description, so a thread that holds it keeps out other threads' descriptions too. A killed
// process loses it at once.

#include "base/result.h"

#include <string>

namespace lampjack::store::sqlite {

class SideLock {
public:
    enum class Kind { shared, exclusive };

    SideLock() = default;
    ~SideLock() { close(); }
    SideLock(const SideLock&) = delete;
    SideLock& operator=(const SideLock&) = delete;

    /// Waits until it is this one's turn. Opens the file when needed.
    Result<void> lock(const std::string& path, Kind kind);
    void unlock() noexcept;
    /// In a forked child: the description is shared with the parent, and closing our copy keeps the parent's lock.
    void close() noexcept;

private:
    int file_ = -1;
};

}  // namespace lampjack::store::sqlite
