#include "engine/subscription_list.h"

#include "base/timestamp.h"
#include "conversation/effects.h"
#include "engine/own_accounts.h"
#include "json/writer.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

constexpr Millis kLookEvery = conversation::kHour;
constexpr Millis kLeftAfter = conversation::kDay;

/// Items wait, and for that long no process has leased any.
bool is_left_behind(const store::SubscriptionState& state, Millis now) noexcept {
    return state.waiting != 0 && std::max(state.oldest, state.served) <= now - kLeftAfter;
}

void texts(json::Writer& out, std::string_view key, const std::vector<std::string>& values) {
    out.key(key).begin_array();
    for (const std::string& value : values) out.string(value);
    out.end_array();
}

void write(json::Writer& out, const store::SubscriptionState& state, Millis now) {
    const store::SubscriptionFilter& filter = state.filter;
    out.begin_object().key("name").string(state.name);
    texts(out, "kinds", filter.kinds);
    if (filter.to) out.key("to").string(conversation::name_of(*filter.to));
    if (filter.include_bot) out.key("include_bot").boolean(true);
    if (!filter.accounts.empty()) texts(out, "accounts", filter.accounts);
    out.key("waiting").integer(static_cast<std::int64_t>(state.waiting));
    if (state.oldest != 0) out.key("oldest_at").string(format_time(state.oldest).view());
    if (state.served != 0) out.key("served_at").string(format_time(state.served).view());
    texts(out, "holders", state.holders);
    out.key("left_behind").boolean(is_left_behind(state, now)).end_object();
}

/// Whether items of accounts that the hub does not have wait for it, or were given up: they are not this hub's to drop.
Result<bool> is_of_others_too(const Core& core, std::string_view name) {
    LJK_TRY(others, core.store->accounts());
    std::erase_if(others, [&](const std::string& one) { return core.account(one) != nullptr; });
    if (others.empty()) return false;
    LJK_TRY(all, core.store->subscriptions(core.clock->now(), others));
    for (const store::SubscriptionState& one : all)
        if (one.name == name && one.waiting != 0) return true;
    const auto dead = core.store->dead_items(name, 1, others);
    if (!dead && dead.error().code != Code::not_found) return dead.error();
    return dead && !dead->empty();
}

}  // namespace

Result<std::string> subscriptions_view(Core& core, std::string_view accounts) {
    const Millis now = core.clock->now();
    LJK_TRY(of, accounts_asked(core, accounts));
    LJK_TRY(all, core.store->subscriptions(now, of));
    std::string text;
    json::Writer out(text);
    out.begin_array();
    for (const store::SubscriptionState& state : all) write(out, state, now);
    out.end_array();
    return text;
}

/// What another hub appends between the look and the drop goes with it: a hub that has the account subscribes again first.
Result<void> drop_subscription(Core& core, std::string_view name) {
    LJK_TRY(others, is_of_others_too(core, name));
    if (others)
        return fail(Code::unsupported,
                    "subscription " + std::string(name) +
                        ": items of accounts that this hub does not have wait for it: drop it from "
                        "a hub that has all of them");
    LJK_CHECK(
        core.lane->repeat([&] { return core.store->drop_subscription(name, core.clock->now()); }));
    core.changed.notify();
    return {};
}

void LeftBehind::look() {
    const Millis now = core_.clock->now();
    if (looked_ != 0 && now >= looked_ && now - looked_ < kLookEvery) return;
    looked_ = now;
    const std::vector<std::string> ours = core_.config.account_names();
    const auto all = core_.store->subscriptions(now, ours);
    if (!all) return core_.faults.failed({"list_subscriptions"}, all.error());
    core_.faults.works({"list_subscriptions"});
    for (const store::SubscriptionState& state : *all) {
        if (!is_left_behind(state, now)) continue;
        LogLine line(LogEvent::subscription_left_behind);
        line.add("subscription", state.name).add("waiting", state.waiting);
        line.add("oldest_at", format_time(state.oldest).view());
        if (state.served != 0) line.add("served_at", format_time(state.served).view());
        core_.say(line);
    }
    look_at_accounts();
}

/// One that was there an hour ago, too: hubs that restart one after the other are no matter.
void LeftBehind::look_at_accounts() {
    if (!core_.log) return;
    const auto found = unserved_accounts(core_);
    if (!found) return core_.faults.failed({"list_accounts"}, found.error());
    core_.faults.works({"list_accounts"});
    std::set<std::string> now;
    for (const Unserved& one : *found) {
        now.insert(one.account);
        if (!unserved_.contains(one.account)) continue;
        core_.say(LogLine(LogEvent::account_unserved)
                      .add("account", one.account)
                      .add("items", one.items)
                      .add("deliveries", one.deliveries)
                      .add("timers", one.timers));
    }
    unserved_ = std::move(now);
}

}  // namespace lampjack::engine
