#pragma once
// Who keeps events: the engine from one or many threads, and the plain Python service.

#include <cstddef>
#include <cstdint>
#include <string>

namespace bench {

/// One contender's turn on a file of its own.
struct Turn {
    std::uint64_t events = 0;  ///< acknowledged
    std::uint64_t stored = 0;  ///< items found in the file afterwards
    double seconds = 0;        ///< until the last acknowledgement
    double per_second() const { return static_cast<double>(events) / seconds; }
};

/// Each thread gives one event after the other, for so many seconds.
Turn run_engine(const std::string& folder, std::size_t threads, double seconds);
/// Starts plain_python.py with the journal mode the engine uses.
Turn run_python(const std::string& folder, double seconds);

}  // namespace bench
