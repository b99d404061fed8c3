#include "transport/call_queue.h"

namespace lampjack::transport {

Result<CallId> CallQueue::add(Call call) {
    const std::lock_guard lock(mutex_);
    if (orders_.close) return fail(Code::closed, "the HTTP client is closed");
    orders_.calls.emplace_back(last_id_ + 1, std::move(call));
    return ++last_id_;
}

void CallQueue::cancel(CallId id) {
    const std::lock_guard lock(mutex_);
    if (id != 0 && id <= last_id_) orders_.cancels.push_back(id);
}

void CallQueue::close() noexcept {
    const std::lock_guard lock(mutex_);
    orders_.close = true;
}

CallQueue::Orders CallQueue::take() {
    const std::lock_guard lock(mutex_);
    Orders taken = std::exchange(orders_, {});
    orders_.close = taken.close;
    return taken;
}

}  // namespace lampjack::transport
