#include "json/cursor.h"

#include "json/index.h"
#include "json/scalar.h"

#include <charconv>
#include <cstring>

namespace lampjack::json {

Cursor::Cursor(Text& text, const Index& index) noexcept
    : text_(text),
      body_(text.body()),
      at_(index.starts()),
      last_(index.starts() + index.count()),
      size_(static_cast<std::uint32_t>(text.body_size())),
      next_escape_(0),
      escape_from_(0) {
    find_escape(0);
}

void Cursor::rewind(Mark mark) noexcept {
    at_ = mark.at;
    depth_ = mark.depth;
    if (*at_ < escape_from_) find_escape(*at_);
}

void Cursor::find_escape(std::uint32_t from) noexcept {
    escape_from_ = from;
    const void* found = from < size_ ? std::memchr(body_ + from, '\\', size_ - from) : nullptr;
    next_escape_ = found == nullptr
                       ? Str::kAbsent
                       : static_cast<std::uint32_t>(static_cast<const char*>(found) - body_);
}

bool Cursor::end() { return at_ == last_ ? true : fail(Problem::trailing); }

bool Cursor::escaped_key(Key& out, std::uint32_t end) {
    const Token content{out.place.offset, end};
    if (!has_escape(content)) return true;
    if (!unescape(content, out.place)) return false;
    out.text = text_.view(out.place);
    return true;
}

bool Cursor::unescape(Token content, Str& out) {
    auto& arena = text_.arena();
    const auto start = arena.size();
    const std::string_view raw(body_ + content.begin, content.end - content.begin);
    if (!unescape_to(raw, arena)) return fail(Problem::escape);
    out = Str{static_cast<std::uint32_t>(start) | Str::kArena,
              static_cast<std::uint32_t>(arena.size() - start)};
    find_escape(content.end);
    return true;
}

bool Cursor::string_or_integer(Str& out, bool& was_number) {
    was_number = peek() != '"';
    if (!was_number) return string(out);
    const auto before = at_;
    const char first = peek();
    if (first != '-' && (first < '0' || first > '9')) return fail(Problem::mismatch);
    const Token token = scalar();
    bool integral = false;
    if (!is_number({body_ + token.begin, token.end - token.begin}, integral))
        return fail(Problem::number);
    if (!integral) {
        at_ = before;
        return fail(Problem::mismatch);
    }
    out = Str{token.begin, token.end - token.begin};
    ++at_;
    return true;
}

bool Cursor::number(Str& out) {
    const char first = peek();
    if (first != '-' && (first < '0' || first > '9')) return fail(Problem::mismatch);
    return raw(out);
}

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

bool Cursor::raw_any(Str& out) {
    const std::uint32_t begin = *at_;
    std::uint32_t end = begin;
    const char first = peek();
    const bool good = first == '{' || first == '[' ? walk(end) : check_scalar(end);
    if (!good) return false;
    out = Str{begin, end - begin};
    return true;
}

bool Cursor::escapes_are_valid(Token content) noexcept {
    return !has_escape(content) ||
           has_valid_escapes({body_ + content.begin, content.end - content.begin}) ||
           fail(Problem::escape);
}

bool Cursor::check_scalar(std::uint32_t& end) {
    if (at_ >= last_) return fail(Problem::syntax);
    const Token token = scalar();
    const std::string_view text(body_ + token.begin, token.end - token.begin);
    bool integral = false;
    switch (text.front()) {
        case '"':
            if (!escapes_are_valid({token.begin + 1, token.end - 1})) return false;
            break;
        case 't':
            if (text != "true") return fail(Problem::syntax);
            break;
        case 'f':
            if (text != "false") return fail(Problem::syntax);
            break;
        case 'n':
            if (text != "null") return fail(Problem::syntax);
            break;
        default:
            if (!is_number(text, integral)) return fail(Problem::number);
    }
    end = token.end;
    ++at_;
    return true;
}

// A container of any content. The kinds of the open ones are bits: 1 for an object.
bool Cursor::walk(std::uint32_t& end) {
    std::uint64_t kinds = 0;
    const int bottom = depth_;
    const auto enter = [&](char bracket) {
        if (!open(bracket)) return false;
        if (depth_ - bottom > 64) return fail(Problem::depth);  // there are no more bits
        kinds = (kinds << 1) | (bracket == '{' ? 1U : 0U);
        return true;
    };
    if (!enter(peek())) return false;
    bool fresh = true;
    while (depth_ > bottom) {
        const bool in_object = (kinds & 1) != 0;
        const char next = peek();
        if (next == (in_object ? '}' : ']')) {
            end = *at_ + 1;
            close();
            kinds >>= 1;
            fresh = false;
            continue;
        }
        if (!fresh && next != ',') return fail(Problem::syntax);
        if (in_object) {
            const Token name = key(fresh ? 0 : 1);
            if (name.begin == 0 || !escapes_are_valid(name)) return false;
        } else if (!fresh) {
            ++at_;
        }
        const char value = peek();
        fresh = value == '{' || value == '[';
        if (fresh ? !enter(value) : !check_scalar(end)) return false;
    }
    return true;
}

std::string_view describe(Problem problem) noexcept {
    switch (problem) {
        case Problem::none: return "no problem";
        case Problem::syntax: return "the body is not JSON";
        case Problem::depth: return "the JSON is nested deeper than 64 levels";
        case Problem::escape: return "a string holds an invalid escape or a lone surrogate";
        case Problem::number: return "a number or literal is malformed";
        case Problem::trailing: return "there are bytes behind the JSON document";
        case Problem::duplicate_key: return "a key of the envelope stands there twice";
        case Problem::mismatch: return "a field has another type than documented";
    }
    return "the body is not JSON";
}

}  // namespace lampjack::json
