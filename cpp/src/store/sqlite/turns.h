#pragma once
// Turns: numbers that rise over all processes of a machine. They only decide who goes first among equals.

#include <atomic>
#include <chrono>
#include <cstdint>

namespace lampjack::store::sqlite {

class Turns {
public:
    std::int64_t next() noexcept {
        using namespace std::chrono;
        const std::int64_t now =
            duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
        std::int64_t last = last_.load();
        while (!last_.compare_exchange_weak(last, now > last ? now : last + 1)) {}
        return now > last ? now : last + 1;
    }

private:
    std::atomic<std::int64_t> last_ = 0;
};

}  // namespace lampjack::store::sqlite
