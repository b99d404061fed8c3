#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace lampjack {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// The length of the character at the beginning, 0 when there is none.
std::size_t character_at(std::string_view bytes) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || bytes.size() < length) return 0;
    // No surrogates, no longer form than needed, nothing above U+10FFFF.
    const std::uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const std::uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (byte(1) < low || byte(1) > high) return 0;
    for (std::size_t i = 2; i < length; ++i)
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
    return length;
}

/// C0 and DEL, and C1: a terminal may take U+009B for ESC [.
bool is_control(std::string_view character) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(character[i]); };
    if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
    return character.size() == 2 && byte(0) == 0xC2 && byte(1) < 0xA0;
}

/// Hands out what is to be written, character by character, as long as it fits.
template <class Write>
void each_readable(std::string_view bytes, std::size_t limit, Write write) {
    std::size_t size = 0;
    while (!bytes.empty()) {
        const std::size_t length = character_at(bytes);
        std::string_view next = length == 0 ? kReplacement : bytes.substr(0, length);
        if (is_control(next)) next = " ";
        size += next.size();
        if (size > limit) return;
        write(next);
        bytes.remove_prefix(length == 0 ? 1 : length);
    }
}

/// What shows nothing beyond ASCII: spaces, what joins or directs other characters, and fillers.
constexpr std::array<std::string_view, 46> kInvisible{
    "\u0085", "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004",
    "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u200B", "\u2028",
    "\u2029", "\u202F", "\u205F", "\u3000", "\u00AD", "\u034F", "\u061C", "\u115F",
    "\u1160", "\u17B4", "\u17B5", "\u180E", "\u200C", "\u200D", "\u200E", "\u200F",
    "\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2060", "\u2061", "\u2062",
    "\u2063", "\u2064", "\u2800", "\u3164", "\uFE0F", "\uFFA0"};

bool is_invisible(std::string_view character) noexcept {
    if (character.size() == 1)
        return static_cast<std::uint8_t>(character[0]) <= 0x20 || character[0] == 0x7F;
    return character == "\uFEFF" ||
           std::find(kInvisible.begin(), kInvisible.end(), character) != kInvisible.end();
}

}  // namespace

bool is_utf8(std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const std::size_t length = character_at(bytes);
        if (length == 0) return false;
        bytes.remove_prefix(length);
    }
    return true;
}

bool is_blank(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t length = std::max<std::size_t>(character_at(text), 1);
        if (!is_invisible(text.substr(0, length))) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string readable_utf8(std::string_view bytes, std::size_t limit) {
    std::string text;
    each_readable(bytes, limit, [&](std::string_view next) { text.append(next); });
    return text;
}

std::size_t readable_utf8(std::string_view bytes, char* out, std::size_t limit) noexcept {
    char* end = out;
    each_readable(bytes, limit,
                  [&](std::string_view next) { end = std::copy(next.begin(), next.end(), end); });
    return static_cast<std::size_t>(end - out);
}

}  // namespace lampjack
