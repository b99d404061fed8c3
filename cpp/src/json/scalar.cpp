#include "json/scalar.h"

#include <bit>
#include <cstddef>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

/// So many bytes are read and written at a time.
constexpr std::size_t kStep = 16;

/// Copies kStep bytes; how many of them stand before the first backslash.
std::size_t copy_step(const char* from, char* to) noexcept {
#if defined(__SSE2__)
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
    const int hits = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    return static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(hits) | 1U << kStep));
#else
    std::memcpy(to, from, kStep);
    const void* hit = std::memchr(from, '\\', kStep);
    return hit == nullptr ? kStep : static_cast<std::size_t>(static_cast<const char*>(hit) - from);
#endif
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

bool unescape_to(std::string_view content, Arena& out) {
    static_assert(kStep <= kUnescapeSlack);
    const std::size_t start = out.size();
    // An escape is never shorter than what it stands for.
    out.resize(start + content.size() + kStep, boost::container::default_init);
    char* to = out.data() + start;
    const char* from = content.data();
    const char* const end = from + content.size();
    while (from < end) {
        const std::size_t plain = copy_step(from, to);
        from += plain;
        to += plain;
        if (plain == kStep) continue;
        // A quote stands for itself: the next step copies it. Most escapes are of this kind, in JSON inside of JSON.
        if (end - from > 1 && from[1] == '"') [[likely]] {
            ++from;
            continue;
        }
        if (from >= end) break;
        auto at = static_cast<std::size_t>(from - content.data());
        const std::int32_t point = read_escape(content, at);
        if (point < 0) return false;
        to = put_utf8(point, to);
        from = content.data() + at;
    }
    to -= from - end;  // the last step may have gone too far
    out.resize(static_cast<std::size_t>(to - out.data()));
    return true;
}

}  // namespace lampjack::json
