#include "capi/guard.h"

#include <algorithm>

namespace lampjack::capi {
namespace {

bool continues(char byte) noexcept { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// How many bytes the character at the front has; 0 when it is none (RFC 3629, table 3-7 of Unicode).
std::size_t character(std::string_view text) noexcept {
    const auto at = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const unsigned lead = at(0);
    if (lead < 0x80) return 1;
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if (!continues(text[i])) return 0;
    const bool overlong = (lead == 0xE0 && at(1) < 0xA0) || (lead == 0xF0 && at(1) < 0x90);
    const bool surrogate = lead == 0xED && at(1) > 0x9F;
    const bool beyond = lead == 0xF4 && at(1) > 0x8F;
    return overlong || surrogate || beyond ? 0 : size;
}

}  // namespace

ljk_status report(ljk_error* err, Code code, std::string_view message) noexcept {
    const auto status = static_cast<ljk_status>(code);
    if (err == nullptr) return status;
    err->status = status;
    std::size_t size = std::min(message.size(), sizeof err->message - 1);
    if (size < message.size())
        while (size > 0 && continues(message[size])) --size;
    std::copy_n(message.data(), size, err->message);
    std::fill(err->message + size, err->message + sizeof err->message, '\0');
    return status;
}

Result<std::string_view> need_utf8(ljk_str text, const char* name) {
    for (std::string_view rest = view(text); !rest.empty();) {
        const std::size_t size = character(rest);
        if (size == 0) return fail(Code::argument, std::string(name) + " is not UTF-8");
        rest.remove_prefix(size);
    }
    return view(text);
}

}  // namespace lampjack::capi
