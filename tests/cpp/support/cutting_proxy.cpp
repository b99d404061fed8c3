#include "support/cutting_proxy.h"

#include "support/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace lampjack::support {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool write_all(int fd, const char* bytes, std::size_t size) {
    while (size > 0) {
        const auto sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

/// Ends with RST, as a machine that was switched off.
void reset(int fd) {
    const linger at_once{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}

}  // namespace

/// One connection's two sides and what it may still say.
struct CuttingProxy::Pipe {
    int client = -1;
    int server = -1;
    std::size_t left = 0;  ///< bytes until the cut; 0: none is planned
};

CuttingProxy::CuttingProxy(std::uint16_t target, const Options& options)
    : target_(target),
      options_(options),
      random_(options.seed) {
    const Listener listener = listen_on_loopback();
    listener_ = listener.fd;
    port_ = listener.port;
    acceptor_ = std::thread([this] { accept_all(); });
}

CuttingProxy::~CuttingProxy() {
    ending_ = true;
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    close(listener_);
    for (std::thread& thread : threads_) thread.join();
}

double CuttingProxy::chance() {
    const std::lock_guard lock(mutex_);
    return std::uniform_real_distribution<double>(0, 1)(random_);
}

void CuttingProxy::accept_all() {
    while (!ending_) {
        const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) continue;
        const std::lock_guard lock(mutex_);
        threads_.emplace_back([this, client] { serve(client); });
    }
}

void CuttingProxy::serve(int client) {
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(target_);
    const int yes = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        close(server);
        close(client);
        return;
    }
    Pipe pipe{client, server, 0};
    if (options_.bytes_between_cuts != 0)
        pipe.left = 1 + static_cast<std::size_t>(2 * chance() *
                                                 static_cast<double>(options_.bytes_between_cuts));
    for (bool open = true; open && !ending_;) {
        std::array<pollfd, 2> ends{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
        if (poll(ends.data(), ends.size(), 100) < 0) break;
        if (ends[0].revents != 0) open = pump(pipe, client, server, false);
        if (open && ends[1].revents != 0) open = pump(pipe, server, client, true);
    }
    reset(client);
    reset(server);
}

/// Passes on what one side said, or a part of it. False: the connection is over.
bool CuttingProxy::pump(Pipe& pipe, int from, int to, bool from_server) {
    std::array<char, 16384> bytes;
    const auto count = recv(from, bytes.data(), bytes.size(), 0);
    if (count <= 0) return false;
    auto size = static_cast<std::size_t>(count);
    const std::string_view said(bytes.data(), size);
    if (calm_) return write_all(to, bytes.data(), size);
    if (from_server && !options_.word.empty()) {
        const auto at = said.find(options_.word);
        if (at != std::string_view::npos && chance() < options_.word_chance) {
            ++cuts_;
            ++word_cuts_;
            const auto passes = static_cast<double>(at + options_.word.size()) * chance();
            write_all(to, bytes.data(), static_cast<std::size_t>(passes));
            return false;
        }
    }
    if (pipe.left == 0 || pipe.left > size) {
        if (pipe.left != 0) pipe.left -= size;
        return write_all(to, bytes.data(), size);
    }
    ++cuts_;
    write_all(to, bytes.data(), pipe.left - 1);
    return false;
}

}  // namespace lampjack::support
