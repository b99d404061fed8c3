#pragma once
// Errors as Python exceptions: errors.def names the class of each code, lampjack/_errors.py defines it.

#include "base/result.h"
#include "pybind.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace lampjack::bindings {

/// Who owned the conversation when a command was refused.
struct Refused {
    std::string_view owner;
    std::string_view agent;
    std::uint64_t epoch = 0;
    std::string_view json;  ///< the whole result, for what else it tells
};

/// Sets the Python error; for code that returns to the interpreter itself.
void set_error(const Error& error);
[[noreturn]] void raise(const Error& error);
[[noreturn]] void raise(const Error& error, const Refused& refused);

/// The value of a Result, or its error as an exception.
template <class T>
T unwrap(Result<T> result) {
    if (!result) raise(result.error());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace lampjack::bindings
