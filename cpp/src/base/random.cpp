#include "base/random.h"

#include <openssl/rand.h>

namespace lampjack {
namespace {

template <std::size_t N>
std::array<std::uint64_t, N> random_bits() {
    std::array<std::uint64_t, N> bits{};
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bits.data()), sizeof bits) == 1) return bits;
    std::random_device device;
    for (std::uint64_t& one : bits) one = (std::uint64_t{device()} << 32) | device();
    return bits;
}

}  // namespace

std::uint64_t SystemRandom::next() { return random_bits<1>().front(); }

std::array<std::uint64_t, 2> SystemRandom::next_two() { return random_bits<2>(); }

}  // namespace lampjack
