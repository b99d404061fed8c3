#include "engine/unsettled.h"

#include "engine/record.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

constexpr Millis kFirstWait = 100;
constexpr Millis kLongestWait = 2'000;

Result<void> write(Core& core, const store::LeasedDelivery& lease,
                   const std::optional<store::OutboxRow>& after) {
    if (after) return record_attempt(core, lease, *after);
    return core.store->release_delivery(lease.conversation.key, lease.token);
}

}  // namespace

bool Unsettled::may_pass(const Error& error) noexcept {
    return error.code == Code::store || error.code == Code::conflict ||
           error.code == Code::timeout || error.code == Code::internal;
}

void Unsettled::settle(Kept kept) {
    const auto written = write(core_, kept.lease, kept.after);
    if (written) return;
    if (!may_pass(written.error())) {
        // The lease is somebody else's, or the conversation is gone: nothing is left to write down.
        if (written.error().code != Code::unsupported && written.error().code != Code::not_found)
            core_.say("error", "an attempt cannot be recorded: " + written.error().message);
        return;
    }
    if (kept.wait == 0)
        core_.say("error", "the store fails, an outcome is kept and recorded later: " +
                               written.error().message);
    kept.wait = kept.wait == 0 ? kFirstWait : std::min(kept.wait * 2, kLongestWait);
    kept.again_at = core_.clock->now() + kept.wait;
    kept_.push_back(std::move(kept));
    size_ = kept_.size();
}

void Unsettled::record(const store::LeasedDelivery& lease, const store::OutboxRow& after) {
    settle({lease, after, 0, 0});
}

void Unsettled::release(const store::LeasedDelivery& lease) { settle({lease, std::nullopt, 0, 0}); }

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
    Kept kept = std::move(*found);
    kept_.erase(found);
    size_ = kept_.size();
    kept.lease.token = lease.token;
    settle(std::move(kept));
    return true;
}

void Unsettled::try_again(bool all) {
    const Millis now = core_.clock->now();
    for (std::size_t left = kept_.size(); left > 0; --left) {
        Kept kept = std::move(kept_.front());
        kept_.pop_front();
        // A clock that was set back must not make it wait.
        if (all || kept.again_at <= now || kept.again_at > now + kLongestWait) {
            settle(std::move(kept));
        } else {
            kept_.push_back(std::move(kept));
        }
    }
    size_ = kept_.size();
}

void Unsettled::give_up() {
    for (const Kept& kept : kept_)
        if (kept.after)
            core_.say("error", "an outcome of account " + kept.lease.conversation.account +
                                   " was never recorded: the delivery will be sent again");
    kept_.clear();
    size_ = 0;
}

}  // namespace lampjack::engine
