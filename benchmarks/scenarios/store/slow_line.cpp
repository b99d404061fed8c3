#include "slow_line.h"

#include "events.h"
#include "support/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <string>

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

/// Bytes on their way.
struct Parcel {
    Clock::time_point due;
    int to;
    std::string bytes;
};

int connect_to(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        give_up("the relay does not reach the server");
    return fd;
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

/// Until the first parcel is due.
timespec wait_for(const std::deque<Parcel>& parcels) {
    if (parcels.empty()) return {1, 0};
    const auto left = std::chrono::nanoseconds(parcels.front().due - Clock::now()).count();
    return {0, left < 0 ? 0 : static_cast<long>(left)};
}

/// One connection, until one side hangs up.
void relay(int client, int server, std::chrono::microseconds delay) {
    std::deque<Parcel> parcels;
    std::array<char, 65536> bytes;
    for (bool open = true; open;) {
        std::array<pollfd, 2> ends{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
        const timespec wait = wait_for(parcels);
        if (ppoll(ends.data(), ends.size(), &wait, nullptr) < 0) break;
        for (const std::size_t from : {0U, 1U}) {
            if (ends[from].revents == 0) continue;
            const auto count = recv(ends[from].fd, bytes.data(), bytes.size(), 0);
            if (count <= 0) open = false;
            if (count > 0)
                parcels.push_back({Clock::now() + delay,
                                   ends[1 - from].fd,
                                   {bytes.data(), static_cast<std::size_t>(count)}});
        }
        for (; !parcels.empty() && parcels.front().due <= Clock::now(); parcels.pop_front())
            open = write_all(parcels.front().to, parcels.front().bytes) && open;
    }
    close(client);
    close(server);
}

}  // namespace

SlowLine::SlowLine(std::uint16_t target, std::chrono::microseconds round_trip)
    : target_(target),
      delay_(round_trip / 2) {
    const auto listener = lampjack::support::listen_on_loopback();
    listener_ = listener.fd;
    port_ = listener.port;
    acceptor_ = std::thread([this] { accept_all(); });
}

SlowLine::~SlowLine() {
    ending_ = true;
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    close(listener_);
}

void SlowLine::accept_all() {
    while (!ending_) {
        const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) continue;
        const int server = connect_to(target_);
        const int yes = 1;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        connections_.emplace_back(relay, client, server, delay_);
    }
    for (std::thread& connection : connections_) connection.join();
}

}  // namespace bench
