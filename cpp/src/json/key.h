#pragma once
// Key: the name of an object's member, as a reader gets it.

#include <cstddef>
#include <cstring>
#include <string_view>

namespace lampjack::json {

/// One member's name. Small, so that it is handed on by value and needs no memory.
struct Key {
    std::string_view text;  ///< valid until something is added to the Text

    /// Comparing with a literal of known length costs a few instructions; readers do it for every member.
    template <std::size_t N>
    friend bool operator==(Key key, const char (&name)[N]) noexcept {
        return key.text.size() == N - 1 && std::memcmp(key.text.data(), name, N - 1) == 0;
    }
};

}  // namespace lampjack::json
