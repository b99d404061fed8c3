#include "engine/holds.h"

#include "engine/attempt.h"
#include "engine/record.h"
#include "engine/subscriptions.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

constexpr std::string_view kTimedOut = "handler_timeout";

/// The store may do it at another time.
bool may_pass(const Error& error) noexcept {
    return error.code == Code::store || error.code == Code::conflict ||
           error.code == Code::internal || error.code == Code::timeout;
}

}  // namespace

Error lease_lost() {
    return fail(Code::lease_lost, "the lease has ended: the item may be in other hands by now");
}

template <class T>
std::vector<std::shared_ptr<T>> Holds::alive(List<T>& list) const {
    std::vector<std::shared_ptr<T>> found;
    std::lock_guard lock(mutex_);
    std::erase_if(list, [&](const std::weak_ptr<T>& one) {
        auto still = one.lock();
        if (!still || (!still->hold.is_held() && !still->hold.is_lost())) return true;
        found.push_back(std::move(still));
        return false;
    });
    return found;
}

void Holds::begin(Hold& hold, Keeper keeper) const {
    const auto now = heart_.now();
    const bool handler = keeper == Keeper::handler;
    const Millis limit = handler ? core_.config.handler_timeout : core_.config.item_hold;
    hold.begin(now.wall, now.steady, limit, heart_.gaps());
}

void Holds::add(const std::shared_ptr<Item>& item, Keeper keeper) {
    begin(item->hold, keeper);
    std::lock_guard lock(mutex_);
    items_.push_back(item);
}

void Holds::add(const std::shared_ptr<SinkDelivery>& delivery, Keeper keeper) {
    begin(delivery->hold, keeper);
    std::lock_guard lock(mutex_);
    sinks_.push_back(delivery);
}

bool Holds::any() const { return !alive(items_).empty() || !alive(sinks_).empty(); }

void Holds::look() {
    for (const auto& item : alive(items_)) look_at(*item);
    for (const auto& delivery : alive(sinks_)) look_at(*delivery);
}

template <class T>
void Holds::look_at(const T& held) {
    const Hold& hold = held.hold;
    const Millis steady = heart_.now().steady;
    if (hold.is_over(steady)) hold.hang();
    if (hold.is_held() && hold.is_over(steady) && hold.lose()) hold.must_end(true);
    if (hold.must_end()) return end(held);
    if (!hold.is_held()) return;
    const bool may_be_over = hold.gaps() != heart_.gaps();
    if (may_be_over || steady - hold.renewed_at() >= kHostLease / 2) (void)renew(held);
}

Result<bool> Holds::extend(const Item& item, Millis until) {
    return core_.store->extend_item(item.subscription, item.lease, until, heart_.id());
}

Result<bool> Holds::extend(const SinkDelivery& delivery, Millis until) {
    const auto& lease = delivery.lease;
    return core_.store->extend_delivery(lease.conversation.key, lease.token, until, heart_.id());
}

/// False when the lease was lost; true also when the store does not say.
template <class T>
bool Holds::renew(const T& held) {
    const auto now = heart_.now();
    const auto gaps = heart_.gaps();
    const auto extended = core_.lane->repeat([&] { return extend(held, now.wall + kHostLease); });
    if (!extended) return true;
    if (*extended) {
        held.hold.renewed(now.steady, gaps);
        return true;
    }
    // Its outcome was recorded meanwhile: that ended the lease.
    if (held.hold.is_settling() || (!held.hold.is_held() && !held.hold.is_lost())) return true;
    lost(held);
    return false;
}

void Holds::end(const Item& item) {
    const auto ended = end_item_lease(core_, item, false, kTimedOut);
    if (!ended && may_pass(ended.error())) return;  // the next look tries again
    item.hold.must_end(false);
    if (ended) tell_hung(item.subscription, item.lease.account, item.lease.ref, item.hold);
}

void Holds::end(const SinkDelivery& delivery) {
    store::OutboxRow row = delivery.lease.row;
    ++row.attempts;
    row.last_error = kTimedOut;
    const auto ended =
        record_attempt(core_, delivery.lease, after_failure(core_, std::move(row), {}));
    if (!ended && may_pass(ended.error())) return;
    delivery.hold.must_end(false);
    const auto& conversation = delivery.lease.conversation;
    if (ended) tell_hung({}, conversation.account, conversation.ref, delivery.hold);
    core_.changed.notify();
}

void Holds::tell_hung(std::string_view subscription, std::string_view account, std::string_view ref,
                      const Hold& hold) const {
    core_.say(LogLine(LogEvent::handler_hung)
                  .add("account", account)
                  .add("conversation", core_.tag(ref))
                  .add("subscription", subscription)
                  .add("seconds", hold.age(heart_.now().steady) / 1000));
}

Result<void> Holds::check(const Item& item) {
    if (item.hold.is_lost()) return lease_lost();
    if (!item.hold.is_held()) return {};
    const bool was_silent = !heart_.is_fresh() || heart_.gaps() != item.hold.gaps();
    const bool is_old = heart_.now().steady - item.hold.renewed_at() >= kHostLease;
    if (!was_silent && !is_old) return {};
    if (!renew(item)) return lease_lost();
    return {};
}

void Holds::lost(const Item& item) {
    if (!item.hold.lose()) return;
    core_.say(LogLine(LogEvent::lease_lost)
                  .add("account", item.lease.account)
                  .add("conversation", core_.tag(item.lease.ref))
                  .add("subscription", item.subscription));
}

void Holds::lost(const SinkDelivery& delivery) {
    const auto& conversation = delivery.lease.conversation;
    if (!delivery.hold.lose()) return;
    core_.say(LogLine(LogEvent::lease_lost)
                  .add("account", conversation.account)
                  .add("conversation", core_.tag(conversation.ref)));
}

std::vector<Holds::Late> Holds::late(Millis age) const {
    const Millis steady = heart_.now().steady;
    std::vector<Late> found;
    for (const auto& item : alive(items_))
        if (item->hold.is_lost() || item->hold.age(steady) >= age)
            found.push_back({item->lease.ref, item->subscription, item->hold.since()});
    for (const auto& delivery : alive(sinks_))
        if (delivery->hold.is_lost() || delivery->hold.age(steady) >= age)
            found.push_back({delivery->lease.conversation.ref, {}, delivery->hold.since()});
    return found;
}

}  // namespace lampjack::engine
