#pragma once
// CallQueue: how a client's callers hand their orders to its one thread.

#include "transport/http_client.h"

#include <mutex>
#include <utility>
#include <vector>

namespace lampjack::transport {

/// Thread-safe. Its lock is held for the copying of pointers only.
class CallQueue {
public:
    struct Orders {
        std::vector<std::pair<CallId, Call>> calls;
        std::vector<CallId> cancels;  ///< only ids that were handed out, in `calls` or before
        bool close = false;
    };

    /// Errors: Code::closed after close().
    Result<CallId> add(Call call);
    void cancel(CallId id);
    void close() noexcept;
    /// Everything since the last time. The order to close stays.
    Orders take();

private:
    std::mutex mutex_;
    Orders orders_;
    CallId last_id_ = 0;
};

}  // namespace lampjack::transport
