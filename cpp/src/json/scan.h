#pragma once
// The validating pass: everything about a document that simdjson's first stage leaves unchecked, in one tight loop that
// runs before any reader does. It leaves a flat list of tokens, in which a Cursor walks without checking anything again.

#include "json/limits.h"
#include "json/problem.h"
#include "json/text.h"

#include <cstddef>
#include <cstdint>

namespace lampjack::json {

/// What a token is, as one word.
struct alignas(8) Shape {
    std::uint32_t span;  ///< how many tokens it takes, itself among them
    char first;          ///< its first byte: { [ " t f n - or a digit
    bool escaped;        ///< a string with a backslash in it
    std::uint16_t unused;
};

/// A value, and the name it has as a member of an object. What a container holds follows it; punctuation has no token.
struct Token {
    Str name;   ///< its characters, unescaped; not written for an array's elements
    Str place;  ///< a string: its characters, unescaped; others: all their bytes
    Shape shape;
};

/// All bytes of a value, a string's quotes among them. Behind an escaped string a second token says where they are.
inline Str raw_of(const Token* value) noexcept {
    if (value->shape.first != '"') return value->place;
    if (value->shape.escaped) [[unlikely]]
        return value[1].place;
    return Str::at(value->place.offset - 1, value->place.size + 2);
}

/// An indexed document: the offsets of its `count` structural characters and scalars, and behind them its size.
struct Indexed {
    const char* body;
    const std::uint32_t* starts;
    std::size_t count;
};

/// Checks the whole document but for its number of values, and unescapes its strings into the arena. `out` has room
/// for count + 2 tokens; the last one written begins with NUL.
Problem scan(const Indexed& document, const Limits& limits, Arena& arena, Token* out);

}  // namespace lampjack::json
