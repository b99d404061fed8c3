#pragma once
// An HTTP client that answers 200 when it is told to, on the caller's thread: a benchmark counts the CPU of one thread.

#include "lampjack/extend.h"

#include <string>
#include <vector>

namespace bench {

class Client {
public:
    ljk_http_client table() {
        ljk_http_client client{};
        client.struct_size = sizeof client;
        client.user = this;
        client.send = [](void* user, std::uint64_t, ljk_http_call* call) -> ljk_status {
            static_cast<Client*>(user)->calls_.push_back(call);
            return LJK_OK;
        };
        client.cancel = [](void*, std::uint64_t) {};
        client.close = [](void* user) {
            for (ljk_http_call* call : static_cast<Client*>(user)->calls_)
                ljk_http_call_fail(call, LJK_HTTP_CANCELLED, 0, {"closed", 6});
        };
        return client;
    }
    /// The body of the call that waits, empty when none does; the call is answered with 200.
    std::string answer() {
        if (calls_.empty()) return {};
        ljk_http_call* call = calls_.front();
        calls_.erase(calls_.begin());
        const ljk_str body = ljk_http_call_body(call);
        std::string sent(body.ptr, body.len);
        ljk_http_call_answer(call, 200, nullptr, 0, {"{}", 2});
        return sent;
    }

private:
    std::vector<ljk_http_call*> calls_;
};

}  // namespace bench
