#pragma once
// The subscriptions of the store: how far each has come, and dropping one that nobody needs any more.

#include "engine/core.h"

namespace lampjack::engine {

/// An array of subscriptions by name: see ljk_hub_subscriptions.
Result<std::string> subscriptions_view(Core& core);
Result<void> drop_subscription(Core& core, std::string_view name);

/// Warns of subscriptions with items that no process has leased for a day. Looks once an hour.
class LeftBehind {
public:
    explicit LeftBehind(Core& core) : core_(core) {}
    void look();

private:
    Core& core_;
    Millis looked_ = 0;
};

}  // namespace lampjack::engine
