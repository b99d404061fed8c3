#include "support/child_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <random>

namespace lampjack::support {
namespace {

struct Identity {
    uid_t user = 0;
    gid_t group = 0;
};

/// Root becomes nobody it was not asked to become; others stay who they are.
Identity identity_of(const std::string& name) {
    if (name.empty() || geteuid() != 0) return {};
    const passwd* found = getpwnam(name.c_str());
    return found == nullptr ? Identity{} : Identity{found->pw_uid, found->pw_gid};
}

/// Everything that allocates happens before fork: other threads may hold the allocator's lock.
pid_t spawn(const std::vector<std::string>& command, const std::string& user, int output) {
    const Identity identity = identity_of(user);
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t pid = fork();
    if (pid != 0) return pid;
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    if (chdir("/") != 0) _exit(126);
    if (identity.user != 0 &&
        (setgroups(0, nullptr) != 0 || setgid(identity.group) != 0 || setuid(identity.user) != 0))
        _exit(126);
    execvp(arguments[0], arguments.data());
    _exit(127);
}

bool nobody_listens_on(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool free = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(fd);
    return free;
}

/// A name in the kernel that one test program of this machine can have, until it ends: its server may listen later.
bool reserve(std::uint16_t port) {
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = "lampjack-test-port-" + std::to_string(port);
    name.copy(address.sun_path + 1, name.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (bind(fd, reinterpret_cast<const sockaddr*>(&address), length) == 0) return true;
    close(fd);
    return false;
}

}  // namespace

Ran run_and_read(const std::vector<std::string>& command, const std::string& user) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return {};
    const pid_t pid = spawn(command, user, ends[1]);
    close(ends[1]);
    Ran ran;
    char bytes[4096];
    for (ssize_t count = 0; (count = read(ends[0], bytes, sizeof bytes)) > 0;)
        ran.output.append(bytes, static_cast<std::size_t>(count));
    close(ends[0]);
    int status = 0;
    if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status))
        ran.status = WEXITSTATUS(status);
    return ran;
}

pid_t start_as(const std::vector<std::string>& command, const std::string& user,
               const std::string& log) {
    const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    const pid_t pid = spawn(command, user, output);
    close(output);
    return pid;
}

std::uint16_t free_low_port() {
    std::random_device random;
    for (int tries = 0; tries < 1000; ++tries) {
        const auto port = static_cast<std::uint16_t>(20000 + random() % 12000);
        if (nobody_listens_on(port) && reserve(port)) return port;
    }
    std::abort();
}

}  // namespace lampjack::support
