#pragma once
// Dice: every choice of a simulation comes from here, so that a seed is a whole run.

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace lampjack::simulation {

class Dice {
public:
    explicit Dice(std::uint64_t seed) noexcept : state_(seed * 0x9E3779B97F4A7C15U + 1) {}

    std::uint64_t next() noexcept {  // splitmix64
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }
    std::size_t below(std::size_t limit) noexcept {
        return static_cast<std::size_t>(next() % limit);
    }
    bool one_in(std::size_t n) noexcept { return below(n) == 0; }
    /// An index, as often as its weight says.
    std::size_t pick(std::initializer_list<unsigned> weights) noexcept {
        std::size_t sum = 0;
        for (const unsigned weight : weights) sum += weight;
        std::size_t at = below(sum), index = 0;
        for (const unsigned weight : weights) {
            if (at < weight) return index;
            at -= weight;
            ++index;
        }
        return 0;
    }

private:
    std::uint64_t state_;
};

}  // namespace lampjack::simulation
