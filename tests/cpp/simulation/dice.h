#pragma once
// Dice: every choice of a simulation comes from here, so that a seed is a whole run.

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace lampjack::simulation {

class Dice {
public:
    // The seed is mixed once: neighbours would else be the same sequence, shifted by one.
    explicit Dice(std::uint64_t seed) noexcept : state_(mix(seed + kStep)) {}

    std::uint64_t next() noexcept { return mix(state_ += kStep); }  // splitmix64
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
    static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15U;

    static std::uint64_t mix(std::uint64_t z) noexcept {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }

    std::uint64_t state_;
};

}  // namespace lampjack::simulation
