#include "store/sqlite/side_lock.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace lampjack::store::sqlite {
namespace {

#if defined(F_OFD_SETLKW)

int apply(int file, short type, int command) noexcept {
    struct flock range {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    return ::fcntl(file, command, &range);
}
int wait_for(int file, SideLock::Kind kind) noexcept {
    return apply(file, kind == SideLock::Kind::shared ? F_RDLCK : F_WRLCK, F_OFD_SETLKW);
}
void give_back(int file) noexcept { apply(file, F_UNLCK, F_OFD_SETLK); }

#else  // BSD locks belong to the open file description as well

int wait_for(int file, SideLock::Kind kind) noexcept {
    return ::flock(file, kind == SideLock::Kind::shared ? LOCK_SH : LOCK_EX);
}
void give_back(int file) noexcept { ::flock(file, LOCK_UN); }

#endif

Error no_lock() {
    return fail(Code::store,
                std::string("the store's lock file cannot be used: ") + std::strerror(errno));
}

}  // namespace

Result<void> SideLock::lock(const std::string& path, Kind kind) {
    if (file_ < 0) file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file_ < 0) return no_lock();
    while (wait_for(file_, kind) != 0)
        if (errno != EINTR) return no_lock();
    return {};
}

void SideLock::unlock() noexcept {
    if (file_ >= 0) give_back(file_);
}

void SideLock::close() noexcept {
    if (file_ >= 0) ::close(file_);
    file_ = -1;
}

}  // namespace lampjack::store::sqlite
