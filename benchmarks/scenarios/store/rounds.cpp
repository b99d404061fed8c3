#include "rounds.h"

#include <cstdio>

namespace bench {

bool is_sound(const char* name, const Turn& turn) {
    if (turn.events == turn.stored && turn.events != 0) return true;
    std::printf("%s: %llu events acknowledged, %llu items stored\n", name,
                static_cast<unsigned long long>(turn.events),
                static_cast<unsigned long long>(turn.stored));
    return false;
}

}  // namespace bench
