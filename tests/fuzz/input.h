#pragma once
// Input: the bytes of a fuzzer taken apart into small numbers and texts. What is over is zero, or empty.

#include "require.h"

#include <array>
#include <cstddef>
#include <string>

namespace lampjack::fuzz {

class Input {
public:
    explicit Input(std::string_view bytes) noexcept : rest_(bytes) {}

    bool is_empty() const noexcept { return rest_.empty(); }
    std::uint8_t byte() noexcept {
        if (rest_.empty()) return 0;
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }
    /// One of 0 … count - 1.
    std::size_t below(std::size_t count) noexcept { return byte() % count; }
    template <std::size_t Count>
    std::string_view one_of(const std::array<std::string_view, Count>& texts) noexcept {
        return texts[below(Count)];
    }
    /// Up to the next newline, which is not part of it.
    std::string_view line() noexcept {
        const auto line = rest_.substr(0, rest_.find('\n'));
        rest_.remove_prefix(line.size() < rest_.size() ? line.size() + 1 : line.size());
        return line;
    }
    std::string_view rest() const noexcept { return rest_; }

private:
    std::string_view rest_;
};

}  // namespace lampjack::fuzz
