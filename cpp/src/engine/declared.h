#pragma once
// The subscriptions this process has declared, and of which accounts it gets their items.

#include "base/result.h"
#include "store/rows.h"

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lampjack::engine {

struct Core;

/// What a host says of a subscription: {"kinds":[…],"to":"desk","accounts":[…],"start":"now"}.
struct Declaration {
    store::SubscriptionFilter
        filter;              ///< `accounts` are this process's own: they never enter the store
    bool start_now = false;  ///< a new subscription begins with what comes from now on
};

/// Called from any thread.
class Declared {
public:
    /// All that the hub has.
    void init(std::vector<std::string> accounts) { accounts_ = std::move(accounts); }

    /// Of which accounts it leases items: the subscription's own among the hub's, else all of the hub's.
    std::vector<std::string> accounts_of(std::string_view name) const;
    bool has(std::string_view name) const;
    void put(std::string_view name, const store::SubscriptionFilter& filter);
    void remove(std::string_view name);

private:
    std::vector<std::string> accounts_;
    mutable std::mutex mutex_;
    std::map<std::string, store::SubscriptionFilter, std::less<>> filters_;
};

/// Declares a subscription in the store. Code::config when another live process has it with other kinds, `to` or
/// `include_bot`, or when it names an account that this hub does not have.
Result<void> declare(Core& core, std::string_view name, const Declaration& given);

}  // namespace lampjack::engine
