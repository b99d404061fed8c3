#pragma once
// Bodies that want more memory than they are large: one row each. What each cost before it was bounded is measured beside it.

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

namespace lampjack::resources {

/// What was made of each element before surplus and large messages were kept raw.
enum class Row : std::uint8_t { nothing, event, part, option, card };

struct Shape {
    std::string_view name;
    std::string_view account;  ///< named like its platform
    std::string_view path;     ///< of the endpoint; empty: what no endpoint takes is only read
    std::string_view head;
    std::string_view element;  ///< "#" in it is the element's number, of six digits
    std::string_view tail;
    std::string_view between = ",";
    /// What each element became.
    Row row = Row::nothing;
    /// Whether it exceeded the bound before; the others are here so that they never do.
    bool exceeded = false;
    /// Of one body; the limit of values is 500,000.
    std::size_t most = 499'900;
};

inline void PrintTo(const Shape& shape, std::ostream* out) { *out << shape.name; }
std::span<const Shape> shapes();
const Shape* find(std::string_view name);

/// The body of a shape, of about that size, in a string that never grew.
struct Body {
    std::string text;
    std::size_t elements = 0;
};
Body body_of(const Shape& shape, std::size_t size);

}  // namespace lampjack::resources
