#pragma once
// Limits: how large a document may be, and what counts it. Counting walks tokens: ask how many there are first.

#include <cstdint>

namespace lampjack::json {

struct Token;

struct Limits {
    static constexpr std::uint32_t kAny = 0xFFFFFFFF;

    /// How deep arrays and objects may be nested.
    int levels = 64;
    /// Of one object.
    std::uint32_t members = 256;
    /// Of the document, arrays and objects among them. A documented item of a transcript is 30 to 45 values, and 5,000 items
    /// are read: a limit of 50,000, as first planned, would have refused them.
    std::uint32_t values = 500'000;
};

/// Whether a container, whose span is written, is an object of more members.
[[gnu::cold]] bool has_more_members(const Token* container, std::uint32_t limit) noexcept;

/// Whether a value is more values than that, itself among them.
[[gnu::cold]] bool has_more_values(const Token* root, std::uint32_t limit) noexcept;

}  // namespace lampjack::json
