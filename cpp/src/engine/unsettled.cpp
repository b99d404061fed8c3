#include "engine/unsettled.h"

#include "engine/record.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

constexpr Millis kFirstWait = 100;
constexpr Millis kLongestWait = 2'000;

/// No memory is an error of the moment, like a full disk.
Result<void> write(Core& core, const store::LeasedDelivery& lease,
                   const std::optional<store::OutboxRow>& after) noexcept {
    try {
        if (after) return record_attempt(core, lease, *after);
        return core.store->release_delivery(lease.conversation.key, lease.token);
    } catch (...) {
        return Error{Code::internal, "out of memory"};
    }
}

void complain(const Core& core, std::string_view work, const store::LeasedDelivery& lease,
              const Error& error) noexcept {
    core.survives([&] { core.say(store_failed(work, error, lease.conversation.account)); });
}

}  // namespace

bool Unsettled::may_pass(const Error& error) noexcept {
    return error.code == Code::store || error.code == Code::conflict ||
           error.code == Code::timeout || error.code == Code::internal;
}

void Unsettled::settle(List one) noexcept {
    Kept& kept = one.front();
    const auto written = write(core_, kept.lease, kept.after);
    if (written) return;
    const Error& error = written.error();
    if (!may_pass(error)) {
        // The lease is somebody else's, or the conversation is gone: nothing is left to write down.
        if (error.code != Code::unsupported && error.code != Code::not_found)
            complain(core_, "record_attempt", kept.lease, error);
        return;
    }
    const bool is_first = kept.wait == 0;
    kept.wait = is_first ? kFirstWait : std::min(kept.wait * 2, kLongestWait);
    kept.again_at = core_.clock->now() + kept.wait;
    kept_.splice(kept_.end(), one);
    size_ = kept_.size();
    if (is_first) complain(core_, "record_attempt", kept_.back().lease, error);
}

void Unsettled::record(const store::LeasedDelivery& lease, const store::OutboxRow& after) {
    settle({Kept{lease, after, 0, 0}});
}

void Unsettled::release(const store::LeasedDelivery& lease) {
    settle({Kept{lease, std::nullopt, 0, 0}});
}

void Unsettled::postpone(const store::LeasedDelivery& lease, Millis at, std::string_view why) {
    if (const auto done = engine::postpone(core_, lease, at, why); !done && may_pass(done.error()))
        release(lease);
}

void Unsettled::hold_behind(const store::LeasedDelivery& lease) {
    if (const auto done = engine::hold_behind(core_, lease); !done && may_pass(done.error()))
        release(lease);
}

bool Unsettled::take_over(const store::LeasedDelivery& lease) {
    const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) {
        return kept.after && kept.after->id == lease.row.id;
    });
    if (found == kept_.end()) return false;
    List one;
    one.splice(one.begin(), kept_, found);
    size_ = kept_.size();
    one.front().lease.token = lease.token;
    settle(std::move(one));
    return true;
}

void Unsettled::try_again(bool all) {
    const Millis now = core_.clock->now();
    for (std::size_t left = kept_.size(); left > 0; --left) {
        List one;
        one.splice(one.begin(), kept_, kept_.begin());
        const Kept& kept = one.front();
        // A clock that was set back must not make it wait.
        if (all || kept.again_at <= now || kept.again_at > now + kLongestWait) {
            settle(std::move(one));
        } else {
            kept_.splice(kept_.end(), one);
        }
    }
    size_ = kept_.size();
}

void Unsettled::give_up() {
    for (const Kept& kept : kept_)
        if (kept.after)
            core_.say(LogLine(LogEvent::delivery_resend)
                          .add("account", kept.lease.conversation.account)
                          .add("conversation", core_.tag(kept.lease.conversation.ref))
                          .add("delivery", kept.lease.row.id)
                          .add("action", conversation::name_of(kept.lease.row.action)));
    kept_.clear();
    size_ = 0;
}

}  // namespace lampjack::engine
