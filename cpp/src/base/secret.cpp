#include "base/secret.h"

#include "base/digest.h"

#include <openssl/crypto.h>

#include <utility>

namespace lampjack {
namespace {

/// Overwrites all that the string has room for, behind its end too.
void wipe(std::string& text) noexcept {
    text.resize(text.capacity());
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

}  // namespace

Secret::Secret(std::string value) noexcept : value_(std::move(value)) { wipe(value); }

Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { wipe(other.value_); }

Secret& Secret::operator=(const Secret& other) {
    if (this != &other) *this = Secret(other);
    return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this == &other) return *this;
    wipe(value_);
    value_ = std::move(other.value_);
    wipe(other.value_);
    return *this;
}

Secret::~Secret() { wipe(value_); }

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
