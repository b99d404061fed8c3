#include "json/scalar.h"

#include <bit>
#include <cstddef>
#include <cstring>

namespace lampjack::json {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

int hex_value(char c) noexcept {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// The four hex digits at `at`, or -1.
int hex4(std::string_view content, std::size_t at) noexcept {
    if (at + 4 > content.size()) return -1;
    int value = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
        const int digit = hex_value(content[i]);
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

/// Reads the escape at `at` (a backslash), moves behind it; the code point, or -1.
std::int32_t read_escape(std::string_view content, std::size_t& at) noexcept {
    if (at + 1 >= content.size()) return -1;
    const char kind = content[at + 1];
    at += 2;
    switch (kind) {
        case '"': return '"';
        case '\\': return '\\';
        case '/': return '/';
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        case 'u': break;
        default: return -1;
    }
    const int unit = hex4(content, at);
    if (unit < 0) return -1;
    at += 4;
    if (unit < 0xD800 || unit > 0xDFFF) return unit;
    if (unit > 0xDBFF || at + 1 >= content.size() || content[at] != '\\' || content[at + 1] != 'u')
        return -1;
    const int low = hex4(content, at + 2);
    if (low < 0xDC00 || low > 0xDFFF) return -1;
    at += 6;
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

char* put_utf8(std::int32_t point, char* to) noexcept {
    const auto put = [&to](std::int32_t byte) { *to++ = static_cast<char>(byte); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0 | (point >> 6));
        put(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        put(0xE0 | (point >> 12));
        put(0x80 | ((point >> 6) & 0x3F));
        put(0x80 | (point & 0x3F));
    } else {
        put(0xF0 | (point >> 18));
        put(0x80 | ((point >> 12) & 0x3F));
        put(0x80 | ((point >> 6) & 0x3F));
        put(0x80 | (point & 0x3F));
    }
    return to;
}

/// Bits in the bytes of the word that are backslashes; above the first of them there may be others.
std::uint64_t backslashes(std::uint64_t word) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
    const std::uint64_t zeros = word ^ (ones * '\\');
    return (zeros - ones) & ~zeros & high;
}

/// How many bytes stand before the first hit; where the order of bytes does not tell, the caller has to look.
std::ptrdiff_t plain_bytes(std::uint64_t hits) noexcept {
    return std::endian::native == std::endian::little ? std::countr_zero(hits) / 8 : 0;
}

/// Copies up to the next backslash. There must be room for all that is left of the content.
void copy_plain(const char*& from, const char* end, char*& to) noexcept {
    while (end - from >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, from, sizeof word);
        std::memcpy(to, &word, sizeof word);
        const std::uint64_t hits = backslashes(word);
        const std::ptrdiff_t plain = hits == 0 ? 8 : plain_bytes(hits);
        from += plain;
        to += plain;
        if (hits != 0) break;
    }
    while (from != end && *from != '\\') *to++ = *from++;
}

}  // namespace

bool is_number(std::string_view token, bool& integral) noexcept {
    std::size_t at = 0;
    const auto digits = [&] {
        const std::size_t first = at;
        while (at < token.size() && is_digit(token[at])) ++at;
        return at - first;
    };
    integral = true;
    if (at < token.size() && token[at] == '-') ++at;
    const bool leading_zero = at < token.size() && token[at] == '0';
    const std::size_t whole = digits();
    if (whole == 0 || (leading_zero && whole > 1)) return false;
    if (at < token.size() && token[at] == '.') {
        integral = false;
        ++at;
        if (digits() == 0) return false;
    }
    if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
        integral = false;
        ++at;
        if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
        if (digits() == 0) return false;
    }
    return at == token.size();
}

bool unescape_to(std::string_view content, std::vector<char>& out) {
    const std::size_t start = out.size();
    out.resize(start + content.size());  // an escape is never shorter than what it stands for
    char* to = out.data() + start;
    const char* from = content.data();
    const char* const end = from + content.size();
    for (;;) {
        copy_plain(from, end, to);
        if (from == end) break;
        if (end - from >= 2 && (from[1] == '"' || from[1] == '\\')) {
            *to++ = from[1];
            from += 2;
            continue;
        }
        auto at = static_cast<std::size_t>(from - content.data());
        const std::int32_t point = read_escape(content, at);
        if (point < 0) return false;
        to = put_utf8(point, to);
        from = content.data() + at;
    }
    out.resize(static_cast<std::size_t>(to - out.data()));
    return true;
}

}  // namespace lampjack::json
