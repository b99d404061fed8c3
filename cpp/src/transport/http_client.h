#pragma once
// HttpClient: sends one request and reports what became of it. Our curl client and users' own
// clients implement it alike; what to send, when to try again and in which order is decided
// elsewhere.

#include "base/result.h"
#include "model/http_message.h"
#include "transport/address_policy.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace lampjack::transport {

/// Why there is no complete answer. The names say how far the request got, because that decides
/// what may be repeated.
enum class FailureKind : std::uint8_t {
    refused_by_policy,    ///< never sent: the address, scheme, method or a header is not allowed
    connect,              ///< no connection, or it was lost before the whole request was written
    tls,                  ///< the TLS handshake failed; nothing was sent
    timeout_before_sent,  ///< time ran out before the whole request was written
    unknown_after_sent,   ///< the whole request was written and no answer came: it may have taken
                          ///< effect
    cut_body,   ///< an answer began and did not end; `partial` holds its status and headers
    too_large,  ///< the answer exceeds the size limit; `partial` holds its status and headers
    cancelled,  ///< cancel() or close() came first; `written` says whether it may have taken effect
    tls_verification,  ///< the certificate is not trusted, or ours cannot be used; nothing was sent
};

struct Failure {
    FailureKind kind = FailureKind::connect;
    std::string message;          ///< one line for logs; never an address, a header or a body
    model::HttpResponse partial;  ///< what had arrived; status 0 when nothing did
    bool written = false;         ///< the whole request had been handed to the operating system
};

/// A complete answer, whatever its status, or the reason why there is none.
using HttpOutcome = std::variant<model::HttpResponse, Failure>;

struct Timeouts {
    std::chrono::milliseconds connect{3000};  ///< until connected, TLS handshake included
    std::chrono::milliseconds total{
        15000};  ///< from send() taking the call up to the last byte of the answer
    /// Less than one byte a second for so long; 0 is never. A client may average over some seconds.
    std::chrono::seconds stalled = share_of(total);

    /// What may pass in silence of a time: two thirds. Who waits for a platform that thinks, waits there too.
    static constexpr std::chrono::seconds share_of(std::chrono::milliseconds total) noexcept {
        return std::chrono::duration_cast<std::chrono::seconds>(total * 2 / 3);
    }
};

using CallId = std::uint64_t;

struct Call {
    model::HttpRequest request;
    Timeouts timeouts;
    /// Which addresses may be contacted. Null: global addresses by https, nothing else.
    std::shared_ptr<const AddressPolicy> policy;
    /// Receives the outcome.
    /// Thread: the client's own, never the thread inside send(), so a caller may hold a lock while
    /// it sends. Overlap: one at a time for each client; other methods of the client may run
    /// meanwhile on other threads. Times: exactly once for each call that send() accepted, at the
    /// latest while close() runs; never for one it refused. It may call send() and cancel(), must
    /// not call close() or destroy the client, must not block (every other call waits for it) and
    /// must not throw: what it throws is dropped. It is destroyed after it returns.
    std::function<void(HttpOutcome)> done;
};

/// Lifetime: the client outlives every call into it, and close() comes before its destruction or is
/// done by it. Threads: send() and cancel() may be called from any thread at any time, close() from
/// any thread but the client's own.
class HttpClient {
public:
    HttpClient() = default;
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    virtual ~HttpClient() = default;

    /// Takes a call and returns at once, before anything is sent; the client owns the call until
    /// `done` returned. A client puts the request on the wire at most once, follows no redirects,
    /// hands over every response header (the core decides which matter) and does not decompress the
    /// body. It checks each address against the call's policy after the name is resolved and
    /// refuses what it cannot check. Errors: Code::closed after close(); `done` is then dropped
    /// uncalled.
    [[nodiscard]] virtual Result<CallId> send(Call call) = 0;

    /// Asks for a call to end. Its `done` still comes, with `cancelled` unless another outcome was
    /// first. Returns without waiting; an id that is unknown or already done is ignored.
    virtual void cancel(CallId id) = 0;

    /// Ends every call with `cancelled` and refuses new ones. When it returns, every `done` has
    /// returned and no thread of the client's is left. It waits for nothing on the network. Closing
    /// twice is a no-op.
    virtual void close() noexcept = 0;
};

/// The name of a kind as it appears in logs and stored outcomes.
constexpr std::string_view name_of(FailureKind kind) noexcept {
    switch (kind) {
        case FailureKind::refused_by_policy: return "refused_by_policy";
        case FailureKind::connect: return "connect";
        case FailureKind::tls: return "tls";
        case FailureKind::timeout_before_sent: return "timeout_before_sent";
        case FailureKind::unknown_after_sent: return "unknown_after_sent";
        case FailureKind::cut_body: return "cut_body";
        case FailureKind::too_large: return "too_large";
        case FailureKind::cancelled: return "cancelled";
        case FailureKind::tls_verification: return "tls_verification";
    }
    return "unknown";
}

}  // namespace lampjack::transport
