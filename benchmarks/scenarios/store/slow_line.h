#pragma once
// SlowLine: a TCP relay on 127.0.0.1 that holds every byte for half a round trip, as a way to another machine does.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace bench {

class SlowLine {
public:
    SlowLine(std::uint16_t target, std::chrono::microseconds round_trip);
    SlowLine(const SlowLine&) = delete;
    SlowLine& operator=(const SlowLine&) = delete;
    /// Call it when all connections through it are closed.
    ~SlowLine();

    std::uint16_t port() const noexcept { return port_; }

private:
    void accept_all();

    std::uint16_t target_;
    std::chrono::microseconds delay_;
    std::uint16_t port_ = 0;
    int listener_ = -1;
    std::atomic<bool> ending_{false};
    std::vector<std::thread> connections_;  ///< of the accepting thread
    std::thread acceptor_;
};

}  // namespace bench
