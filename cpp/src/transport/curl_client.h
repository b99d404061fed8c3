#pragma once
// CurlClient: the HttpClient that ships. One thread drives every transfer; connections and handles are kept and reused, HTTP/2 is
// used where the other side offers it.

#include "base/result.h"
#include "transport/http_client.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace lampjack::transport {

struct CurlOptions {
    std::string ca_file;  ///< PEM bundle (see ca_bundle.h); empty: what libcurl was built with
    /// `http://host:port` of an egress proxy; empty: none, whatever the environment says. With a proxy the address policy sees the
    /// proxy's address, and hosts given as numbers; which names lead where is then the proxy's to judge.
    std::string proxy;
    std::string user_agent = "lampjack";
    std::size_t max_response_bytes = 256 * 1024;
    std::size_t max_response_header_bytes = 64 * 1024;
    int max_connections = 64;
    int max_connections_per_host = 32;
    /// A connection unused for longer is not used again. Below the 60 s at which many servers and balancers hang up, because a request that meets
    /// a closing connection has an unknown outcome.
    std::chrono::seconds idle_connection{50};
};

/// Never sends a request twice: libcurl's silent second try on a connection that broke is stopped, and reported as
/// unknown_after_sent when the first try had left. A forked child must not use a client made before the fork.
class CurlClient final : public HttpClient {
public:
    /// Starts the thread. Errors: Code::config for an unreadable `ca_file` or a malformed `proxy` or `user_agent`; Code::internal.
    static Result<std::unique_ptr<CurlClient>> make(CurlOptions options);
    ~CurlClient() override;

    [[nodiscard]] Result<CallId> send(Call call) override;
    void cancel(CallId id) override;
    void close() noexcept override;

private:
    class Loop;
    explicit CurlClient(std::unique_ptr<Loop> loop) noexcept;
    std::unique_ptr<Loop> loop_;
};

}  // namespace lampjack::transport
