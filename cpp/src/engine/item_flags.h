#pragma once
// The flags of an item: words with a blank between them.

#include <string>
#include <string_view>

namespace lampjack::engine {

inline bool has_flag(std::string_view words, std::string_view word) {
    for (;;) {
        const auto end = words.find(' ');
        if (words.substr(0, end) == word) return true;
        if (end == std::string_view::npos) return false;
        words.remove_prefix(end + 1);
    }
}

/// Adds a word, once.
inline void add_flag(std::string& words, std::string_view word) {
    if (has_flag(words, word)) return;
    if (!words.empty()) words += ' ';
    words += word;
}

}  // namespace lampjack::engine
