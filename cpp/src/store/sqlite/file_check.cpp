#include "store/sqlite/file_check.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/vfs.h>
#endif

namespace lampjack::store::sqlite {
namespace {

// linux/magic.h and the file systems' own sources.
constexpr std::array<std::pair<unsigned long, std::string_view>, 12> kNetworkTypes{{
    {0x6969, "nfs"},
    {0x517B, "smb"},
    {0xFF534D42, "cifs"},
    {0xFE534D42, "smb2"},
    {0x01021997, "9p"},
    {0x5346414F, "afs"},
    {0x6B414653, "afs"},
    {0x73757245, "coda"},
    {0x00C36400, "ceph"},
    {0x47504653, "gpfs"},
    {0x0BD00BD0, "lustre"},
    {0x19830326, "beegfs"},
}};

std::string directory_of(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Error bad_path(std::string why) { return fail(Code::config, "store sqlite: " + std::move(why)); }

Result<void> check_file_system(const std::string& directory) {
#if defined(__linux__)
    struct statfs system {};
    if (::statfs(directory.c_str(), &system) != 0) return {};
    const auto type = static_cast<unsigned long>(system.f_type) & 0xFFFFFFFFUL;
    const std::string_view name = network_file_system(type);
    if (!name.empty())
        return bad_path("the path lies on a network file system (" + std::string(name) +
                        "), where file locks do not protect it: use a local disk, or "
                        "postgresql:// for several machines");
#else
    static_cast<void>(directory);
#endif
    return {};
}

Result<void> check_directory(const std::string& directory) {
    struct stat found {};
    if (::stat(directory.c_str(), &found) != 0 || !S_ISDIR(found.st_mode))
        return bad_path("the path's folder does not exist: create it, or correct the path");
    if (::access(directory.c_str(), W_OK | X_OK) != 0)
        return bad_path("the path's folder cannot be written, and SQLite keeps its journal there: "
                        "give this user the right to write to it");
    return check_file_system(directory);
}

Result<void> check_existing(const struct stat& found) {
    if (!S_ISREG(found.st_mode)) return bad_path("the path is not a file: name one");
    if (found.st_uid != ::geteuid())
        return bad_path("the file belongs to another user: run as that user, or change its owner");
    if ((found.st_mode & S_IRUSR) == 0 || (found.st_mode & S_IWUSR) == 0)
        return bad_path("the file is read-only: make it readable and writable for its owner "
                        "(chmod 600)");
    return {};
}

/// Of a path that stat() finds nothing at. A link is not followed to where its file would be made: nobody meant that place.
Result<void> check_link(const std::string& path) {
    struct stat link {};
    if (::lstat(path.c_str(), &link) != 0 || !S_ISLNK(link.st_mode)) return {};
    return bad_path("the path is a symbolic link that leads to no file, or to itself: correct or "
                    "remove the link, or name the file itself");
}

}  // namespace

std::string_view network_file_system(unsigned long type) noexcept {
    for (const auto& [known, name] : kNetworkTypes)
        if (known == type) return name;
    return {};
}

Result<void> check_existing(const std::string& path, std::string_view whose) {
    struct stat found {};
    if (::stat(path.c_str(), &found) == 0) return {};
    std::string why(whose);
    why.append(": there is no file at that path: ").append(path);
    if (!path.starts_with('/'))
        why.append("; a path without a slash in front begins in the working folder");
    return fail(Code::config, std::move(why));
}

Result<void> check_file(const std::string& path) {
    if (path.empty())
        return bad_path("the path is missing: write sqlite:PATH, for example sqlite:lampjack.db");
    LJK_CHECK(check_directory(directory_of(path)));
    // Another process may make the file meanwhile: then the second look finds it.
    for (int look = 0; look < 2; ++look) {
        struct stat found {};
        if (::stat(path.c_str(), &found) == 0) return check_existing(found);
        LJK_CHECK(check_link(path));
        // O_EXCL: only the one that made the file closes a descriptor of it, and nobody can have locked it yet.
        const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (made >= 0) {
            ::close(made);
            return {};
        }
        if (errno != EEXIST)
            return bad_path(std::string("the file cannot be created: ") + std::strerror(errno));
    }
    return bad_path("the file cannot be created: another process makes and removes it");
}

std::string readable_by_others(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0 || (found.st_mode & (S_IRWXG | S_IRWXO)) == 0) return {};
    const bool writable = (found.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    return std::string("store sqlite: the file's mode lets other users of this machine ") +
           (writable ? "write" : "read") +
           " it, and it holds people's messages: give it to its owner alone (chmod 600)";
}

}  // namespace lampjack::store::sqlite
