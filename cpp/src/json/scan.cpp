#include "json/scan.h"

#include "json/scalar.h"

#include <cstring>
#include <string_view>

namespace lampjack::json {
namespace {

constexpr std::uint64_t kNowhere = 0xFFFFFFFF;
constexpr std::uint64_t kMalformed = kNowhere + 1;

bool is_blank(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// Where a bracket's partner is the character two behind it: {} and [].
constexpr char closing(char bracket) noexcept { return static_cast<char>(bracket + 2); }

/// The place of the next backslash. One outside of strings is refused as the malformed literal it stands in.
std::uint64_t find_escape(const char* body, std::uint64_t from, std::uint64_t size) noexcept {
    const void* found = std::memchr(body + from, '\\', size - from);
    return found == nullptr ? kNowhere
                            : static_cast<std::uint64_t>(static_cast<const char*>(found) - body);
}

/// The closing quote of the string that ends before the next token: only blanks can stand between them.
std::uint64_t closing_quote(const char* body, std::uint64_t next) noexcept {
    if (body[--next] == '"') [[likely]]
        return next;
    while (body[--next] != '"') {}
    return next;
}

bool is_scalar(std::string_view text) noexcept {
    bool integral = false;
    switch (text.front()) {
        case 'n': return text == "null";
        case 't': return text == "true";
        case 'f': return text == "false";
        default: return is_number(text, integral);
    }
}

/// Behind the literal or number, or 0 when it is neither.
[[gnu::noinline]] std::uint32_t scalar_end(const char* body, std::uint32_t begin,
                                           std::uint32_t next) noexcept {
    while (is_blank(body[next - 1])) --next;  // never the scalar's first character
    return is_scalar({body + begin, next - begin}) ? next : 0;
}

/// Unescapes the string that stands between `begin` and `end`, its quotes. The place of the next backslash behind it, or
/// kMalformed.
[[gnu::noinline]] std::uint64_t escaped_string(std::string_view body, std::uint64_t begin,
                                               std::uint64_t end, Arena& arena, Str& out) {
    static_assert(kUnescapeSlack <= Text::kPadding);
    const std::size_t start = arena.size();
    if (!unescape_to(body.substr(begin + 1, end - begin - 1), arena)) return kMalformed;
    out = Str::at(start | Str::kArena, arena.size() - start);
    return find_escape(body.data(), end, body.size());
}

/// The problem of what stands where a value should.
[[gnu::cold]] Problem malformed(char first) noexcept {
    const bool literal = first == '\0' || first == 't' || first == 'f' || first == 'n';
    return literal ? Problem::syntax : Problem::number;
}

}  // namespace

// One loop, all of its state in registers: a function called from here that took a reference to one of them would put it
// into memory, and a small document waits for memory more than for anything else.
Problem scan(const Indexed& document, const Limits& limits, Arena& arena, Token* out) {
    const char* const body = document.body;
    const std::uint32_t* at = document.starts;
    const std::uint32_t* const last = at + document.count;
    const std::uint32_t size = *last;
    std::uint64_t next_escape = find_escape(body, 0, size);
    Token* open =
        nullptr;  // the innermost open container; its span says how far before it the one around it is
    bool in_object = false;
    int levels = limits.levels;

    const auto escaped = [&](std::uint64_t begin, std::uint64_t end, Str & to)
        __attribute__((always_inline)) {
        next_escape = escaped_string({body, size}, begin, end, arena, to);
        return next_escape != kMalformed;
    };
    const auto name = [&](std::uint64_t begin, std::uint64_t next) __attribute__((always_inline)) {
        const std::uint64_t end = closing_quote(body, next);
        if (next_escape < end) [[unlikely]]
            return escaped(begin, end, out->name);
        out->name = Str::at(begin + 1, end - begin - 1);
        return true;
    };
    const auto string = [&](std::uint64_t begin, std::uint64_t next)
        __attribute__((always_inline)) {
        const std::uint64_t end = closing_quote(body, next);
        if (next_escape < end) [[unlikely]] {
            out[0].shape = {2, '"', true, 0};
            out[1].place = Str::at(begin, end - begin + 1);
            out[1].shape = {0, '\0', true, 0};
            out += 2;
            return escaped(begin, end, out[-2].place);
        }
        out->place = Str::at(begin + 1, end - begin - 1);
        out->shape = {1, '"', false, 0};
        ++out;
        return true;
    };

    for (;;) {
        bool due = true;  // a value is, at `at`
        while (in_object) {
            if (body[at[0]] != '"' || body[at[1]] != ':') return Problem::syntax;
            if (!name(at[0], at[1])) return Problem::escape;
            at += 2;
            if (body[*at] != '"') break;
            // Nearly all members are texts, and nearly all are followed by another one.
            if (!string(at[0], at[1])) return Problem::escape;
            ++at;
            due = body[*at] == ',';
            if (!due) break;
            ++at;
        }
        if (due) {
            const std::uint32_t begin = *at++;
            const char first = body[begin];
            if (first == '"') {
                if (!string(begin, *at)) return Problem::escape;
            } else if (first == '{' || first == '[') {
                if (levels-- == 0) return Problem::depth;
                const auto outer = open == nullptr ? 0 : static_cast<std::uint32_t>(out - open);
                out->place = Str::at(begin, 0);
                out->shape = {outer, first, false, 0};
                open = out++;
                in_object = first == '{';
                if (body[*at] != closing(first)) continue;
            } else {
                if (begin == size) return Problem::syntax;
                const std::uint32_t end = scalar_end(body, begin, *at);
                if (end == 0) return malformed(first);
                out->place = Str::at(begin, end - begin);
                out->shape = {1, first, false, 0};
                ++out;
            }
        }
        while (open != nullptr) {  // behind a value
            const char next = body[*at];
            if (next == ',') break;
            if (next != closing(open->shape.first)) return Problem::syntax;
            Token* const outer = open->shape.span == 0 ? nullptr : open - open->shape.span;
            open->place.size = *at++ + 1 - open->place.offset;
            open->shape.span = static_cast<std::uint32_t>(out - open);
            // Only a container of more tokens can have more members.
            if (open->shape.span > limits.members && has_more_members(open, limits.members))
                [[unlikely]]
                return Problem::too_many_members;
            open = outer;
            in_object = outer != nullptr && outer->shape.first == '{';
            ++levels;
        }
        if (open == nullptr) break;
        ++at;
    }
    *out = {{}, Str::at(size, 0), {0, '\0', false, 0}};
    return at == last ? Problem::none : Problem::trailing;
}

}  // namespace lampjack::json
