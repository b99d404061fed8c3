#pragma once
// The flags of an item: words with a blank between them.

#include "base/text.h"

#include <string>
#include <string_view>

namespace lampjack::engine {

/// Adds a word, once.
inline void add_flag(std::string& words, std::string_view word) {
    if (has_word(words, word)) return;
    if (!words.empty()) words += ' ';
    words += word;
}

}  // namespace lampjack::engine
