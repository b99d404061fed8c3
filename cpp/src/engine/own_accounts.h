#pragma once
// What a hub may see of a store that others share: what belongs to its own accounts. The rest is not there, as if nobody had
// it, and no error tells whether it is.

#include "engine/core.h"

#include <string>
#include <string_view>
#include <vector>

namespace lampjack::engine {

/// The accounts that a list is about: those of the JSON array `given`, or all of the hub's where that is empty. Each once.
/// Code::argument for what is no array of names, and for an account that the hub does not have.
Result<std::vector<std::string>> accounts_asked(const Core& core, std::string_view given);

/// Whether the ref is of an account of the hub.
bool is_ours(const Core& core, std::string_view ref);
/// Code::not_found when it is not, in the words for what does not exist.
Result<void> must_be_ours(const Core& core, std::string_view ref,
                          std::string_view missing = "no such conversation");
/// A delivery of the hub's accounts, and the ref of its conversation.
Result<store::OutboxRow> own_delivery(const Core& core, std::string_view id, std::string& ref);

/// The work of an account that no live hub has: numbers, each counted up to a limit, and nothing of its people.
struct Unserved {
    std::string account;
    std::size_t items = 0;       ///< that wait for subscriptions
    std::size_t deliveries = 0;  ///< pending
    std::size_t timers = 0;      ///< that should have fired
};
/// Those that have some, by name.
Result<std::vector<Unserved>> unserved_accounts(const Core& core);

}  // namespace lampjack::engine
