#pragma once
// Result<T>: a value or an Error. The only place that names boost::system::result.

#include <boost/system/result.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lampjack {

enum class Code : std::int32_t {
    ok = 0,
#define LJK_ERROR(name, number, retryable, python, meaning) name = number,
#include "base/errors.def"
#undef LJK_ERROR
};

/// The name of a code as it appears in logs and problem documents; "ok" for Code::ok.
std::string_view name_of(Code code) noexcept;
/// Whether the same call may succeed later without any change by the caller.
bool is_retryable(Code code) noexcept;

/// Why a call failed. `message` is one line and never holds a secret, a payload or a person's data.
struct Error {
    Code code = Code::internal;
    std::string message;

    friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = boost::system::result<T, Error>;

[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location&) {
    throw std::logic_error("unchecked Result: " + error.message);
}

inline Error fail(Code code, std::string message) { return Error{code, std::move(message)}; }

}  // namespace lampjack

/// `LJK_TRY(name, expression)`: binds the value of a Result, or returns its error to the caller.
#define LJK_TRY(name, ...)                                           \
    auto name##_or_error = (__VA_ARGS__);                            \
    if (!name##_or_error) return std::move(name##_or_error).error(); \
    auto&& name = *name##_or_error
/// `LJK_CHECK(expression)`: returns the error of a Result<void> to the caller.
#define LJK_CHECK(...) \
    if (auto checked = (__VA_ARGS__); !checked) return std::move(checked).error()
