#pragma once
// LoopbackServer: a small HTTP/1.1 server on 127.0.0.1 for tests, one thread for each connection.
// What it does with a request is the
// test's to say, rudeness included.

#include "model/http_message.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace lampjack::support {

struct Received {
    std::string method;
    std::string target;  ///< as on the request line
    model::Headers headers;
    std::string body;
    int connection = 0;  ///< 1 for the first one accepted
};

/// What to do with one request.
struct Reaction {
    enum class End {
        keep,   ///< wait for the next request
        close,  ///< end the connection in an orderly way
        reset,  ///< end it with RST
        hang,   ///< do nothing more until the client goes or the server ends
    };
    std::vector<std::string> pieces;  ///< sent as they are, one after the other
    End end = End::keep;
    std::chrono::milliseconds pause{0};  ///< before each piece but the first
};

/// A whole answer as it goes over the wire, with its Content-Length.
std::string reply(int status, const model::Headers& headers = {}, const std::string& body = {});

class LoopbackServer {
public:
    using Handler = std::function<Reaction(const Received&)>;

    /// `handler` is called on the connections' threads, possibly at the same time.
    /// With `reads_bodies` false it is called with the head alone, and the body stays unread for
    /// ever.
    /// `greeting` is sent on each connection before anything is read.
    explicit LoopbackServer(Handler handler, bool reads_bodies = true, std::string greeting = {});
    LoopbackServer(const LoopbackServer&) = delete;
    LoopbackServer& operator=(const LoopbackServer&) = delete;
    ~LoopbackServer();

    std::uint16_t port() const noexcept { return port_; }
    std::string url(const std::string& target = "/", const std::string& host = "127.0.0.1",
                    const std::string& scheme = "http") const;

    int connections() const;
    std::vector<Received> requests() const;
    /// Waits until so many requests were read, or connections accepted, or connections ended. False
    /// after 20 s.
    bool wait_for_requests(std::size_t count) const;
    bool wait_for_connections(int count) const;
    bool wait_for_ends(int count) const;

private:
    template <class Condition>
    bool wait(Condition condition) const;
    void accept_all();
    void serve(int fd, int number);
    bool read_request(int fd, std::string& buffer, Received& request) const;
    Reaction::End react(int fd, const Reaction& reaction) const;
    bool pause(std::chrono::milliseconds time) const;
    void wait_until_gone(int fd) const;

    Handler handler_;
    bool reads_bodies_;
    std::string greeting_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;  // guards all below
    mutable std::condition_variable changed_;
    bool ending_ = false;
    int connections_ = 0;
    int ended_ = 0;
    std::set<int> open_;
    std::vector<Received> requests_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace lampjack::support
