#pragma once
// Cursor: walks an indexed document once, front to back. Whatever is not read by name is checked all the same.
//
// Every function returns false when it could not do its work; problem() then says why. `mismatch` (a value of another
// type) leaves the cursor before that value, so that a reader may rewind to a Mark and keep the whole item as raw JSON.

#include "json/key.h"
#include "json/problem.h"
#include "json/text.h"

#include <cstddef>
#include <cstdint>

namespace lampjack::json {

class Index;

class Cursor {
public:
    static constexpr int kMaxDepth = 64;

    struct Mark {
        const std::uint32_t* at;
        int depth;
    };

    Cursor(Text& text, const Index& index) noexcept;

    Problem problem() const noexcept { return problem_; }
    bool ok() const noexcept { return problem_ == Problem::none; }
    /// First character of the next value: { [ " t f n - or a digit; NUL at the end.
    char peek() const noexcept { return body_[*at_]; }
    bool at_null() const noexcept { return peek() == 'n'; }

    Mark mark() const noexcept { return {at_, depth_}; }
    void rewind(Mark mark) noexcept;

    /// The document must end here.
    bool end();

    /// Calls `member(Key)` for each member of an object; it must consume the value and may return false.
    template <class Member>
    bool object(Member&& member) {
        if (!open('{')) return false;
        if (peek() == '}') return close();
        for (std::uint32_t behind_comma = 0;; behind_comma = 1) {
            const Token place = key(behind_comma);
            if (place.begin == 0) return false;
            const std::uint32_t size = place.end - place.begin;
            Key name{std::string_view(body_ + place.begin, size), Str{place.begin, size}};
            if (next_escape_ < place.end && !escaped_key(name, place.end)) return false;
            if (!member(name)) return false;
            const char next = peek();
            if (next == '}') return close();
            if (next != ',') return fail(Problem::syntax);
        }
    }

    /// Calls `element()` for each element of an array; it must consume the value and may return false.
    template <class Element>
    bool array(Element&& element) {
        if (!open('[')) return false;
        if (peek() == ']') return close();
        for (;;) {
            if (!element()) return false;
            if (peek() == ']') return close();
            if (!comma()) return false;
        }
    }

    /// A string, unescaped. Anything else is a mismatch.
    bool string(Str& out) {
        if (peek() != '"') return fail(Problem::mismatch);
        return quoted(out);
    }
    /// A string, or an integer with all its digits; `was_number` tells.
    bool string_or_integer(Str& out, bool& was_number);
    /// Any value, checked: the place of its bytes without surrounding blanks.
    bool raw(Str& out) {
        const std::uint32_t begin = *at_;
        if (body_[begin] == '"') {
            std::uint32_t close = at_[1] - 1;
            while (body_[close] != '"') --close;
            if (next_escape_ >= close) [[likely]] {
                ++at_;
                out = Str{begin, close + 1 - begin};
                return true;
            }
        }
        return raw_any(out);
    }
    /// Any value, checked and dropped.
    bool skip() {
        Str ignored;
        return raw(ignored);
    }
    /// An integer that fits 64 bits; a number with fraction or exponent is a mismatch.
    bool integer(std::int64_t& out);
    /// true or false.
    bool boolean(bool& out);
    /// A number's bytes.
    bool number(Str& out);

    bool fail(Problem problem) noexcept {
        if (problem_ == Problem::none) problem_ = problem;
        return false;
    }
    void forgive_mismatch() noexcept {
        if (problem_ == Problem::mismatch) problem_ = Problem::none;
    }

    const Text& text() const noexcept { return text_; }

private:
    struct Token {
        std::uint32_t begin;
        std::uint32_t end;
    };

    bool open(char bracket) {
        if (peek() != bracket) return fail(Problem::mismatch);
        if (++depth_ > kMaxDepth) return fail(Problem::depth);
        ++at_;
        return true;
    }
    bool close() noexcept {
        ++at_;
        --depth_;
        return true;
    }
    bool comma() noexcept {
        if (peek() != ',') return fail(Problem::syntax);
        ++at_;
        return true;
    }
    /// A member's name and colon, `skipped` tokens ahead; begins at 0 when there is none. The place in the index is
    /// stored once for all of them: on small documents the reader waits for that store more than for anything else.
    Token key(std::uint32_t skipped) {
        const std::uint32_t* const at = at_ + skipped;
        const std::uint32_t begin = at[0] + 1, colon = at[1];
        if (body_[begin - 1] != '"' || body_[colon] != ':') {
            fail(Problem::syntax);
            return {0, 0};
        }
        std::uint32_t end = colon - 1;
        while (body_[end] != '"') --end;
        at_ = at + 2;
        return {begin, end};
    }
    /// The string at the cursor. Only blanks can stand between its closing quote and the next token.
    bool quoted(Str& out) {
        const std::uint32_t begin = *at_ + 1;
        std::uint32_t end = at_[1] - 1;
        while (body_[end] != '"') --end;
        ++at_;
        out = Str{begin, end - begin};
        if (next_escape_ >= end) [[likely]]
            return true;
        return !has_escape({begin, end}) || unescape({begin, end}, out);
    }
    /// The scalar at the cursor, without the blanks behind it.
    Token scalar() const noexcept {
        std::uint32_t end = at_[1];
        while (is_blank(body_[end - 1])) --end;
        return {*at_, end};
    }
    static bool is_blank(char c) noexcept {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }
    bool has_escape(Token content) noexcept {
        if (next_escape_ < content.begin) find_escape(content.begin);
        return next_escape_ < content.end;
    }
    void find_escape(std::uint32_t from) noexcept;
    bool raw_any(Str& out);
    bool escaped_key(Key& out, std::uint32_t end);
    bool unescape(Token content, Str& out);
    bool escapes_are_valid(Token content) noexcept;
    bool check_scalar(std::uint32_t& end);
    bool walk(std::uint32_t& end);

    Text& text_;
    const char* body_;
    const std::uint32_t* at_;
    const std::uint32_t* last_;
    std::uint32_t size_;
    std::uint32_t next_escape_;  ///< the first backslash at or behind escape_from_
    std::uint32_t escape_from_;
    int depth_ = 0;
    Problem problem_ = Problem::none;
};

}  // namespace lampjack::json
