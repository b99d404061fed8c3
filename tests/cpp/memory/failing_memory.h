#pragma once
// FailingMemory: memory that runs out at a chosen allocation, C++'s and SQLite's alike. It takes the place of operator new
// in the whole program, the shared library under test included.

#include <cstddef>

namespace lampjack::testing {

class FailingMemory {
public:
    /// Counts this thread's allocations from now on. The one of that number fails, or all from there on; 0 fails none.
    static void fail_at(std::size_t number, bool for_good);
    struct Spent {
        std::size_t allocations = 0;
        std::size_t failures = 0;
    };
    /// There is plenty again.
    static Spent plenty();

    /// For other allocators: counts one, and says whether it fails.
    static bool fails() noexcept;

    /// What is allocated now, in blocks, by all threads.
    static std::ptrdiff_t blocks();
};

}  // namespace lampjack::testing
