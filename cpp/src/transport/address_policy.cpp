#include "transport/address_policy.h"

#include <algorithm>
#include <array>
#include <optional>

namespace lampjack::transport {
namespace {

constexpr Network v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d,
                     unsigned prefix) noexcept {
    return Network{IpAddress{IpAddress::Family::v4, {a, b, c, d}}, prefix};
}

/// A network of IPv6 given by its first four groups; the last four groups are for single addresses.
constexpr Network v6(std::array<std::uint16_t, 8> groups, unsigned prefix) noexcept {
    Network network{IpAddress{IpAddress::Family::v6, {}}, prefix};
    for (std::size_t i = 0; i < groups.size(); ++i) {
        network.base.bytes[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
        network.base.bytes[2 * i + 1] = static_cast<std::uint8_t>(groups[i] & 0xff);
    }
    return network;
}

/// https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast.
constexpr std::array kNotGlobalV4{
    v4(0, 0, 0, 0, 8),        // this network
    v4(10, 0, 0, 0, 8),       // private, RFC 1918
    v4(100, 64, 0, 0, 10),    // carrier-grade NAT, RFC 6598
    v4(127, 0, 0, 0, 8),      // loopback
    v4(169, 254, 0, 0, 16),   // link-local, RFC 3927
    v4(172, 16, 0, 0, 12),    // private
    v4(192, 0, 0, 0, 24),     // IETF protocol assignments, RFC 6890
    v4(192, 0, 2, 0, 24),     // documentation, RFC 5737
    v4(192, 88, 99, 0, 24),   // 6to4 relay anycast, withdrawn by RFC 7526
    v4(192, 168, 0, 0, 16),   // private
    v4(198, 18, 0, 0, 15),    // benchmarking, RFC 2544
    v4(198, 51, 100, 0, 24),  // documentation
    v4(203, 0, 113, 0, 24),   // documentation
    v4(224, 0, 0, 0, 4),      // multicast
    v4(240, 0, 0, 0, 4),      // reserved, and the broadcast address
};

/// https://www.iana.org/assignments/iana-ipv6-special-registry, within global unicast.
constexpr Network kGlobalUnicast = v6({0x2000}, 3);
constexpr std::array kNotGlobalV6{
    v6({0x2001}, 23),          // IETF protocol assignments: Teredo, benchmarking, ORCHID and others
    v6({0x2001, 0x0db8}, 32),  // documentation, RFC 3849
    v6({0x3fff}, 20),          // documentation, RFC 9637
};
constexpr Network kNat64 =
    v6({0x0064, 0xff9b}, 96);                // RFC 6052: IPv4 address in the last four bytes
constexpr Network k6to4 = v6({0x2002}, 16);  // RFC 3056: IPv4 address in the next four bytes

constexpr std::array kMetadata{
    v4(169, 254, 169, 254, 32),  // most clouds
    v4(169, 254, 170, 2, 32),    // container credentials on AWS
    v4(169, 254, 170, 23, 32),   // pod identity on AWS
    v4(100, 100, 100, 200, 32),  // Alibaba Cloud
    v4(168, 63, 129, 16, 32),    // Azure's host endpoint, inside a public range
    v4(192, 0, 0, 192, 32),      // Oracle Cloud
    v6({0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254}, 128),  // AWS
    v6({0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x23}, 128),   // pod identity on AWS
    v6({0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x254}, 128),  // Google Cloud
};

template <class Networks>
bool any_contains(const Networks& networks, const IpAddress& address) noexcept {
    return std::any_of(networks.begin(), networks.end(),
                       [&](const Network& network) { return network.contains(address); });
}

/// The IPv4 address that a translator or a tunnel would go on to. 64:ff9b:1::/48 (RFC 8215) has no
/// fixed place for it and is not global, so it is not looked into.
std::optional<IpAddress> carried(const IpAddress& address) noexcept {
    const auto at = [&](std::size_t offset) {
        return make_v4(std::span<const std::uint8_t, 4>(address.bytes.data() + offset, 4));
    };
    if (kNat64.contains(address)) return at(12);
    if (k6to4.contains(address)) return at(2);
    return std::nullopt;
}

}  // namespace

bool is_global(const IpAddress& address) noexcept {
    const IpAddress judged = unmapped(address);
    if (judged.is_v4()) return !any_contains(kNotGlobalV4, judged);
    if (const auto inner = carried(judged)) return is_global(*inner);
    return kGlobalUnicast.contains(judged) && !any_contains(kNotGlobalV6, judged);
}

bool is_metadata(const IpAddress& address) noexcept {
    const IpAddress judged = unmapped(address);
    if (const auto inner = carried(judged)) return is_metadata(*inner);
    return any_contains(kMetadata, judged);
}

Result<std::vector<Network>> parse_networks(std::span<const std::string> texts) {
    std::vector<Network> networks;
    networks.reserve(texts.size());
    for (const std::string& text : texts) {
        auto network = parse_network(text);
        if (!network) {
            constexpr std::string_view any = "an entry";
            std::string told = network.error().message;
            if (const auto at = told.find(any); at != std::string::npos)
                told.replace(at, any.size(), "entry " + std::to_string(networks.size() + 1));
            return fail(Code::config, std::move(told));
        }
        networks.push_back(*network);
    }
    return networks;
}

bool AddressPolicy::allows(const IpAddress& address, Scheme scheme) const noexcept {
    // No list opens these: whoever allows 10.0.0.0/8 or fd00::/8 means his servers, not his
    // machine's keys.
    if (is_metadata(address)) return false;
    // A tunnelled or translated address is not in a listed IPv4 network: it leaves by another way.
    if (any_contains(allow_, unmapped(address))) return true;
    return scheme == Scheme::https && is_global(address);
}

}  // namespace lampjack::transport
