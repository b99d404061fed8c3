#include "base/secret.h"

#include "base/digest.h"

#include <openssl/crypto.h>

namespace lampjack {

Secret::~Secret() { OPENSSL_cleanse(value_.data(), value_.size()); }

bool Secret::equals(std::string_view candidate) const noexcept {
    const Digest ours = sha256(value_);
    const Digest theirs = sha256(candidate);
    return CRYPTO_memcmp(ours.data(), theirs.data(), ours.size()) == 0 && !value_.empty();
}

bool any_equals(std::span<const Secret> secrets, std::string_view candidate) noexcept {
    bool found = false;
    for (const Secret& secret : secrets) found |= secret.equals(candidate);
    return found;
}

}  // namespace lampjack
