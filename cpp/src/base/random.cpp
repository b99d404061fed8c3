#include "base/random.h"

#include <openssl/rand.h>

namespace lampjack {

std::uint64_t SystemRandom::next() {
    std::uint64_t bits = 0;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&bits), sizeof bits) != 1) {
        std::random_device device;
        bits = (std::uint64_t{device()} << 32) | device();
    }
    return bits;
}

}  // namespace lampjack
