#include "base/result.h"

namespace lampjack {

std::string_view name_of(Code code) noexcept {
    switch (code) {
        case Code::ok: return "ok";
#define LJK_ERROR(name, number, retryable, python, meaning) \
    case Code::name:                                        \
        return #name;
#include "base/errors.def"
#undef LJK_ERROR
    }
    return "unknown";
}

bool is_retryable(Code code) noexcept {
    switch (code) {
        case Code::ok: return false;
#define LJK_ERROR(name, number, retryable, python, meaning) \
    case Code::name:                                        \
        return retryable;
#include "base/errors.def"
#undef LJK_ERROR
    }
    return false;
}

}  // namespace lampjack
