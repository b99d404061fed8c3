#include "store/holders.h"

#include <algorithm>

namespace lampjack::store {
namespace {

const Holder::Subscription* find(const Holder& holder, std::string_view name) noexcept {
    const auto at = std::ranges::find(holder.subscriptions, name, &Holder::Subscription::name);
    return at == holder.subscriptions.end() ? nullptr : &*at;
}

/// Accounts are each process's own.
bool is_same(const SubscriptionFilter& one, const SubscriptionFilter& other) {
    return std::ranges::is_permutation(one.kinds, other.kinds) && one.to == other.to &&
           one.include_bot == other.include_bot;
}

}  // namespace

const Holder* holder_of(std::span<const Holder> holders, std::string_view subscription,
                        Millis now) noexcept {
    for (const Holder& holder : holders)
        if (holder.until > now && find(holder, subscription) != nullptr) return &holder;
    return nullptr;
}

std::vector<std::string> labels_of(std::span<const Holder> holders, std::string_view subscription,
                                   Millis now, const OfAccounts& of) {
    std::vector<std::string> labels;
    const auto has_one = [&of](const Holder& holder) {
        return !of || std::ranges::any_of(holder.accounts, [&of](const std::string& account) {
            return is_of(of, account);
        });
    };
    for (const Holder& holder : holders)
        if (holder.until > now && find(holder, subscription) != nullptr && has_one(holder))
            labels.push_back(holder.label);
    std::ranges::sort(labels);
    return labels;
}

Error still_in_use(std::string_view subscription, const Holder& holder) {
    return fail(Code::unsupported, "subscription " + std::string(subscription) + ": the process " +
                                       holder.label +
                                       " has it: stop that process, then drop the subscription");
}

Result<void> check_filter(std::span<const Holder> holders, std::string_view subscription,
                          const SubscriptionFilter& filter, const Subscriber& by) {
    for (const Holder& holder : holders) {
        if (holder.until <= by.now || holder.id == by.holder) continue;
        const Holder::Subscription* theirs = find(holder, subscription);
        if (theirs == nullptr || is_same(theirs->filter, filter)) continue;
        return fail(Code::config, "subscription " + std::string(subscription) + ": the process " +
                                      std::string(by.label) +
                                      " asks for other kinds, `to` or `include_bot` than " +
                                      holder.label +
                                      ", which is running: give both the same filter, or use "
                                      "another name");
    }
    return {};
}

}  // namespace lampjack::store
