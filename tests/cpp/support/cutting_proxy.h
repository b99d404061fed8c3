#pragma once
// CuttingProxy: a TCP proxy on 127.0.0.1 that breaks connections in the middle of what they say: after a random number of
// bytes, and where a given word passes.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace lampjack::support {

class CuttingProxy {
public:
    struct Options {
        std::size_t bytes_between_cuts = 0;  ///< on average, for each connection; 0: never
        std::string word = {};   ///< cut where the server says it, before it arrives whole
        double word_chance = 0;  ///< how often, of the times it passes
        unsigned seed = 1;
    };

    CuttingProxy(std::uint16_t target, const Options& options);
    CuttingProxy(const CuttingProxy&) = delete;
    CuttingProxy& operator=(const CuttingProxy&) = delete;
    ~CuttingProxy();

    std::uint16_t port() const noexcept { return port_; }
    int cuts() const noexcept { return cuts_.load(); }
    int word_cuts() const noexcept { return word_cuts_.load(); }
    /// No more cuts: what is checked afterwards passes whole.
    void calm_down() noexcept { calm_ = true; }

private:
    struct Pipe;
    void accept_all();
    void serve(int client);
    bool pump(Pipe& pipe, int from, int to, bool from_server);
    double chance();

    std::uint16_t target_;
    Options options_;
    std::uint16_t port_ = 0;
    int listener_ = -1;
    std::atomic<bool> ending_{false};
    std::atomic<bool> calm_{false};
    std::atomic<int> cuts_{0};
    std::atomic<int> word_cuts_{0};
    std::mutex mutex_;  // guards the two below
    std::mt19937 random_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace lampjack::support
