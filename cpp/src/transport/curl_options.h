#pragma once
// CurlOptions: everything configurable about the client that ships.

#include "base/result.h"

#include <chrono>
#include <cstddef>
#include <string>

namespace lampjack::transport {

struct CurlOptions {
    static constexpr std::size_t kResponseBytes = 256 * 1024;

    std::string ca_file;  ///< PEM bundle (see ca_bundle.h); empty: what libcurl was built with
    /// `http://host:port` of an egress proxy; empty: none, whatever the environment says. With a
    /// proxy the address policy sees the proxy's address, and hosts given as numbers; which names
    /// lead where is then the proxy's to judge.
    std::string proxy;
    std::string user_agent = "lampjack";
    std::size_t max_response_bytes = kResponseBytes;
    std::size_t max_response_header_bytes = 64 * 1024;
    int max_connections = 64;
    int max_connections_per_host = 32;
    /// A connection unused for longer is not used again. Below the 60 s at which many servers and
    /// balancers hang up, because a request that meets a closing connection has an unknown outcome.
    std::chrono::seconds idle_connection{50};
};

/// Errors: Code::config for an unreadable `ca_file`, a malformed `proxy` or `user_agent`, or a
/// limit below one.
Result<void> check_options(const CurlOptions& options);

}  // namespace lampjack::transport
