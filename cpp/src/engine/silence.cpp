#include "engine/silence.h"

#include "engine/policy.h"
#include "model/words.h"
#include "platforms/adapter.h"
#include "store/subscription_filter.h"

#include <algorithm>
#include <span>

namespace lampjack::engine {
namespace {

using platforms::Account;
using store::Holder;
using store::KnownSubscription;

constexpr Millis kLookEvery = conversation::kMinute;
/// The store notes a lease once a minute.
constexpr Millis kServed = store::kServedStep + 30'000;
constexpr std::string_view kSink = "~sink:";

bool hears(const store::SubscriptionFilter& filter, std::string_view account) {
    return store::wants(filter, account, word(model::EventKind::handover_requested),
                        conversation::To::desk, {});
}

/// Whether a process that is alive has the account and something that `fits`.
template <class Fits>
bool any_live(std::span<const Holder> holders, const Account& account, Millis now, Fits fits) {
    return std::ranges::any_of(holders, [&](const Holder& holder) {
        return holder.until > now && std::ranges::count(holder.accounts, account.name) != 0 &&
               std::ranges::any_of(holder.subscriptions, fits);
    });
}

/// Who leases under a name that another process has declared does not name it in its row.
bool is_leased_here(const Core& core, std::string_view name, const Account& account) {
    return core.declared.has_met(name) &&
           std::ranges::count(core.declared.accounts_of(name), account.name) != 0;
}

/// Somebody leased, and nobody who is alive names the subscription: of which accounts is not known. Where one names it, those
/// leases may have been its own, of the accounts that it says.
bool is_leased_unnamed(const KnownSubscription& one, std::span<const Holder> holders, Millis now) {
    return now - one.served <= kServed && store::holder_of(holders, one.name, now) == nullptr;
}

/// What an operator has to be told of the account's requests for a human.
std::optional<LogEvent> judge_handlers(const Core& core, const Account& account,
                                       std::span<const KnownSubscription> known,
                                       std::span<const Holder> holders, Millis now) {
    const auto wanted = [&](const auto& one) { return hears(one.filter, account.name); };
    const auto handled = [&](const Holder::Subscription& one) {
        return !one.name.starts_with(kSink) && wanted(one);
    };
    if (any_live(holders, account, now, handled)) return std::nullopt;
    if (std::ranges::none_of(known, wanted)) return LogEvent::subscription_missing;
    const bool is_leased = std::ranges::any_of(known, [&](const KnownSubscription& one) {
        return wanted(one) &&
               (is_leased_here(core, one.name, account) || is_leased_unnamed(one, holders, now));
    });
    return is_leased ? std::nullopt : std::optional(LogEvent::handler_missing);
}

bool is_shown(const Account& account, std::span<const Holder> holders, Millis now) {
    const std::string name = sink_name(account.name);
    const auto serves = [&name](const Holder::Subscription& one) { return one.name == name; };
    return any_live(holders, account, now, serves);
}

}  // namespace

std::string sink_name(std::string_view account) { return std::string(kSink).append(account); }

void tell_undecided(Core& core, const Account& account) {
    if (account.adapter->handover.accepts_undecided()) return;
    const LogLine line = LogLine(LogEvent::decide_missing).add("account", account.name);
    if (core.told.is_first(line.text())) core.say(line);
}

bool Silence::is_unheard(const Account& account) const {
    const auto wanted = [&](const auto& one) { return hears(one.filter, account.name); };
    return !told_unheard_.knows(account.name) && !core_.declared.any(wanted);
}

bool Silence::is_unshown(const Account& account) const {
    return delivers_to_sink(account) && !told_unshown_.knows(account.name) &&
           !core_.served_sinks.knows(account.name);
}

void Silence::look() {
    if (!core_.log || !core_.came.any()) return;
    const Millis now = core_.clock->now();
    if (looked_ && now >= *looked_ && now - *looked_ < kLookEvery) return;
    const auto came = core_.came.take();
    Accounts unheard, unshown;
    for (const RequestMarks::Came& one : came) {
        const Account& account = *core_.account(one.account);
        if (one.asks && is_unheard(account)) unheard.push_back(&account);
        if (is_unshown(account)) unshown.push_back(&account);
    }
    if (unheard.empty() && unshown.empty()) return;
    looked_ = now;
    if (judge(unheard, unshown, now)) return;
    for (const RequestMarks::Came& one : came) core_.came.note(one.account, one.asks);
}

bool Silence::judge(const Accounts& unheard, const Accounts& unshown, Millis now) {
    std::vector<KnownSubscription> known;
    if (!unheard.empty()) {
        auto all = core_.store->known_subscriptions();
        if (!all) return false;
        known = std::move(*all);
    }
    const auto holders = core_.store->holders();
    if (!holders) return false;
    for (const Account* account : unheard)
        if (const auto event = judge_handlers(core_, *account, known, *holders, now))
            tell(*event, *account, told_unheard_);
    for (const Account* account : unshown)
        if (!is_shown(*account, *holders, now))
            tell(LogEvent::sink_missing, *account, told_unshown_);
    return true;
}

void Silence::tell(LogEvent event, const Account& account, Once& told) {
    if (told.is_first(account.name)) core_.say(LogLine(event).add("account", account.name));
}

}  // namespace lampjack::engine
