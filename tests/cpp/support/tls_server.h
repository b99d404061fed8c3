#pragma once
// TlsServer: answers each request with 200 over TLS, with a certificate made for the test: good, expired, or another's.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

namespace lampjack::support {

/// A self-signed certificate and its key.
class Certificate {
public:
    /// For that address or name, valid from `from` to `to` seconds from now.
    Certificate(const std::string& name, long from, long to);
    ~Certificate();
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;
    std::string pem() const;

    struct Parts;
    const Parts& parts() const noexcept { return *parts_; }

private:
    std::unique_ptr<Parts> parts_;
};

class TlsServer {
public:
    explicit TlsServer(const Certificate& certificate);
    ~TlsServer();
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }
    /// Requests that came through a handshake.
    int requests() const noexcept { return requests_; }

private:
    void run();
    void serve(int fd);

    struct Context;
    std::unique_ptr<Context> context_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> ending_{false};
    std::atomic<int> requests_{0};
    std::thread thread_;
};

}  // namespace lampjack::support
