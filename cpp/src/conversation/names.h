#pragma once
// A name table for a scoped enum: the names in the order of the values, looked up both ways.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lampjack::conversation {

template <class Enum, std::size_t Count>
struct Names {
    std::array<std::string_view, Count> names;

    constexpr std::string_view of(Enum value) const noexcept {
        const auto index = static_cast<std::size_t>(value);
        return index < Count ? names[index] : std::string_view("unknown");
    }

    constexpr std::optional<Enum> from(std::string_view name) const noexcept {
        for (std::size_t index = 0; index < Count; ++index) {
            if (names[index] == name) return static_cast<Enum>(index);
        }
        return std::nullopt;
    }
};

/// The names of all values of an enum, with a comma between, for errors.
template <class Enum>
std::string all_names() {
    std::string names;
    for (int value = 0;; ++value) {
        const std::string_view name = name_of(static_cast<Enum>(value));
        if (name == "unknown") return names;
        names.append(names.empty() ? "" : ", ").append(name);
    }
}

}  // namespace lampjack::conversation
