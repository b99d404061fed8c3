#include "support/loopback_server.h"

#include "support/listener.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace lampjack::support {
namespace {

bool read_more(int fd, std::string& buffer) {
    char bytes[16384];
    const auto count = recv(fd, bytes, sizeof bytes, 0);
    if (count > 0) buffer.append(bytes, static_cast<std::size_t>(count));
    return count > 0;
}

bool write_all(int fd, const std::string& bytes) {
    for (std::size_t sent = 0; sent < bytes.size();) {
        const auto count = send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) return false;
        sent += static_cast<std::size_t>(count);
    }
    return true;
}

void read_head(const std::string& head, Received& request) {
    auto line_end = head.find("\r\n");
    const std::string first = head.substr(0, line_end);
    const auto space = first.find(' ');
    request.method = first.substr(0, space);
    request.target = first.substr(space + 1, first.rfind(' ') - space - 1);
    while (line_end != std::string::npos) {
        const auto begin = line_end + 2;
        line_end = head.find("\r\n", begin);
        const std::string line = head.substr(begin, line_end - begin);
        const auto colon = line.find(':');
        request.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
    }
}

}  // namespace

std::string reply(int status, const model::Headers& headers, const std::string& body) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " Status\r\n";
    for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
    return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

LoopbackServer::LoopbackServer(Handler handler, bool reads_bodies, std::string greeting)
    : handler_(std::move(handler)),
      reads_bodies_(reads_bodies),
      greeting_(std::move(greeting)) {
    const Listener listener = listen_on_loopback();
    listener_ = listener.fd;
    port_ = listener.port;
    acceptor_ = std::thread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        for (const int fd : open_) shutdown(fd, SHUT_RDWR);
        changed_.notify_all();
    }
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (auto& thread : threads_) thread.join();
    close(listener_);
}

std::string LoopbackServer::url(const std::string& target, const std::string& host,
                                const std::string& scheme) const {
    return scheme + "://" + host + ":" + std::to_string(port_) + target;
}

int LoopbackServer::connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
}

std::vector<Received> LoopbackServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

template <class Condition>
bool LoopbackServer::wait(Condition condition) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), condition);
}

bool LoopbackServer::wait_for_requests(std::size_t count) const {
    return wait([&] { return requests_.size() >= count; });
}
bool LoopbackServer::wait_for_connections(int count) const {
    return wait([&] { return connections_ >= count; });
}
bool LoopbackServer::wait_for_ends(int count) const {
    return wait([&] { return ended_ >= count; });
}

void LoopbackServer::accept_all() {
    for (;;) {
        const int fd = accept(listener_, nullptr, nullptr);
        const std::lock_guard lock(mutex_);
        if (fd < 0 || ending_) {
            if (fd >= 0) close(fd);
            return;
        }
        open_.insert(fd);
        threads_.emplace_back([this, fd, number = ++connections_] { serve(fd, number); });
        changed_.notify_all();
    }
}

void LoopbackServer::serve(int fd, int number) {
    std::string buffer;
    Received request;
    auto end = write_all(fd, greeting_) ? Reaction::End::keep : Reaction::End::close;
    while (end == Reaction::End::keep && read_request(fd, buffer, request)) {
        request.connection = number;
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
            changed_.notify_all();
        }
        end = react(fd, handler_(request));
    }
    if (end == Reaction::End::reset) {
        const linger now{1, 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    const std::lock_guard lock(mutex_);
    open_.erase(fd);
    close(fd);
    ++ended_;
    changed_.notify_all();
}

bool LoopbackServer::read_request(int fd, std::string& buffer, Received& request) const {
    request = {};
    std::size_t head_end = std::string::npos;
    while ((head_end = buffer.find("\r\n\r\n")) == std::string::npos)
        if (!read_more(fd, buffer)) return false;
    read_head(buffer.substr(0, head_end), request);
    buffer.erase(0, head_end + 4);
    if (!reads_bodies_) return true;
    const auto length = static_cast<std::size_t>(
        to_int(model::header(request.headers, "content-length")).value_or(0));
    while (buffer.size() < length)
        if (!read_more(fd, buffer)) return false;
    request.body = buffer.substr(0, length);
    buffer.erase(0, length);
    return true;
}

Reaction::End LoopbackServer::react(int fd, const Reaction& reaction) const {
    bool first = true;
    for (const std::string& piece : reaction.pieces) {
        if (!std::exchange(first, false) && pause(reaction.pause)) return Reaction::End::close;
        if (!write_all(fd, piece)) return Reaction::End::close;
    }
    if (reaction.end == Reaction::End::hang) wait_until_gone(fd);
    return reaction.end;
}

/// Whether the server ended meanwhile.
bool LoopbackServer::pause(std::chrono::milliseconds time) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [this] { return ending_; });
}

void LoopbackServer::wait_until_gone(int fd) const {
    if (!reads_bodies_) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return ending_; });
    }
    std::string ignored;
    while (read_more(fd, ignored)) ignored.clear();
}

}  // namespace lampjack::support
