#pragma once
// The subscriptions of the store: how far each has come, and dropping one that nobody needs any more.

#include "engine/core.h"

#include <set>
#include <string>

namespace lampjack::engine {

/// An array of subscriptions by name: see ljk_hub_subscriptions.
Result<std::string> subscriptions_view(Core& core, std::string_view accounts);
/// Code::unsupported, too, while items of accounts that the hub does not have wait for it, or were given up.
Result<void> drop_subscription(Core& core, std::string_view name);

/// Warns of subscriptions with items that no process has leased for a day, and of accounts with work that no live hub has had for
/// an hour. Looks once an hour.
class LeftBehind {
public:
    explicit LeftBehind(Core& core) : core_(core) {}
    void look();

private:
    void look_at_accounts();

    Core& core_;
    Millis looked_ = 0;
    std::set<std::string> unserved_;  ///< accounts, when it looked last
};

}  // namespace lampjack::engine
