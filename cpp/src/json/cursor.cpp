#include "json/cursor.h"

#include "json/scalar.h"

#include <algorithm>
#include <charconv>

namespace lampjack::json {
namespace {

bool begins_number(char first) noexcept { return first == '-' || (first >= '0' && first <= '9'); }

/// Of a number: whether it has neither fraction nor exponent. To find one of three characters is a call for each digit.
bool is_whole(std::string_view number) noexcept {
    return std::none_of(number.begin(), number.end(),
                        [](char c) { return c == '.' || c == 'e' || c == 'E'; });
}

}  // namespace

void Cursor::settle(Token* tokens, const Limits& limits) noexcept {
    if (ok() && has_more_values(tokens, limits.values)) problem_ = Problem::too_many_values;
    if (ok()) return;
    const auto size = static_cast<std::uint32_t>(text_.body_size());
    *tokens = {{}, Str::at(size, 0), {0, '\0', false, 0}};
}

bool Cursor::string_or_integer(Str& out, bool& was_number) {
    was_number = peek() != '"';
    if (!was_number) return string(out);
    if (!begins_number(peek())) return fail(Problem::mismatch);
    const Str digits = raw_at(mark());
    if (!is_whole(text_.view(digits))) return fail(Problem::mismatch);
    out = digits;
    return skip();
}

bool Cursor::number(Str& out) { return begins_number(peek()) ? raw(out) : fail(Problem::mismatch); }

bool Cursor::integer(std::int64_t& out) {
    const auto before = mark();
    Str token;
    if (!number(token)) return false;
    const std::string_view digits = text_.view(token);
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (error == std::errc{} && stop == digits.data() + digits.size()) return true;
    rewind(before);
    return fail(Problem::mismatch);
}

bool Cursor::boolean(bool& out) {
    const char first = peek();
    if (first != 't' && first != 'f') return fail(Problem::mismatch);
    out = first == 't';
    return skip();
}

}  // namespace lampjack::json
