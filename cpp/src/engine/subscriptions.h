#pragma once
// Items on their way to subscribers: handed out, handed out again after growing waits, given up after enough tries.

#include "engine/core.h"

#include <span>

namespace lampjack::engine {

/// The next item, leased; null when none is ready. An unknown name is subscribed to all. Items of the accounts `without`
/// stay where they are.
Result<std::shared_ptr<Item>> lease_item(Core& core, std::string_view subscription, Keeper keeper,
                                         std::span<const std::string> without = {});
/// Ends the lease in the store, with the outcome as finish_item() has it. `unsupported` when it was lost.
Result<void> end_item_lease(Core& core, const Item& item, bool success, std::string_view reason);
/// Handled, or to be tried again; after the last try it is set aside, with a fact in its conversation and an alarm.
/// Code::lease_lost when its lease ended before.
Result<void> finish_item(Core& core, const Item& item, bool success, std::string_view reason);

/// Ends the lease of an item that no handler has begun, or whose handler was cancelled: due at once, and no failure.
Result<void> give_back_item(Core& core, const Item& item);

/// What a subscription has given up: [{"subscription","reason","died_at","item":{…}}].
Result<std::string> dead_items_view(Core& core, std::string_view subscription, std::size_t limit,
                                    std::string_view accounts);
/// Hands a dead item out again, or forgets it.
Result<void> settle_dead_item(Core& core, std::string_view subscription, std::string_view ref,
                              std::uint64_t seq, bool again);

}  // namespace lampjack::engine
