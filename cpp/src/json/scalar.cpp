#include "json/scalar.h"

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

/// Copies up to the next backslash, eight bytes at a time. There must be room for all that is left of the content.
void copy_plain(const char*& from, const char* end, char*& to) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101, high = 0x8080808080808080,
                            backslashes = ones * '\\';
    while (end - from >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, from, sizeof word);
        std::memcpy(to, &word, sizeof word);
        const std::uint64_t zeros = word ^ backslashes;
        const std::uint64_t hits = (zeros - ones) & ~zeros & high;
        if (hits != 0) break;
        from += 8;
        to += 8;
    }
    while (from != end && *from != '\\') *to++ = *from++;
}

std::size_t next_backslash(std::string_view content, std::size_t from) noexcept {
    if (from >= content.size()) return content.size();
    const void* found = std::memchr(content.data() + from, '\\', content.size() - from);
    return found == nullptr
               ? content.size()
               : static_cast<std::size_t>(static_cast<const char*>(found) - content.data());
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

bool has_valid_escapes(std::string_view content) noexcept {
    std::size_t at = next_backslash(content, 0);
    while (at < content.size()) {
        if (read_escape(content, at) < 0) return false;
        at = next_backslash(content, at);
    }
    return true;
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
