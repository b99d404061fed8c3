#pragma once
// Parameters and results in PostgreSQL's binary form: any byte passes, nothing is quoted or parsed as text.

#include "store/rows.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::store::postgres {

/// The parameters of one statement, in order.
class Params {
public:
    Params& integer(std::int64_t value);  ///< bigint
    Params& number(std::uint64_t value) { return integer(static_cast<std::int64_t>(value)); }
    Params& limit(std::size_t value);  ///< bigint, for LIMIT
    Params& boolean(bool value);
    Params& bytes(std::string_view value);  ///< bytea
    Params& text(std::string_view value);
    Params& key(const ConversationKey& value) {
        return bytes({reinterpret_cast<const char*>(value.data()), value.size()});
    }
    Params& integers(std::span<const std::uint64_t> values);  ///< bigint[]
    Params& keys(std::span<const model::ItemKey> values);     ///< bytea[]
    Params& texts(std::span<const std::string> values);       ///< text[]
    Params& null_texts();
    Params& null_integer();
    Params& null_bytes();

    int count() const noexcept { return static_cast<int>(types_.size()); }
    const unsigned* types() const noexcept { return types_.data(); }
    const int* lengths() const noexcept { return lengths_.data(); }
    /// Where each one lies. Valid until the next parameter is added.
    std::vector<const char*> pointers() const;

private:
    void begin(unsigned type);
    void end();
    void begin_array(unsigned type, unsigned element, std::size_t size);
    void put(std::uint64_t value, int bytes);
    void element(std::string_view value);
    Params& null(unsigned type);

    std::string buffer_;
    std::vector<unsigned> types_;
    std::vector<std::size_t> offsets_;
    std::vector<int> lengths_;
    std::vector<bool> nulls_;
};

/// A whole number of 2, 4 or 8 bytes, or a boolean.
std::int64_t read_integer(std::string_view value) noexcept;

}  // namespace lampjack::store::postgres
