#include "json/writer.h"

#include <array>
#include <charconv>
#include <cstring>

namespace lampjack::json {
namespace {

bool needs_escape(char c) noexcept {
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

/// Whether a byte of eight must be escaped. A borrow may name one too many, but only beside one that is right.
bool any_needs_escape(std::uint64_t bytes) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101U, highs = 0x8080808080808080U;
    const std::uint64_t quote = bytes ^ (ones * '"'), backslash = bytes ^ (ones * '\\');
    const std::uint64_t found = ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) |
                                ((bytes - ones * 0x20) & ~bytes);
    return (found & highs) != 0;
}

/// How many bytes from the first on need no escape.
std::size_t plain_size(std::string_view text) noexcept {
    std::size_t at = 0;
    for (std::uint64_t bytes = 0; at + sizeof bytes <= text.size(); at += sizeof bytes) {
        std::memcpy(&bytes, text.data() + at, sizeof bytes);
        if (any_needs_escape(bytes)) break;
    }
    while (at < text.size() && !needs_escape(text[at])) ++at;
    return at;
}

void append_escape(char c, std::string& out) {
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\b': out += "\\b"; return;
        case '\f': out += "\\f"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

}  // namespace

void append_string(std::string_view text, std::string& out) {
    out += '"';
    std::size_t from = 0;
    for (std::size_t at = plain_size(text); at < text.size();) {
        out.append(text, from, at - from);
        append_escape(text[at], out);
        from = at + 1;
        at = from + plain_size(text.substr(from));
    }
    out.append(text, from, text.size() - from);
    out += '"';
}

void append_compact(std::string_view json, std::string& out) {
    std::size_t from = 0;
    bool in_string = false;
    for (std::size_t at = 0; at < json.size(); ++at) {
        const char c = json[at];
        if (in_string && c == '\\') {
            ++at;  // what is escaped ends no string
            continue;
        }
        if (c == '"') in_string = !in_string;
        if (in_string || (c != ' ' && c != '\n' && c != '\r' && c != '\t')) continue;
        out.append(json, from, at - from);
        from = at + 1;
    }
    out.append(json, from, json.size() - from);
}

Writer& Writer::any_key(std::string_view name) {
    separate();
    append_string(name, out_);
    out_ += ':';
    fresh_ = true;
    return *this;
}

Writer& Writer::string(std::string_view text) {
    separate();
    append_string(text, out_);
    return *this;
}

Writer& Writer::integer(std::int64_t value) {
    separate();
    std::array<char, 24> digits{};
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out_.append(digits.data(), result.ptr);
    return *this;
}

}  // namespace lampjack::json
