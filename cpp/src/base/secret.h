#pragma once
// Secret: a token that can be compared and sent, but neither printed nor compared in variable time. What it held is
// overwritten when it ends, gets another value or is moved from: a short text lies in the object, and a move copies it.

#include <span>
#include <string>
#include <string_view>

namespace lampjack {

class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) noexcept;
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept;
    Secret& operator=(const Secret& other);
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    bool empty() const noexcept { return value_.empty(); }
    /// Whether the candidate is this secret; the time taken tells nothing about either. An empty secret equals nothing.
    bool equals(std::string_view candidate) const noexcept;
    /// The text itself, for the one place that puts it on the wire.
    std::string_view reveal() const noexcept { return value_; }

private:
    std::string value_;
};

/// Whether the candidate is one of the secrets; every secret is compared, whatever the first says.
bool any_equals(std::span<const Secret> secrets, std::string_view candidate) noexcept;

}  // namespace lampjack
