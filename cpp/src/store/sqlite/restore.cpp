#include "store/sqlite/restore.h"

#include "store/sqlite/connection.h"
#include "store/sqlite/file_check.h"
#include "store/sqlite/schema.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lampjack::store::sqlite {
namespace {

Error failed(const std::string& what) {
    const int why = errno;
    return fail(Code::store, "restore: " + what + ": " + std::strerror(why));
}

bool is_there(const std::string& path) {
    struct stat found {};
    return ::lstat(path.c_str(), &found) == 0;
}

constexpr std::array<const char*, 3> kBesideIt{"-wal", "-shm", "-journal"};

/// A journal of an earlier file would be taken for the new one's, and spoil it.
Result<void> check_target(const std::string& path) {
    if (is_there(path))
        return fail(Code::config,
                    "restore: there is a file at the store's path, " + path +
                        ", which may be in use: stop its services and move it away, with its "
                        "-wal, -shm and -journal; nothing is overwritten");
    for (const char* end : kBesideIt)
        if (is_there(path + end))
            return fail(Code::config, "restore: an earlier store left " + path + end +
                                          ": stop its services and move that file away");
    return {};
}

Result<void> check_source(const std::string& from) {
    LJK_CHECK(check_existing(from, "restore: the backup"));
    for (const char* end : kBesideIt)
        if (is_there(from + end))
            return fail(Code::config, "restore: there is " + from + end + " beside the backup, " +
                                          "so it is a store in use and no backup: make one with "
                                          "lampjack backup");
    return {};
}

/// An open file that is closed at the end.
class File {
public:
    File(const std::string& path, int flags) : number_(::open(path.c_str(), flags | O_CLOEXEC)) {}
    ~File() {
        if (number_ >= 0) ::close(number_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int number() const noexcept { return number_; }

private:
    int number_;
};

/// Byte by byte and not by SQLite: the backup is left as it is, and may be one that cannot be written.
Result<void> copy(const std::string& from, const std::string& to) {
    const File source(from, O_RDONLY), target(to, O_WRONLY);
    if (source.number() < 0) return failed("the backup " + from + " cannot be opened");
    if (target.number() < 0) return failed("the copy " + to + " cannot be opened");
    std::string block(1 << 20, '\0');
    for (;;) {
        const ssize_t count = ::read(source.number(), block.data(), block.size());
        if (count < 0) return failed("the backup " + from + " cannot be read");
        if (count == 0) break;
        for (ssize_t done = 0; done < count;) {
            const ssize_t written = ::write(target.number(), block.data() + done,
                                            static_cast<std::size_t>(count - done));
            if (written < 0) return failed("the copy cannot be written");
            done += written;
        }
    }
    if (::fsync(target.number()) != 0) return failed("the copy cannot be written to the disk");
    return {};
}

/// Whether it is a store of ours and whole.
Result<void> check(const std::string& path) {
    LJK_TRY(connection, Connection::open(path, Journal::rollback));
    LJK_CHECK(check_owner(*connection));
    return connection->check_file();
}

Result<void> name(const std::string& part, const std::string& path) {
    // link() and not rename(): it never replaces a file that appeared meanwhile.
    if (::link(part.c_str(), path.c_str()) != 0) return failed("it cannot be named");
    const auto slash = path.rfind('/');
    const File folder(slash == std::string::npos ? "." : path.substr(0, slash + 1), O_RDONLY);
    if (folder.number() < 0 || ::fsync(folder.number()) != 0)
        return failed("its name cannot be written to the disk");
    return {};
}

}  // namespace

Result<void> restore(const std::string& from, const std::string& path) {
    LJK_CHECK(check_target(path));
    LJK_CHECK(check_source(from));
    const std::string part = path + ".part";
    ::unlink(part.c_str());  // of a restore that did not come to its end
    LJK_CHECK(check_file(part));
    Result<void> done = copy(from, part);
    if (done) done = check(part);
    if (done) done = name(part, path);
    ::unlink(part.c_str());
    return done;
}

}  // namespace lampjack::store::sqlite
