#pragma once
// Small text helpers: views in, views or owned text out, ASCII rules only, no locale.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lampjack {

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;
std::string_view trim(std::string_view text) noexcept;
std::string to_lower(std::string_view text);
/// Whether `word` is one of the words, which have one blank between them. No text has the empty word.
bool has_word(std::string_view words, std::string_view word) noexcept;

/// Percent-decodes; `plus_is_space` as in form-encoded queries. Invalid escapes stay as they are.
std::string percent_decode(std::string_view text, bool plus_is_space);
/// Percent-encodes everything but the unreserved characters of RFC 3986, for one path segment or query value.
std::string percent_encode(std::string_view text);

std::string hex(std::string_view bytes);
/// The whole text as a non-negative decimal number of at most 18 digits.
std::optional<std::int64_t> to_int(std::string_view digits) noexcept;

/// The name among `known` closest to `word` when it is close enough to be a slip of the pen; else empty.
template <class Names>
std::string_view did_you_mean(std::string_view word, const Names& known);
std::size_t edit_distance(std::string_view a, std::string_view b);

template <class Names>
std::string_view did_you_mean(std::string_view word, const Names& known) {
    std::string_view best;
    std::size_t distance = word.size() / 3 + 2;
    for (std::string_view name : known) {
        if (const auto d = edit_distance(word, name); d < distance) {
            distance = d;
            best = name;
        }
    }
    return best;
}

}  // namespace lampjack
