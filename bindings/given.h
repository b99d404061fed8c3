#pragma once
// What Python code gives, as the core takes it. Whatever is wrong is an ArgumentError that names the argument and quotes
// nothing: pybind11's own error quotes every argument of the call, and Python's quotes the text that is not UTF-8.
//
// A parameter of type Text<"ref"> is called `ref` in the error.

#include "errors.h"
#include "pybind.h"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace lampjack::bindings {

/// An argument's name, as an argument of a template.
struct Name {
    char text[24]{};

    template <std::size_t Size>
    consteval Name(const char (&name)[Size]) {
        static_assert(Size <= sizeof text);
        std::copy_n(name, Size, text);
    }
};

/// Raises: `name` must be `expected`, and not what it is.
[[noreturn]] void raise_wrong_type(const char* name, const char* expected, py::handle given);

/// A str's UTF-8, which lives as long as the str. Half of a surrogate pair has none.
std::string_view utf8_of(py::handle given, const char* name);
/// The same of a str or of bytes, which may be anything.
std::string_view bytes_of(py::handle given, const char* name);
std::uint64_t unsigned_of(py::handle given, const char* name);
std::int64_t signed_of(py::handle given, const char* name);
bool flag_of(py::handle given, const char* name);

/// The bytes of a str or of anything with a buffer, borrowed: what it stands for in memory, item after item. A buffer whose
/// bytes do not lie side by side is an ArgumentError. Needs the GIL to begin and to end. Hidden, as pybind11's types are.
class [[gnu::visibility("hidden")]] Buffer {
public:
    Buffer(py::handle given, const char* name);
    ~Buffer();
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    std::string_view view() const noexcept { return view_; }

private:
    Py_buffer buffer_{};
    std::string_view view_;
};

/// A str.
template <Name name>
struct Text : std::string {
    using std::string::string;
};

/// JSON as a str or as bytes, borrowed for the call.
template <Name name>
struct Source {
    std::string_view text;
    operator std::string_view() const noexcept { return text; }
};

/// A whole number; an unsigned one begins at 0.
template <Name name, std::integral Integer>
struct Number {
    Integer value{};
    operator Integer() const noexcept { return value; }
};

template <Name name>
struct Flag {
    bool value = false;
    operator bool() const noexcept { return value; }
};

}  // namespace lampjack::bindings

namespace pybind11::detail {

template <lampjack::bindings::Name argument>
struct type_caster<lampjack::bindings::Text<argument>> {
    PYBIND11_TYPE_CASTER(lampjack::bindings::Text<argument>, const_name("str"));
    bool load(handle given, bool) {
        value.assign(lampjack::bindings::utf8_of(given, argument.text));
        return true;
    }
};

template <lampjack::bindings::Name argument>
struct type_caster<lampjack::bindings::Source<argument>> {
    PYBIND11_TYPE_CASTER(lampjack::bindings::Source<argument>, const_name("str | bytes"));
    bool load(handle given, bool) {
        value.text = lampjack::bindings::bytes_of(given, argument.text);
        return true;
    }
};

template <lampjack::bindings::Name argument, std::integral Integer>
struct type_caster<lampjack::bindings::Number<argument, Integer>> {
    using Number = lampjack::bindings::Number<argument, Integer>;
    PYBIND11_TYPE_CASTER(Number, const_name("int"));
    bool load(handle given, bool) {
        static_assert(sizeof(Integer) == 8, "a narrower one has other bounds");
        if constexpr (std::unsigned_integral<Integer>)
            value.value = lampjack::bindings::unsigned_of(given, argument.text);
        else
            value.value = lampjack::bindings::signed_of(given, argument.text);
        return true;
    }
};

template <lampjack::bindings::Name argument>
struct type_caster<lampjack::bindings::Flag<argument>> {
    PYBIND11_TYPE_CASTER(lampjack::bindings::Flag<argument>, const_name("bool"));
    bool load(handle given, bool) {
        value.value = lampjack::bindings::flag_of(given, argument.text);
        return true;
    }
};

}  // namespace pybind11::detail
