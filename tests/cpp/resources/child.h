#pragma once
// What a fresh process needs for one body, as the largest size it ever had.

#include <cstddef>
#include <string>
#include <string_view>

namespace lampjack::resources {

/// Runs this program again for a measurement, with one arena of the allocator: `hub`, `before`, `touch`, `idle`. KiB; 0 when it
/// failed, and `why` says what it wrote.
std::size_t measure(std::string_view what, std::string_view shape, std::size_t size,
                    std::string* why = nullptr);

/// The other process: does it, and prints the figure.
int run_child(std::string_view what, std::string_view shape, std::size_t size);

}  // namespace lampjack::resources
