#pragma once
// CurlTransfer: one reusable libcurl handle and the call it is working on. For curl_client.cpp
// only; not thread-safe.

#include "base/result.h"
#include "transport/curl_options.h"
#include "transport/http_client.h"

#include <functional>
#include <memory>

namespace lampjack::transport {

class CurlTransfer {
public:
    /// `options` outlives the transfer.
    explicit CurlTransfer(const CurlOptions& options);
    CurlTransfer(const CurlTransfer&) = delete;
    CurlTransfer& operator=(const CurlTransfer&) = delete;
    ~CurlTransfer();

    /// False when libcurl had no memory for it: then it takes no call.
    bool is_usable() const noexcept { return is_usable_; }
    /// Takes a call, which has a policy, and sets the handle up for it. After an error the call is
    /// taken nevertheless, and must be released.
    Result<void> prepare(CallId id, Call call);
    CallId id() const noexcept;
    /// The handle: a `CURL*`, which libcurl defines as void*. Its CURLOPT_PRIVATE is this object.
    void* handle() const noexcept;

    /// What became of the call, from the CURLcode with which it ended. Takes no memory but for words, which may be missing.
    HttpOutcome outcome(int curl_code);
    /// What became of the call when it is ended now.
    HttpOutcome cancelled();
    /// Forgets the call and hands back its callback. The handle is in no multi handle any more.
    std::function<void(HttpOutcome)> release();

    struct Impl;

private:
    std::unique_ptr<Impl> impl_;
    bool is_usable_ = false;
};

}  // namespace lampjack::transport
