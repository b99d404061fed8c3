#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace lampjack {
namespace {

/// Looked up once: OpenSSL searches its providers each time it is asked for an algorithm by name.
const EVP_MD* sha256_method() noexcept {
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return fetched != nullptr ? fetched : EVP_sha256();
}

EVP_MD_CTX* as_context(void* context) noexcept { return static_cast<EVP_MD_CTX*>(context); }

}  // namespace

FieldHash::FieldHash() : context_(EVP_MD_CTX_new()) {
    EVP_DigestInit_ex(as_context(context_), sha256_method(), nullptr);
}

FieldHash::~FieldHash() { EVP_MD_CTX_free(as_context(context_)); }

FieldHash& FieldHash::add(std::string_view field) {
    const std::uint64_t size = field.size();
    unsigned char prefix[8];
    for (int i = 0; i < 8; ++i) prefix[i] = static_cast<unsigned char>(size >> (8 * i));
    EVP_DigestUpdate(as_context(context_), prefix, sizeof prefix);
    EVP_DigestUpdate(as_context(context_), field.data(), field.size());
    return *this;
}

FieldHash& FieldHash::add(std::uint64_t field) {
    char bytes[8];
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(field >> (8 * i));
    return add(std::string_view(bytes, sizeof bytes));
}

Digest FieldHash::finish() {
    Digest out{};
    EVP_DigestFinal_ex(as_context(context_), out.data(), nullptr);
    return out;
}

Digest sha256(std::string_view bytes) noexcept {
    Digest out{};
    EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, sha256_method(), nullptr);
    return out;
}

Digest hmac_sha256(std::string_view key, std::string_view bytes) noexcept {
    Digest out{};
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data(), nullptr);
    return out;
}

}  // namespace lampjack
