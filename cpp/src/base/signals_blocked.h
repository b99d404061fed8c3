#pragma once
// While it lives, this thread receives no signals, nor do threads that it starts then: the host's
// handlers run on the host's own threads, and writing to a connection that is gone is an error
// value instead of SIGPIPE.

#include <pthread.h>
#include <signal.h>

namespace lampjack {

class SignalsBlocked {
public:
    SignalsBlocked() noexcept {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

}  // namespace lampjack
