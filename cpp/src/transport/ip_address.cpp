#include "transport/ip_address.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace lampjack::transport {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_mapped(const IpAddress& address) noexcept {
    return !address.is_v4() &&
           std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
}

/// Whether all bits after the prefix are zero.
bool is_base(const IpAddress& address, unsigned prefix) noexcept {
    const unsigned bits = address.is_v4() ? 32 : 128;
    for (unsigned bit = prefix; bit < bits; ++bit)
        if ((address.bytes[bit / 8] >> (7 - bit % 8)) & 1) return false;
    return true;
}

/// Without the text: it may come from a variable that holds something else.
Error bad_network(std::string_view why) {
    return fail(Code::config, "allow_networks: an entry " + std::string(why));
}

}  // namespace

IpAddress make_v4(std::span<const std::uint8_t, 4> bytes) noexcept {
    IpAddress address{IpAddress::Family::v4, {}};
    std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
    return address;
}

IpAddress make_v6(std::span<const std::uint8_t, 16> bytes) noexcept {
    IpAddress address{IpAddress::Family::v6, {}};
    std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
    return address;
}

std::optional<IpAddress> address_of(const sockaddr& from) noexcept {
    IpAddress address;
    if (from.sa_family == AF_INET) {
        std::memcpy(address.bytes.data(), &reinterpret_cast<const sockaddr_in&>(from).sin_addr, 4);
        return address;
    }
    if (from.sa_family == AF_INET6) {
        address.family = IpAddress::Family::v6;
        std::memcpy(address.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(from).sin6_addr,
                    16);
        return address;
    }
    return std::nullopt;
}

std::optional<IpAddress> parse_address(std::string_view text) noexcept {
    std::array<char, INET6_ADDRSTRLEN + 1> terminated{};
    if (text.empty() || text.size() >= terminated.size()) return std::nullopt;
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    std::copy(text.begin(), text.end(), terminated.begin());

    IpAddress address{IpAddress::Family::v4, {}};
    if (inet_pton(AF_INET, terminated.data(), address.bytes.data()) == 1) return address;
    address.family = IpAddress::Family::v6;
    address.bytes = {};
    if (inet_pton(AF_INET6, terminated.data(), address.bytes.data()) == 1) return address;
    return std::nullopt;
}

IpAddress unmapped(const IpAddress& address) noexcept {
    if (!is_mapped(address)) return address;
    return make_v4(std::span<const std::uint8_t, 4>(address.bytes.data() + 12, 4));
}

bool Network::contains(const IpAddress& address) const noexcept {
    if (address.family != base.family) return false;
    const unsigned whole = prefix / 8;
    if (!std::equal(base.bytes.begin(), base.bytes.begin() + whole, address.bytes.begin()))
        return false;
    if (prefix % 8 == 0) return true;
    const unsigned shift = 8 - prefix % 8;
    return (base.bytes[whole] >> shift) == (address.bytes[whole] >> shift);
}

Result<Network> parse_network(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address) return bad_network("is not a numeric address or network");
    if (is_mapped(*address))
        return bad_network("must be written as the IPv4 network it stands for");
    const unsigned bits = address->is_v4() ? 32 : 128;
    if (slash == std::string_view::npos) return Network{*address, bits};

    const std::string_view digits = text.substr(slash + 1);
    const auto prefix = to_int(digits);
    const bool plain = digits.size() <= 3 && (digits.size() == 1 || !digits.starts_with('0'));
    if (!prefix || !plain || *prefix > bits) return bad_network("has no valid prefix length");
    if (*prefix == 0) return bad_network("would allow every address");
    const auto length = static_cast<unsigned>(*prefix);
    if (!is_base(*address, length)) return bad_network("has bits set beyond its prefix");
    return Network{*address, length};
}

}  // namespace lampjack::transport
