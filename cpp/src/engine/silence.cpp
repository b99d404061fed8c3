#include "engine/silence.h"

#include "engine/policy.h"
#include "model/words.h"
#include "platforms/adapter.h"
#include "store/subscription_filter.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

using store::Holder;

constexpr Millis kLookEvery = conversation::kMinute;
/// The store notes a lease once a minute.
constexpr Millis kServed = store::kServedStep + 30'000;
constexpr std::string_view kSink = "~sink:";

void tell(Core& core, LogEvent event, const platforms::Account& account) {
    const LogLine line = LogLine(event).add("account", account.name);
    if (core.told.is_first(line.text())) core.say(line);
}

bool hears_requests(const store::SubscriptionFilter& filter, std::string_view account) {
    return store::wants(filter, account, word(model::EventKind::handover_requested),
                        conversation::To::desk, {});
}

/// Whether a process that is alive has the account and something that `fits`.
template <class Fits>
bool any_live(const std::vector<Holder>& holders, const platforms::Account& account, Millis now,
              Fits fits) {
    return std::ranges::any_of(holders, [&](const Holder& holder) {
        return holder.until > now && std::ranges::count(holder.accounts, account.name) != 0 &&
               std::ranges::any_of(holder.subscriptions, fits);
    });
}

/// What the store fails to tell is no silence.
void look_for_handlers(Core& core, const platforms::Account& account, Millis now) {
    const auto hears = [&](const auto& one) { return hears_requests(one.filter, account.name); };
    if (core.declared.any(hears)) return;
    const auto known = core.store->subscriptions(now);
    const auto holders = core.store->holders();
    if (!known || !holders) return;
    if (std::ranges::none_of(*known, hears))
        return tell(core, LogEvent::subscription_missing, account);
    // Who leases under a name that another process has declared does not name it in its row.
    const bool is_served = std::ranges::any_of(*known, [&](const store::SubscriptionState& one) {
        return hears(one) && (core.declared.has_met(one.name) || now - one.served <= kServed);
    });
    if (!is_served && !any_live(*holders, account, now, hears))
        tell(core, LogEvent::handler_missing, account);
}

void look_for_sink(Core& core, const platforms::Account& account, Millis now) {
    if (core.served_sinks.knows(account.name)) return;
    const auto holders = core.store->holders();
    const std::string name = sink_name(account.name);
    const auto serves = [&name](const Holder::Subscription& one) { return one.name == name; };
    if (holders && !any_live(*holders, account, now, serves))
        tell(core, LogEvent::sink_missing, account);
}

}  // namespace

std::string sink_name(std::string_view account) { return std::string(kSink).append(account); }

// What was received is stored: no warning is worth its answer.
void look_for_silence(Core& core, const platforms::Account& account, bool asks) noexcept {
    if (!core.log) return;
    try {
        const Millis now = core.clock->now();
        const bool shows = delivers_to_sink(account);
        if (shows && core.looked.is_due("sink " + account.name, now, kLookEvery))
            look_for_sink(core, account, now);
        if (asks && core.looked.is_due("handlers " + account.name, now, kLookEvery))
            look_for_handlers(core, account, now);
    } catch (...) {}
}

void tell_undecided(Core& core, const platforms::Account& account) {
    if (!account.adapter->handover.accepts_undecided())
        tell(core, LogEvent::decide_missing, account);
}

}  // namespace lampjack::engine
