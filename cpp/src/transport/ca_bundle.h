#pragma once
// Where the certificate authorities are. A library that is built on one distribution and runs on
// another must look at run time, or every https call fails there.

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace lampjack::transport {

/// The PEM bundles of the common systems, most common first.
std::span<const std::string_view> known_ca_bundles() noexcept;

/// The first candidate for which `exists` is true; empty when there is none. Empty candidates are
/// skipped, so that unset settings may be passed along: {SSL_CERT_FILE, CURL_CA_BUNDLE, known…}.
std::string pick_ca_bundle(std::span<const std::string_view> candidates,
                           const std::function<bool(std::string_view)>& exists);

}  // namespace lampjack::transport
