#pragma once
// Cursor: walks the tokens of a document that was checked as a whole before, front to back.
//
// Every function returns false when it could not do its work; problem() then says why. `mismatch` (a value of another
// type) leaves the cursor before that value, so that a reader may rewind to a Mark and keep the whole item as raw JSON.

#include "json/index.h"
#include "json/key.h"
#include "json/problem.h"
#include "json/scan.h"
#include "json/text.h"

#include <cstdint>

namespace lampjack::json {

class Cursor {
public:
    /// A value to come back to.
    struct Mark {
        const Token* at = nullptr;
        bool present() const noexcept { return at != nullptr; }
        /// See peek().
        char first() const noexcept { return at->shape.first; }
    };

    /// Checks the whole indexed document. One with a problem has no values: whoever reads it anyway meets the end.
    Cursor(Text& text, Index& index, const Limits& limits = {})
        : text_(text),
          body_(text.body()),
          at_(index.tokens()),
          problem_(scan(index.document(), limits, text.arena(), index.tokens())) {
        if (!ok() || at_->shape.span > limits.values) [[unlikely]]
            settle(index.tokens(), limits);
    }

    Problem problem() const noexcept { return problem_; }
    bool ok() const noexcept { return problem_ == Problem::none; }
    /// First character of the next value: { [ " t f n - or a digit; NUL at the end.
    char peek() const noexcept { return at_->shape.first; }
    bool at_null() const noexcept { return peek() == 'n'; }

    Mark mark() const noexcept { return {at_}; }
    void rewind(Mark mark) noexcept { at_ = mark.at; }

    /// The document must end here.
    bool end() { return ok() && (peek() == '\0' || fail(Problem::trailing)); }

    /// Calls `member(Key)` for each member of an object, with the cursor before its value. It may leave the cursor
    /// anywhere, and may return false, which ends the walk.
    template <class Member>
    bool object(Member&& member) {
        if (peek() != '{') return fail(Problem::mismatch);
        const Token* const behind = at_ + at_->shape.span;
        for (const Token* value = at_ + 1; value != behind;) {
            at_ = value;
            value += value->shape.span;
            if (!member(key_of(at_))) return false;
        }
        at_ = behind;
        return true;
    }

    /// Calls `element()` for each element of an array, with the cursor before it; otherwise like object().
    template <class Element>
    bool array(Element&& element) {
        if (peek() != '[') return fail(Problem::mismatch);
        const Token* const behind = at_ + at_->shape.span;
        for (const Token* value = at_ + 1; value != behind;) {
            at_ = value;
            value += value->shape.span;
            if (!element()) return false;
        }
        at_ = behind;
        return true;
    }

    /// Calls `element(Mark)` for the element of that array at the cursor and for all behind it. The cursor stays where it is.
    template <class Element>
    void rest_of(Mark array, Element&& element) const {
        const Token* const behind = array.at + array.at->shape.span;
        for (const Token* value = at_; value != behind; value += value->shape.span)
            element(Mark{value});
    }
    /// How many values the one at the cursor is, itself among them, or a few more: an escaped string counts twice.
    std::uint32_t values() const noexcept { return at_->shape.span; }

    /// A string, unescaped. Anything else is a mismatch.
    bool string(Str& out) {
        if (peek() != '"') return fail(Problem::mismatch);
        out = at_->place;
        return skip();
    }
    /// A string, or an integer with all its digits; `was_number` tells.
    bool string_or_integer(Str& out, bool& was_number);
    /// Any value: the place of its bytes without surrounding blanks.
    bool raw(Str& out) {
        out = raw_at(mark());
        return skip();
    }
    /// Any value, dropped.
    bool skip() {
        at_ += at_->shape.span;
        return true;
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

    /// A value that was passed over: its bytes, its characters when it is a string, the name of the member it is.
    static Str raw_at(Mark mark) noexcept { return raw_of(mark.at); }
    static Str text_at(Mark mark) noexcept { return mark.at->place; }
    static Str name_at(Mark mark) noexcept { return mark.at->name; }
    Key key_at(Mark mark) const noexcept { return key_of(mark.at); }

    const Text& text() const noexcept { return text_; }

private:
    Key key_of(const Token* value) const noexcept {
        const Str name = value->name;
        if ((name.offset & Str::kArena) != 0) [[unlikely]]
            return {text_.view(name)};
        return {{body_ + name.offset, name.size}};
    }

    /// Counts the values of a document that may have too many, and leaves none of one with a problem.
    [[gnu::cold]] void settle(Token* tokens, const Limits& limits) noexcept;

    Text& text_;
    const char* body_;
    const Token* at_;
    Problem problem_;
};

}  // namespace lampjack::json
