#pragma once
// Who keeps events: the engine from one or many threads, the plain Python service, and plain PostgreSQL clients.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace bench {

/// One contender's turn on a store of its own.
struct Turn {
    std::uint64_t events = 0;  ///< acknowledged
    std::uint64_t stored = 0;  ///< items found in the store afterwards
    double seconds = 0;        ///< until the last acknowledgement
    double per_second() const { return static_cast<double>(events) / seconds; }
};

/// Each thread gives one event after the other to a hub on the store of that URL, for so many seconds.
Turn run_engine(const std::string& store, std::size_t threads, double seconds);
/// Starts plain_python.py with the journal mode the engine uses.
Turn run_python(const std::string& folder, double seconds);
/// Plain clients of PostgreSQL that write the engine's rows: one transaction an event, one round trip a statement.
Turn run_apart(const std::string& store, std::size_t threads, double seconds);

/// Counted through the store's own reads.
std::uint64_t count_items(const std::string& store);
/// Runs `work` on so many threads, this one among them; the seconds it took.
double on_threads(std::size_t threads, const std::function<void()>& work);

}  // namespace bench
