#pragma once
// ByteWriter and ByteReader: numbers and texts as a run of bytes. Small numbers take one byte; a text carries its length.

#include <cstdint>
#include <string>
#include <string_view>

namespace lampjack::store {

class ByteWriter {
public:
    explicit ByteWriter(std::string& out) noexcept : out_(out) {}

    ByteWriter& byte(std::uint8_t value) {
        out_ += static_cast<char>(value);
        return *this;
    }
    ByteWriter& boolean(bool value) { return byte(value ? 1 : 0); }
    ByteWriter& number(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
        return byte(static_cast<std::uint8_t>(value));
    }
    /// Signed, so that small negative numbers stay small.
    ByteWriter& integer(std::int64_t value) {
        const auto bits = static_cast<std::uint64_t>(value);
        return number(bits << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0));
    }
    ByteWriter& text(std::string_view value) {
        number(value.size());
        out_ += value;
        return *this;
    }
    template <class Enum>
    ByteWriter& word(Enum value) {
        return byte(static_cast<std::uint8_t>(value));
    }

private:
    std::string& out_;
};

/// Reads what a ByteWriter wrote. After the first thing that is wrong it gives zeros, and ok() stays false.
class ByteReader {
public:
    explicit ByteReader(std::string_view bytes) noexcept : rest_(bytes) {}

    bool ok() const noexcept { return ok_; }
    bool at_end() const noexcept { return rest_.empty(); }
    void refuse() noexcept { ok_ = false; }

    std::uint8_t byte() noexcept {
        if (!ok_ || rest_.empty()) {
            ok_ = false;
            return 0;
        }
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }
    bool boolean() noexcept { return below(2) != 0; }
    /// One byte that must be below `limit`.
    std::uint8_t below(unsigned limit) noexcept {
        const std::uint8_t value = byte();
        if (value >= limit) ok_ = false;
        return ok_ ? value : std::uint8_t{0};
    }
    std::uint64_t number() noexcept {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t part = byte();
            if (shift == 63 && part > 1) break;
            value |= static_cast<std::uint64_t>(part & 0x7F) << shift;
            if (part < 0x80) return ok_ ? value : 0;
        }
        ok_ = false;
        return 0;
    }
    std::int64_t integer() noexcept {
        const std::uint64_t bits = number();
        return static_cast<std::int64_t>(bits >> 1 ^ ((bits & 1) != 0 ? ~std::uint64_t{0} : 0));
    }
    /// A count of things that take at least one byte each: never more than there are bytes left.
    std::size_t count() noexcept {
        const std::uint64_t value = number();
        if (value > rest_.size()) ok_ = false;
        return ok_ ? static_cast<std::size_t>(value) : 0;
    }
    std::string_view text() noexcept {
        const std::size_t size = count();
        const std::string_view value = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return value;
    }
    /// An enum's value, which must not lie above its last one.
    template <class Enum>
    Enum word(Enum last) noexcept {
        return static_cast<Enum>(below(static_cast<unsigned>(last) + 1U));
    }

private:
    std::string_view rest_;
    bool ok_ = true;
};

}  // namespace lampjack::store
