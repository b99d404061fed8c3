#pragma once
// Session: one database file as one process uses it. It hands out one writing access at a time, in the order asked for,
// reopens what was closed by a fork or a disk error, and keeps other processes out while one of ours is at work.

#include "base/result.h"
#include "store/fork_guard.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/gate.h"
#include "store/sqlite/journal.h"
#include "store/sqlite/side_lock.h"

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include <sys/types.h>

namespace lampjack::store::sqlite {

class Session final : public ForkListener {
public:
    /// Longer than any transaction of ours; whoever waits this long stands behind a process that was stopped.
    static constexpr std::chrono::milliseconds kPatience{30'000};

    Session(std::string path, Journal journal, std::chrono::milliseconds patience = kPatience);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// The right to use a connection, inside a transaction. Destroying it without commit() rolls back.
    class Access {
    public:
        Access(Access&& other) noexcept
            : session_(other.session_),
              lane_(other.lane_),
              process_(other.process_) {
            other.session_ = nullptr;
        }
        Access& operator=(Access&&) = delete;
        ~Access();

        /// Fails when the transaction is gone: in a forked child, or because SQLite had to roll it back.
        Result<Connection*> connection() const;
        Result<void> commit();
        /// Lets the next one in before this object ends.
        void release() noexcept;

    private:
        friend class Session;
        Access(Session& session, int lane, pid_t process) noexcept
            : session_(&session),
              lane_(lane),
              process_(process) {}
        bool is_here() const noexcept;

        Session* session_;
        int lane_;
        pid_t process_;
    };

    Result<Access> write() { return enter(kWriting, "BEGIN IMMEDIATE"); }
    /// One consistent view.
    Result<Access> read() { return enter(reading_lane(), "BEGIN"); }

    /// See Connection::empty_log(). One try, between transactions of all processes of ours.
    Result<bool> empty_log();

    const std::string& path() const noexcept { return path_; }
    Journal journal() const noexcept { return journal_; }
    /// Waits for transactions of this process, and for no other process.
    void close();

    void before_fork() noexcept override;
    void after_fork_in_parent() noexcept override;
    void after_fork_in_child() noexcept override;

private:
    static constexpr int kWriting = 0, kReading = 1, kLanes = 2;

    /// A connection and the queue of threads that want it.
    struct Lane {
        std::unique_ptr<Gate> gate = std::make_unique<Gate>();
        std::unique_ptr<Connection> connection;
        bool is_suspect = false;  ///< the disk failed: the file is checked when it is opened again
        bool held_for_fork = false;
    };

    /// A rollback journal lets nobody read while somebody commits, so one connection does for both.
    int reading_lane() const noexcept { return journal_ == Journal::wal ? kReading : kWriting; }
    /// Readers of a write-ahead log disturb nobody.
    bool needs_side_lock(int lane) const noexcept { return lane == kWriting; }
    /// `begin` is the statement that begins the transaction; nullptr: none.
    Result<Access> enter(int lane, const char* begin);
    Result<void> prepare(Lane& lane, const char* begin);
    void leave(int index) noexcept;
    void notice_child() noexcept;
    void start_over() noexcept;

    std::string path_;
    Journal journal_;
    std::chrono::milliseconds patience_;
    std::array<Lane, kLanes> lanes_;
    SideLock side_lock_;
    std::atomic<pid_t> process_;
    std::atomic<bool> closed_ = false;
    ForkGuard guard_;
};

}  // namespace lampjack::store::sqlite
