#include "transport/ca_bundle.h"

#include <array>

namespace lampjack::transport {

std::span<const std::string_view> known_ca_bundles() noexcept {
    static constexpr std::array<std::string_view, 7> kBundles{
        "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch, Gentoo
        "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL, Amazon Linux
        "/etc/ssl/ca-bundle.pem",                             // openSUSE
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // CentOS, RHEL
        "/etc/ssl/cert.pem",                                  // Alpine, macOS, OpenBSD
        "/usr/local/share/certs/ca-root-nss.crt",             // FreeBSD
        "/etc/ssl/certs/ca-bundle.crt",                       // NixOS
    };
    return kBundles;
}

std::string pick_ca_bundle(std::span<const std::string_view> candidates,
                           const std::function<bool(std::string_view)>& exists) {
    for (const std::string_view candidate : candidates)
        if (!candidate.empty() && exists(candidate)) return std::string(candidate);
    return {};
}

}  // namespace lampjack::transport
