#pragma once
// Randomness comes from a Random that is passed in, so that a whole run can be repeated from a seed.

#include <array>
#include <cstdint>
#include <mutex>
#include <random>

namespace lampjack {

class Random {
public:
    virtual ~Random() = default;
    /// 64 uniform bits. Called from any thread.
    virtual std::uint64_t next() = 0;
    /// Twice 64 bits, for an id.
    virtual std::array<std::uint64_t, 2> next_two() {
        const std::uint64_t first = next();
        return {first, next()};
    }
};

/// Unpredictable bits from the operating system's source.
class SystemRandom final : public Random {
public:
    std::uint64_t next() override;
    std::array<std::uint64_t, 2> next_two() override;  ///< asks the source once
};

/// The same bits for the same seed.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t next() override {
        std::lock_guard lock(mutex_);
        return engine_();
    }

private:
    std::mutex mutex_;
    std::mt19937_64 engine_;
};

}  // namespace lampjack
