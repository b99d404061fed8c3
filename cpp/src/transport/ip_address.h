#pragma once
// Numeric IPv4 and IPv6 addresses and networks as values. No name is ever resolved here.

#include "base/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

struct sockaddr;

namespace lampjack::transport {

/// An address in network byte order. An IPv4 address uses the first four bytes, the others are
/// zero.
struct IpAddress {
    enum class Family : std::uint8_t { v4, v6 };
    Family family = Family::v4;
    std::array<std::uint8_t, 16> bytes{};

    bool is_v4() const noexcept { return family == Family::v4; }
    friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

IpAddress make_v4(std::span<const std::uint8_t, 4> bytes) noexcept;
IpAddress make_v6(std::span<const std::uint8_t, 16> bytes) noexcept;

/// The address of a socket address of the operating system; nothing for families other than IPv4
/// and IPv6.
std::optional<IpAddress> address_of(const sockaddr& from) noexcept;

/// Reads `192.0.2.1` or `2001:db8::1`: four plain decimal numbers, no brackets, no zone, no short
/// or octal spellings.
std::optional<IpAddress> parse_address(std::string_view text) noexcept;

/// The IPv4 address inside an IPv4-mapped one (::ffff:0:0/96), which the operating system treats as
/// that address; every other address as it is.
IpAddress unmapped(const IpAddress& address) noexcept;

struct Network {
    IpAddress base;
    unsigned prefix = 0;  ///< number of leading bits that count

    bool contains(const IpAddress& address) const noexcept;
    friend bool operator==(const Network&, const Network&) = default;
};

/// Reads `10.0.0.0/8`, `fd00::/8`, or a single address. Bits beyond the prefix must be zero, so
/// that a slip of the pen does not open more than was meant. Errors: Code::config.
Result<Network> parse_network(std::string_view text);

}  // namespace lampjack::transport
