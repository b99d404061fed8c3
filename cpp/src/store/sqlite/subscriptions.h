#pragma once
// What a subscription still has to handle: the rows of item_lane and item_aside, and the order they are handed out in.

#include "store/rows.h"
#include "store/sqlite/connection.h"
#include "store/subscription_filter.h"

#include <optional>
#include <vector>

namespace lampjack::store::sqlite {

struct Subscription {
    std::int64_t id = 0;
    SubscriptionFilter filter;
    Millis served_at = 0;
};

Result<std::vector<Subscription>> read_subscriptions(Connection& db);
/// not_found when there is none of that name.
Result<Subscription> find_subscription(Connection& db, std::string_view name);

/// There is an item at `seq` to hand out, unless earlier ones wait already.
Result<void> offer_items(Connection& db, const ConversationKey& key, std::int64_t subscription,
                         std::string_view account, std::uint64_t seq, std::int64_t turn);

/// The item is handed out before all that its lane still has, unless the lane comes to it anyway.
Result<void> take_up(Connection& db, const ConversationKey& key, std::int64_t subscription,
                     std::uint64_t seq, std::int64_t turn);

/// A conversation's row in item_lane.
struct ItemLane {
    ConversationKey key{};
    std::uint64_t next_seq = 0;
    std::uint32_t attempts = 0;
};

struct NextItem {
    LeasedItem item;          ///< `attempt` counts the tries so far
    bool from_aside = false;  ///< it had been given up once
};

/// The item a lane hands out next: one taken up again before the others. Empty when nothing is left.
Result<std::optional<NextItem>> next_item(Connection& db, const Subscription& subscription,
                                          const ItemLane& lane);

}  // namespace lampjack::store::sqlite
