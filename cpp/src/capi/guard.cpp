#include "capi/guard.h"

#include "base/utf8.h"

#include <algorithm>

namespace lampjack::capi {
ljk_status report(ljk_error* err, Code code, std::string_view message) noexcept {
    const auto status = static_cast<ljk_status>(code);
    if (err == nullptr) return status;
    err->status = status;
    const std::size_t size = readable_utf8(message, err->message, sizeof err->message - 1);
    std::fill(err->message + size, err->message + sizeof err->message, '\0');
    return status;
}

Result<std::string_view> need_utf8(ljk_str text, const char* name) {
    if (!is_utf8(view(text))) return fail(Code::argument, std::string(name) + " is not UTF-8");
    return view(text);
}

Error blame(Error error, ljk_str text, const char* name) {
    if (is_utf8(view(text))) return error;
    return fail(Code::argument, std::string(name) + " is not UTF-8");
}

}  // namespace lampjack::capi
