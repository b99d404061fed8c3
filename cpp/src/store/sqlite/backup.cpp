#include "store/sqlite/backup.h"

#include "store/sqlite/connection.h"
#include "store/sqlite/file_check.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/side_lock.h"
#include "store/sqlite/sqlite_store.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lampjack::store::sqlite {
namespace {

Error failed(const char* what) {
    return fail(Code::store, std::string("backup: ") + what + ": " + std::strerror(errno));
}

/// Makes sure that the bytes, or a folder's names, outlive a power failure.
Result<void> sync(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return failed("it cannot be opened");
    const int result = ::fsync(file);
    ::close(file);
    if (result != 0) return failed("it cannot be written to the disk");
    return {};
}

Result<void> copy(const std::string& path, const std::string& part) {
    SideLock lock;  // a rollback journal's readers must not meet a writer that waits for them
    if (journal_in_use() == Journal::rollback)
        LJK_CHECK(lock.lock(path + "-lock", SideLock::Kind::shared, Session::kPatience));
    LJK_TRY(connection, Connection::open(path, journal_in_use()));
    LJK_CHECK(check_owner(*connection));
    LJK_TRY(vacuum, connection->query("VACUUM INTO ?"));
    LJK_CHECK(vacuum.text(part).run());
    return {};
}

}  // namespace

Result<void> backup(const std::string& path, const std::string& to) {
    LJK_CHECK(check_existing(path));
    struct stat found {};
    if (::stat(to.c_str(), &found) == 0)
        return fail(Code::config, "backup: the target exists already: name a new file");
    const std::string part = to + ".part";
    ::unlink(part.c_str());  // of a backup that did not come to its end
    LJK_CHECK(check_file(part));
    Result<void> copied = copy(path, part);
    if (copied) copied = sync(part);
    // link() and not rename(): it never replaces a file that appeared meanwhile.
    if (copied && ::link(part.c_str(), to.c_str()) != 0) copied = failed("it cannot be named");
    ::unlink(part.c_str());
    LJK_CHECK(copied);
    const auto slash = to.rfind('/');
    return sync(slash == std::string::npos ? "." : to.substr(0, slash + 1));
}

}  // namespace lampjack::store::sqlite
