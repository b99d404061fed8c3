#include "support/forked_process.h"

#include <cerrno>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lampjack::support {

ForkedProcess::ForkedProcess(const std::function<int()>& work) : id_(::fork()) {
    if (id_ == 0) ::_exit(work());
}

void ForkedProcess::pause_here() { ::raise(SIGSTOP); }

bool ForkedProcess::wait_until_paused() {
    siginfo_t found{};
    while (::waitid(P_PID, static_cast<id_t>(id_), &found, WSTOPPED | WEXITED | WNOWAIT) != 0)
        if (errno != EINTR) return false;
    return found.si_code == CLD_STOPPED;
}

void ForkedProcess::go_on() const { ::kill(id_, SIGCONT); }

bool ForkedProcess::has_ended() {
    siginfo_t found{};
    return ::waitid(P_PID, static_cast<id_t>(id_), &found, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           found.si_pid == id_;
}

void ForkedProcess::kill() {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    wait();
}

int ForkedProcess::wait() {
    if (id_ <= 0) return -1;
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {}
    id_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace lampjack::support
