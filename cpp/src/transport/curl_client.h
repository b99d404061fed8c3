#pragma once
// CurlClient: the HttpClient that ships. One thread drives every transfer; connections and handles
// are kept and reused, HTTP/2 is used where the other side offers it.

#include "base/result.h"
#include "transport/curl_options.h"
#include "transport/http_client.h"

#include <memory>

namespace lampjack::transport {

/// Never sends a request twice: libcurl's silent second try on a connection that broke is stopped,
/// and reported as unknown_after_sent when the first try had left. A forked child must not use a
/// client made before the fork.
class CurlClient final : public HttpClient {
public:
    /// Starts the thread. Errors: as check_options; Code::internal.
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
