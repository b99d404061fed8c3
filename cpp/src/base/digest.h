#pragma once
// SHA-256 and HMAC: with secret.cpp and random.cpp the only places that use OpenSSL.

#include <array>
#include <cstdint>
#include <string_view>

namespace lampjack {

using Digest = std::array<unsigned char, 32>;

/// SHA-256 over length-prefixed fields, so that ("ab","c") and ("a","bc") differ.
class FieldHash {
public:
    FieldHash();
    ~FieldHash();
    FieldHash(const FieldHash&) = delete;
    FieldHash& operator=(const FieldHash&) = delete;

    FieldHash& add(std::string_view field);
    FieldHash& add(std::uint64_t field);
    Digest finish();

private:
    void* context_;
};

Digest sha256(std::string_view bytes) noexcept;
Digest hmac_sha256(std::string_view key, std::string_view bytes) noexcept;

}  // namespace lampjack
