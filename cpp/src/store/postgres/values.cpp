#include "store/postgres/values.h"

#include <algorithm>
#include <limits>

namespace lampjack::store::postgres {
namespace {

// Numbers of the built-in types; they never change.
constexpr unsigned kBoolean = 16;
constexpr unsigned kBytes = 17;
constexpr unsigned kInteger = 20;
constexpr unsigned kText = 25;
constexpr unsigned kByteArrays = 1001;
constexpr unsigned kTexts = 1009;
constexpr unsigned kIntegers = 1016;

}  // namespace

void Params::put(std::uint64_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
        buffer_ += static_cast<char>(value >> shift & 0xFF);
}

void Params::begin(unsigned type) {
    types_.push_back(type);
    offsets_.push_back(buffer_.size());
    nulls_.push_back(false);
}

void Params::end() { lengths_.push_back(static_cast<int>(buffer_.size() - offsets_.back())); }

Params& Params::null(unsigned type) {
    begin(type);
    end();
    nulls_.back() = true;
    return *this;
}

Params& Params::null_texts() { return null(kTexts); }
Params& Params::null_integer() { return null(kInteger); }
Params& Params::null_bytes() { return null(kBytes); }

Params& Params::integer(std::int64_t value) {
    begin(kInteger);
    put(static_cast<std::uint64_t>(value), 8);
    end();
    return *this;
}

Params& Params::limit(std::size_t value) {
    constexpr auto highest = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
    return integer(static_cast<std::int64_t>(std::min(value, highest)));
}

Params& Params::boolean(bool value) {
    begin(kBoolean);
    put(value ? 1 : 0, 1);
    end();
    return *this;
}

Params& Params::bytes(std::string_view value) {
    begin(kBytes);
    buffer_ += value;
    end();
    return *this;
}

Params& Params::text(std::string_view value) {
    begin(kText);
    buffer_ += value;
    end();
    return *this;
}

void Params::begin_array(unsigned type, unsigned element, std::size_t size) {
    begin(type);
    put(size == 0 ? 0 : 1, 4);  // dimensions
    put(0, 4);                  // no nulls
    put(element, 4);
    if (size == 0) return;
    put(size, 4);
    put(1, 4);  // the first index
}

void Params::element(std::string_view value) {
    put(value.size(), 4);
    buffer_ += value;
}

Params& Params::integers(std::span<const std::uint64_t> values) {
    begin_array(kIntegers, kInteger, values.size());
    for (const std::uint64_t value : values) {
        put(8, 4);
        put(value, 8);
    }
    end();
    return *this;
}

Params& Params::keys(std::span<const model::ItemKey> values) {
    begin_array(kByteArrays, kBytes, values.size());
    for (const model::ItemKey& value : values)
        element({reinterpret_cast<const char*>(value.data()), value.size()});
    end();
    return *this;
}

Params& Params::texts(std::span<const std::string> values) {
    begin_array(kTexts, kText, values.size());
    for (const std::string& value : values) element(value);
    end();
    return *this;
}

std::vector<const char*> Params::pointers() const {
    std::vector<const char*> pointers;
    pointers.reserve(offsets_.size());
    for (std::size_t i = 0; i < offsets_.size(); ++i)
        pointers.push_back(nulls_[i] ? nullptr : buffer_.data() + offsets_[i]);
    return pointers;
}

std::int64_t read_integer(std::string_view value) noexcept {
    std::uint64_t bits = 0;
    for (const char one : value) bits = bits << 8 | static_cast<unsigned char>(one);
    const auto unused = static_cast<unsigned>(64 - 8 * value.size());
    if (value.empty() || value.size() >= 8) return static_cast<std::int64_t>(bits);
    return static_cast<std::int64_t>(bits << unused) >> unused;  // keeps the sign
}

}  // namespace lampjack::store::postgres
