#include "store/sqlite/gate.h"

namespace lampjack::store::sqlite {

void Gate::enter() {
    std::unique_lock lock(mutex_);
    const std::uint64_t ticket = next_ticket_++;
    turn_.wait(lock, [&] { return free_ && serving_ == ticket; });
    free_ = false;
    holder_ = std::this_thread::get_id();
}

bool Gate::enter_within(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    const std::uint64_t ticket = next_ticket_++;
    if (!turn_.wait_for(lock, patience, [&] { return free_ && serving_ == ticket; })) {
        given_up_.insert(ticket);
        return false;
    }
    free_ = false;
    holder_ = std::this_thread::get_id();
    return true;
}

void Gate::leave() {
    {
        std::lock_guard lock(mutex_);
        free_ = true;
        ++serving_;
        while (given_up_.erase(serving_) != 0) ++serving_;
        holder_ = {};
    }
    turn_.notify_all();
}

bool Gate::is_mine() const {
    std::lock_guard lock(mutex_);
    return holder_ == std::this_thread::get_id();
}

}  // namespace lampjack::store::sqlite
