#pragma once
// The subscriptions this process has declared, and of which accounts it gets their items.

#include "base/result.h"
#include "store/rows.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lampjack::engine {

struct Core;

/// What a host says of a subscription: {"kinds":[…],"to":"desk","accounts":[…],"start":"now"}.
struct Declaration {
    store::SubscriptionFilter
        filter;  ///< `accounts` are this process's own: only its row of itself says them
    bool start_now = false;  ///< a new subscription begins with what comes from now on
};

/// Called from any thread.
class Declared {
public:
    /// All that the hub has.
    void init(std::vector<std::string> accounts) { accounts_ = std::move(accounts); }

    /// Of which accounts it leases items: the subscription's own among the hub's, else all of the hub's.
    std::vector<std::string> accounts_of(std::string_view name) const;
    /// What this process has declared under that name last, and the store did not refuse.
    std::optional<Declaration> find(std::string_view name) const;
    void put(std::string_view name, const Declaration& declaration);
    void remove(std::string_view name);
    /// The store has a subscription of that name, whoever declared it.
    void met(std::string_view name);
    bool has_met(std::string_view name) const;
    /// Whether one of the declarations fits, whose filters name the accounts of this process.
    template <class Fits>
    bool any(Fits fits) const {
        const std::lock_guard lock(mutex_);
        return std::ranges::any_of(declarations_,
                                   [&](const auto& one) { return fits(one.second); });
    }

private:
    std::vector<std::string> accounts_;
    mutable std::mutex mutex_;
    std::map<std::string, Declaration, std::less<>> declarations_;
    std::set<std::string, std::less<>> met_;
};

/// Declares a subscription in the store. Code::config when another live process has it with other kinds, `to` or
/// `include_bot`, or when it names an account that this hub does not have. One that fails leaves the one before as it was.
Result<void> declare(Core& core, std::string_view name, const Declaration& given);
/// The store has no subscription of that name: declares it as this process did before; one that it never declared with an
/// empty filter. Code::not_found when another process declared it and it was dropped since.
Result<void> declare_missing(Core& core, std::string_view name);

}  // namespace lampjack::engine
