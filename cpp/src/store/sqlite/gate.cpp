#include "store/sqlite/gate.h"

namespace lampjack::store::sqlite {

void Gate::stand_behind(Place& mine) noexcept {
    Place** last = &first_;
    while (*last != nullptr) last = &(*last)->next;
    *last = &mine;
}

void Gate::leave_queue(const Place& mine) noexcept {
    Place** at = &first_;
    while (*at != &mine) at = &(*at)->next;
    *at = mine.next;
}

void Gate::enter() {
    Place mine;
    std::unique_lock lock(mutex_);
    stand_behind(mine);
    turn_.wait(lock, [&] { return free_ && first_ == &mine; });
    leave_queue(mine);
    free_ = false;
    holder_ = std::this_thread::get_id();
}

bool Gate::enter_within(std::chrono::milliseconds patience) {
    Place mine;
    std::unique_lock lock(mutex_);
    stand_behind(mine);
    const bool came = turn_.wait_for(lock, patience, [&] { return free_ && first_ == &mine; });
    leave_queue(mine);
    if (came) {
        free_ = false;
        holder_ = std::this_thread::get_id();
    } else {
        turn_.notify_all();  // whoever stood behind may be the first now
    }
    return came;
}

void Gate::leave() {
    {
        std::lock_guard lock(mutex_);
        free_ = true;
        holder_ = {};
    }
    turn_.notify_all();
}

bool Gate::is_mine() const {
    std::lock_guard lock(mutex_);
    return holder_ == std::this_thread::get_id();
}

}  // namespace lampjack::store::sqlite
