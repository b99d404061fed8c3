#pragma once
// Programs run by tests, as another user where that is wanted and possible, and the ports they listen on.

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace lampjack::support {

struct Ran {
    int status = -1;     ///< of its exit; -1 when it did not start or was killed
    std::string output;  ///< both streams
};

/// Runs a program to its end. `user` counts only for root.
Ran run_and_read(const std::vector<std::string>& command, const std::string& user = {});
/// Starts a program whose output goes to the end of `log`; the caller waits for it.
pid_t start_as(const std::vector<std::string>& command, const std::string& user,
               const std::string& log);
/// A port that nobody listens on, below the range outgoing connections take theirs from: it stays free
/// while a server is down.
std::uint16_t free_low_port();

}  // namespace lampjack::support
