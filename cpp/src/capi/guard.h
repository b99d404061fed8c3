#pragma once
// guard: the fence of the C ABI. No exception passes it, out of memory included; an Error becomes a status and a message.

#include "base/result.h"
#include "lampjack/lampjack.h"

#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>

namespace lampjack::capi {

inline std::string_view view(ljk_str text) noexcept {
    return text.ptr == nullptr ? std::string_view{} : std::string_view{text.ptr, text.len};
}
inline ljk_str str(std::string_view text) noexcept { return {text.data(), text.size()}; }

/// Fills *err, unless it is null, and gives the code back. A message is one line of valid UTF-8, cut between two characters.
ljk_status report(ljk_error* err, Code code, std::string_view message) noexcept;

/// Runs `body`, which returns Result<void>.
template <class Body>
ljk_status guard(ljk_error* err, Body&& body) noexcept {
    try {
        const Result<void> done = body();
        return done ? report(err, Code::ok, {})
                    : report(err, done.error().code, done.error().message);
    } catch (const std::bad_alloc&) {
        return report(err, Code::internal, "out of memory");
    } catch (...) {
        return report(err, Code::internal, "an unexpected exception; please report it");
    }
}

/// The same for a body that returns Result<std::unique_ptr<Handle>>; *out is null unless it succeeds.
template <class Handle, class Body>
ljk_status guard_make(Handle** out, ljk_error* err, Body&& body) noexcept {
    if (out != nullptr) *out = nullptr;
    return guard(err, [&]() -> Result<void> {
        if (out == nullptr) return fail(Code::argument, "the output must not be NULL");
        Result<std::unique_ptr<Handle>> made = body();
        if (!made) return std::move(made).error();
        *out = made->release();
        return {};
    });
}

/// For accessors, which cannot fail: `body`'s value, or `fallback` when it throws.
template <class T, class Body>
T guard_read(T fallback, Body&& body) noexcept {
    try {
        return body();
    } catch (...) {
        return fallback;
    }
}

inline Result<void> need(const void* pointer, const char* name) {
    if (pointer != nullptr) return {};
    return fail(Code::argument, std::string(name) + " must not be NULL");
}

/// A text of the caller's.
Result<std::string_view> need_utf8(ljk_str text, const char* name);

/// For JSON, whose reader checks that it is UTF-8: what is to be told when reading it has failed.
Error blame(Error error, ljk_str text, const char* name);

/// The caller's structure as this library knows it: what an older caller has no field for is zero, and what a newer one
/// says beyond our fields must be zero. `first` is the size of the structure's first version.
template <class Struct>
Result<Struct> copy_struct(const Struct* given, std::size_t first, const char* name) {
    Struct copy{};
    const std::size_t size = given->struct_size;
    if (size < first) return fail(Code::argument, std::string(name) + " has no valid struct_size");
    const auto* bytes = reinterpret_cast<const unsigned char*>(given);
    for (std::size_t i = sizeof(Struct); i < size; ++i)
        if (bytes[i] != 0)
            return fail(Code::argument,
                        std::string(name) + " asks for what this library is too old for");
    std::memcpy(&copy, given, size < sizeof(Struct) ? size : sizeof(Struct));
    return copy;
}

}  // namespace lampjack::capi
