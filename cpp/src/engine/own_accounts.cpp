#include "engine/own_accounts.h"

#include "base/plain_name.h"
#include "json/value.h"

#include <algorithm>
#include <array>
#include <set>

namespace lampjack::engine {
namespace {

/// So late may a timer be before it is called overdue.
constexpr Millis kGrace = conversation::kMinute;

Error no_list() { return fail(Code::argument, "accounts must be a list of names"); }

/// The names of those that this hub or another that is alive has.
Result<std::set<std::string, std::less<>>> served_accounts(const Core& core) {
    const Millis now = core.clock->now();
    LJK_TRY(holders, core.store->holders());
    std::set<std::string, std::less<>> served;
    for (const auto& [name, account] : core.config.accounts) served.insert(name);
    for (const store::Holder& holder : holders)
        if (holder.until > now) served.insert(holder.accounts.begin(), holder.accounts.end());
    return served;
}

Result<Unserved> work_of(const Core& core, const std::string& account) {
    Unserved work{.account = account};
    const std::array only{account};
    const Millis now = core.clock->now();
    LJK_TRY(subscriptions, core.store->subscriptions(now, only));
    for (const store::SubscriptionState& one : subscriptions) work.items += one.waiting;
    LJK_TRY(pending, core.store->pending_count(account));
    work.deliveries = pending;
    LJK_TRY(timers, core.store->due_timers(now - kGrace, store::kCountedItems, only));
    work.timers = timers.size();
    return work;
}

}  // namespace

Result<std::vector<std::string>> accounts_asked(const Core& core, std::string_view given) {
    if (given.empty()) return core.config.account_names();
    const auto value = json::parse_value(given, "accounts");
    if (!value || !value->is_array()) return no_list();
    std::vector<std::string> names;
    for (const json::Value& one : value->get_array()) {
        if (!one.is_string()) return no_list();
        const std::string_view name = json::view(one.get_string());
        if (core.account(name) == nullptr)
            return fail(Code::argument, "accounts: this hub has no account \"" +
                                            std::string(plain_name(name)) +
                                            "\": give names of its configuration");
        if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
    }
    return names;
}

bool is_ours(const Core& core, std::string_view ref) {
    model::RefParts parts;
    return model::split_ref(ref, parts) && core.account(parts.account) != nullptr;
}

Result<void> must_be_ours(const Core& core, std::string_view ref, std::string_view missing) {
    if (is_ours(core, ref)) return {};
    return fail(Code::not_found, std::string(missing));
}

Result<store::OutboxRow> own_delivery(const Core& core, std::string_view id, std::string& ref) {
    auto row = core.store->delivery(id, ref);
    if (row) LJK_CHECK(must_be_ours(core, ref, "no such delivery"));
    return row;
}

Result<std::vector<Unserved>> unserved_accounts(const Core& core) {
    LJK_TRY(served, served_accounts(core));
    LJK_TRY(all, core.store->accounts());
    std::vector<Unserved> found;
    for (const std::string& account : all) {
        if (account.empty() || served.contains(account)) continue;
        LJK_TRY(work, work_of(core, account));
        if (work.items + work.deliveries + work.timers != 0) found.push_back(std::move(work));
    }
    return found;
}

}  // namespace lampjack::engine
