#include "store/sqlite/side_lock.h"

#include "base/signals_blocked.h"

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lampjack::store::sqlite {
namespace {

using Kind = SideLock::Kind;

#if defined(F_OFD_SETLKW)

int apply(int file, short type, int command) noexcept {
    struct flock range {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    return ::fcntl(file, command, &range);
}
short type_of(Kind kind) noexcept { return kind == Kind::shared ? F_RDLCK : F_WRLCK; }
int try_for(int file, Kind kind) noexcept { return apply(file, type_of(kind), F_OFD_SETLK); }
int wait_for(int file, Kind kind) noexcept { return apply(file, type_of(kind), F_OFD_SETLKW); }
void give_back(int file) noexcept { apply(file, F_UNLCK, F_OFD_SETLK); }

#else  // BSD locks belong to the open file description as well

int type_of(Kind kind) noexcept { return kind == Kind::shared ? LOCK_SH : LOCK_EX; }
int try_for(int file, Kind kind) noexcept { return ::flock(file, type_of(kind) | LOCK_NB); }
int wait_for(int file, Kind kind) noexcept { return ::flock(file, type_of(kind)); }
void give_back(int file) noexcept { ::flock(file, LOCK_UN); }

#endif

bool is_taken(int error) noexcept {
    return error == EAGAIN || error == EACCES || error == EWOULDBLOCK || error == EINTR;
}

Error no_lock(int error) {
    return fail(Code::store,
                std::string("the store's lock file cannot be used: ") + std::strerror(error));
}
Error busy() {
    return fail(Code::store, "the store is busy: another process may hold it and stand still");
}
Error no_longer() { return fail(Code::closed, "the store was closed"); }

}  // namespace

/// The open file and who waits for it. The system can wait for a lock in turn, or for a time, but not both; so a thread
/// of its own stands in the queue, and the caller waits for that thread. A caller who gives up leaves it standing: the
/// next one takes over its place, and a lock that comes when nobody wants it any more is given back at once.
struct SideLock::Line {
    std::mutex mutex;
    std::condition_variable turn;
    int file = -1;
    bool is_queued = false;  ///< the thread stands in the queue, and uses `file`
    bool is_wanted = false;  ///< a caller waits for it
    bool is_held = false;    ///< by a caller
    bool is_closed = false;
    Kind kind = Kind::exclusive;  ///< what the thread asked for
    int error = 0;                ///< what it got instead

    /// Whether others who open that path come to the same file. Who restores a backup may have deleted it with the rest.
    bool is_at(const std::string& path) const noexcept {
        struct stat mine {};
        struct stat theirs {};
        return ::fstat(file, &mine) == 0 && ::lstat(path.c_str(), &theirs) == 0 &&
               mine.st_dev == theirs.st_dev && mine.st_ino == theirs.st_ino;
    }
    void close_file() noexcept {
        if (file >= 0) ::close(file);
        file = -1;
    }
    void stand_in_the_queue() noexcept {
        int result = 0;
        do result = wait_for(file, kind);
        while (result != 0 && errno == EINTR);
        const int got = result == 0 ? 0 : errno;
        std::lock_guard guard(mutex);
        error = got;
        is_queued = false;
        if (!is_wanted) give_back(file);
        if (is_closed) close_file();
        turn.notify_all();
    }
};

SideLock::SideLock() : line_(std::make_shared<Line>()) {}

SideLock::~SideLock() {
    unlock();
    close();
}

Result<void> SideLock::queue_up(const std::shared_ptr<Line>& line, Kind kind) {
    line->kind = kind;
    line->error = 0;
    line->is_queued = true;
    try {
        const SignalsBlocked blocked;
        std::thread([line] { line->stand_in_the_queue(); }).detach();
    } catch (const std::exception&) {
        line->is_queued = false;
        return fail(Code::store, "the store's lock cannot be waited for: no memory or no thread");
    }
    return {};
}

Result<void> SideLock::lock(const std::string& path, Kind kind,
                            std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    std::unique_lock guard(line_->mutex);
    for (Line& line = *line_;;) {
        if (line.is_closed) return no_longer();
        if (!line.is_queued) {
            if (line.file < 0)
                line.file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
            if (line.file < 0) return no_lock(errno);
            if (try_for(line.file, kind) == 0) {
                line.is_held = line.is_at(path);
                if (line.is_held) return {};
                line.close_file();
                continue;
            }
            if (!is_taken(errno)) return no_lock(errno);
            LJK_CHECK(queue_up(line_, kind));
        }
        line.is_wanted = true;
        line.turn.wait_until(guard, end, [&] { return !line.is_queued || line.is_closed; });
        line.is_wanted = false;
        if (line.is_queued) return line.is_closed ? no_longer() : busy();
        if (line.error != 0) return no_lock(line.error);
        const bool is_there = line.is_at(path);
        line.is_held = is_there && line.kind == kind;
        if (line.is_held) return {};
        give_back(line.file);  // a caller before this one asked for the other kind
        if (!is_there) line.close_file();
    }
}

void SideLock::unlock() noexcept {
    std::lock_guard guard(line_->mutex);
    if (!std::exchange(line_->is_held, false)) return;
    give_back(line_->file);
    if (line_->is_closed) line_->close_file();
}

void SideLock::close() noexcept {
    std::lock_guard guard(line_->mutex);
    line_->is_closed = true;
    if (!line_->is_queued && !line_->is_held) line_->close_file();  // else who uses it does
    line_->turn.notify_all();
}

void SideLock::let_go() noexcept {
    std::lock_guard guard(line_->mutex);
    if (!line_->is_queued) line_->close_file();
}

/// The threads that waited do not exist here, and one of them may have held the mutex: the old line stays as it is.
void SideLock::start_over() noexcept {
    line_->close_file();
    auto* left = new std::shared_ptr<Line>(std::move(line_));
    static_cast<void>(left);
    line_ = std::make_shared<Line>();
}

}  // namespace lampjack::store::sqlite
