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

/// So many bytes are searched at a time, and so many are copied.
constexpr std::size_t kBlock = 64, kStep = 16;

/// Where the backslashes are in the kBlock bytes at `from`: a bit for each byte, the lowest for the first.
std::uint64_t backslashes(const char* from) noexcept {
    std::uint64_t hits = 0;
#if defined(__SSE2__)
    const __m128i wanted = _mm_set1_epi8('\\');
    for (std::size_t i = 0; i < kBlock; i += sizeof wanted) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
        const int some = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted));
        hits |= std::uint64_t{static_cast<std::uint32_t>(some)} << i;
    }
#else
    for (std::size_t i = 0; i < kBlock; ++i) hits |= std::uint64_t{from[i] == '\\'} << i;
#endif
    return hits;
}

/// Copies what stands between `from` and `end`, in whole steps; behind the copy.
char* copy_steps(const char* from, const char* end, char* to) noexcept {
    char* const behind = to + (end - from);
    do {
        std::memcpy(to, from, kStep);
        from += kStep;
        to += kStep;
    } while (from < end);
    return behind;
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

// The backslashes of a block are found at once and taken from the lowest bit on: to search behind each for the next one
// would let every escape wait for the one before.
bool unescape_to(std::string_view content, Arena& out) {
    static_assert(kBlock <= kUnescapeSlack);
    const std::size_t start = out.size();
    // An escape is never shorter than what it stands for.
    out.resize(start + content.size() + kStep, boost::container::default_init);
    char* to = out.data() + start;
    const char* const end = content.data() + content.size();
    const char* rest = content.data();  // what is not copied yet
    for (const char* block = rest; block < end; block += kBlock) {
        for (std::uint64_t hits = backslashes(block); hits != 0; hits &= hits - 1) {
            const char* const hit = block + std::countr_zero(hits);
            if (hit >= end) break;
            if (hit < rest) continue;  // a part of the escape before
            to = copy_steps(rest, hit, to);
            rest = hit + 1;
            // A quote stands for itself: it is copied with what follows. Most escapes are of this kind, in JSON inside
            // of JSON.
            if (rest < end && *rest == '"') [[likely]]
                continue;
            auto at = static_cast<std::size_t>(hit - content.data());
            const std::int32_t point = read_escape(content, at);
            if (point < 0) return false;
            to = put_utf8(point, to);
            rest = content.data() + at;
        }
    }
    to = copy_steps(rest, end, to);
    out.resize(static_cast<std::size_t>(to - out.data()));
    return true;
}

}  // namespace lampjack::json
