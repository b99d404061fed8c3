// Versions, the names of statuses, and ljk_text.

#include "capi/handles.h"

using lampjack::Code;
using lampjack::capi::str;

// errors.def is the list; the header repeats it because its users read it there.
#define LJK_ERROR(name, number, retryable, python, meaning) \
    static_assert(static_cast<int>(Code::name) == number);
#include "base/errors.def"
#undef LJK_ERROR
static_assert(LJK_E_ARGUMENT == static_cast<int>(Code::argument) &&
              LJK_E_CONFIG == static_cast<int>(Code::config));
static_assert(LJK_E_AUTH == static_cast<int>(Code::auth) &&
              LJK_E_JSON == static_cast<int>(Code::json));
static_assert(LJK_E_PAYLOAD == static_cast<int>(Code::payload) &&
              LJK_E_TOO_LARGE == static_cast<int>(Code::too_large));
static_assert(LJK_E_NOT_FOUND == static_cast<int>(Code::not_found) &&
              LJK_E_NOT_OWNER == static_cast<int>(Code::not_owner));
static_assert(LJK_E_STALE_OWNER == static_cast<int>(Code::stale_owner));
static_assert(LJK_E_UNSUPPORTED == static_cast<int>(Code::unsupported) &&
              LJK_E_TIMEOUT == static_cast<int>(Code::timeout));
static_assert(LJK_E_STORE == static_cast<int>(Code::store) &&
              LJK_E_CLOSED == static_cast<int>(Code::closed));
static_assert(LJK_E_CONFLICT == static_cast<int>(Code::conflict) &&
              LJK_E_LIMIT == static_cast<int>(Code::limit));
static_assert(LJK_E_LEASE_LOST == static_cast<int>(Code::lease_lost));
static_assert(LJK_E_KEY_CONFLICT == static_cast<int>(Code::key_conflict));
static_assert(LJK_E_NETWORK == static_cast<int>(Code::network) &&
              LJK_E_INTERNAL == static_cast<int>(Code::internal));

#define LJK_TEXT_OF(number) #number
#define LJK_DOTTED(major, minor, patch) \
    LJK_TEXT_OF(major) "." LJK_TEXT_OF(minor) "." LJK_TEXT_OF(patch)

uint32_t ljk_abi_version(void) { return LJK_ABI_VERSION; }

ljk_str ljk_version(void) {
    return str(LJK_DOTTED(LJK_VERSION_MAJOR, LJK_VERSION_MINOR, LJK_VERSION_PATCH));
}

ljk_str ljk_status_name(ljk_status status) {
    switch (status) {
        case LJK_OK: return str("ok");
#define LJK_ERROR(name, number, retryable, python, meaning) \
    case number:                                            \
        return str(#name);
#include "base/errors.def"
#undef LJK_ERROR
        default: return {};
    }
}

int32_t ljk_status_is_retryable(ljk_status status) {
    return ljk_status_name(status).len != 0 && lampjack::is_retryable(static_cast<Code>(status))
               ? 1
               : 0;
}

ljk_str ljk_text_str(const ljk_text* text) {
    return text == nullptr ? ljk_str{} : str(text->value);
}
void ljk_text_free(ljk_text* text) { delete text; }
