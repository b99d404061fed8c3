#pragma once
// The validating pass: everything about a document that simdjson's first stage leaves unchecked, in one tight loop that
// runs before any reader does. It leaves a flat list of tokens, in which a Cursor walks without checking anything again.

#include "json/problem.h"
#include "json/text.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lampjack::json {

/// A key or a value. What a container holds follows it; commas, colons and closing brackets have no token. A string with
/// an escape is followed by a second token that says where its characters are.
struct Token {
    Str place;           ///< its bytes, with its quotes or brackets
    std::uint32_t span;  ///< how many tokens it takes, itself among them
    char first;          ///< its first byte again: { [ " t f n - or a digit
    bool escaped;        ///< a string with a backslash in it
    std::uint16_t unused;
};

/// An indexed document: the offsets of its `count` structural characters and scalars, and behind them its size.
struct Indexed {
    const char* body;
    const std::uint32_t* starts;
    std::size_t count;
};

/// Checks the whole document, which may be nested `levels` deep, and unescapes its strings into the arena. `out` has room
/// for count + 2 tokens; the last one written begins with NUL.
Problem scan(const Indexed& document, int levels, std::vector<char>& arena, Token* out);

}  // namespace lampjack::json
