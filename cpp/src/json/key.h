#pragma once
// Key: the name of an object's member, as a reader gets it.

#include "json/text.h"

#include <cstddef>
#include <cstring>
#include <string_view>

namespace lampjack::json {

/// One member's name: its characters, and its place for keeping it.
struct Key {
    std::string_view text;  ///< valid until something is added to the Text
    Str place;

    /// Comparing with a literal of known length costs a few instructions; readers do it for every member.
    template <std::size_t N>
    friend bool operator==(const Key& key, const char (&name)[N]) noexcept {
        return key.text.size() == N - 1 && std::memcmp(key.text.data(), name, N - 1) == 0;
    }
};

}  // namespace lampjack::json
