#pragma once
// Listener: a socket that listens on a free loopback port. Whoever made it closes it.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdlib>

namespace lampjack::support {

struct Listener {
    int fd = -1;
    std::uint16_t port = 0;
};

inline Listener listen_on_loopback() {
    Listener made;
    made.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t length = sizeof address;
    if (bind(made.fd, generic, length) != 0 || listen(made.fd, 128) != 0) std::abort();
    getsockname(made.fd, generic, &length);
    made.port = ntohs(address.sin_port);
    return made;
}

}  // namespace lampjack::support
