#pragma once
// AddressPolicy: which numeric addresses a request may go to. Judged after name resolution, just
// before each connection, so that a name which changes its address between check and use gains
// nothing.

#include "base/result.h"
#include "transport/ip_address.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::transport {

/// Whether an address is reachable on the public internet, by the IANA special-purpose registries
/// (RFC 6890 and later entries). Addresses that carry an IPv4 address (mapped, 64:ff9b::/96, 6to4)
/// are judged by the one they carry; every IPv6 address outside 2000::/3 that is none of these is
/// not global.
bool is_global(const IpAddress& address) noexcept;

/// Whether it is an address at which clouds hand machine credentials to whoever asks from inside.
bool is_metadata(const IpAddress& address) noexcept;

/// Reads the account option `allow_networks`. Errors: Code::config, naming the entry.
Result<std::vector<Network>> parse_networks(std::span<const std::string> texts);

/// Immutable; safe to share between threads.
class AddressPolicy {
public:
    /// Global addresses by https only.
    AddressPolicy() = default;
    /// As above, and the listed networks by https and http. Nothing but this list opens private or
    /// loopback addresses.
    explicit AddressPolicy(std::vector<Network> allow) noexcept : allow_(std::move(allow)) {}

    enum class Scheme : std::uint8_t { https, http };
    bool allows(const IpAddress& address, Scheme scheme) const noexcept;
    /// Whether any address at all may be reached by plain http.
    bool allows_http() const noexcept { return !allow_.empty(); }

private:
    std::vector<Network> allow_;
};

}  // namespace lampjack::transport
