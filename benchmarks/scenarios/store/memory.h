#pragma once
// What an idle conversation costs the process that serves it.

#include <cstdint>
#include <string>

namespace bench {

struct Memory {
    std::uint64_t conversations = 0;
    double opened = 0;  ///< resident bytes of the process once the hub is open
    double tenth = 0;   ///< after a tenth of the conversations was read
    double all = 0;     ///< after all of them were
    std::uint64_t file = 0;
    double each() const { return (all - opened) / static_cast<double>(conversations); }
    /// Of those read when every cache of a fixed size was full already.
    double each_later() const { return (all - tenth) / (0.9 * static_cast<double>(conversations)); }
};

/// Must run before anything else of this process: it forks, and what others left in the heap would hide growth.
Memory measure_memory(const std::string& folder, std::uint64_t conversations);

}  // namespace bench
