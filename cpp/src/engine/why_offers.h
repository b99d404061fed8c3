#pragma once
// To which subscriptions a line was offered, and how each stands with it.

#include "engine/core.h"
#include "json/writer.h"

#include <vector>

namespace lampjack::engine {

/// One subscription and one conversation.
struct Offering {
    store::Standing standing;
    std::uint64_t head = 0;    ///< the first item that waits; 0: none
    bool has_process = false;  ///< a live process has the subscription and the account
};

Result<std::vector<Offering>> offerings_of(Core& core, const store::ConversationRow& row,
                                           Millis now);
/// {"subscription","status","attempts"?,"next_at"?,"reason"?}
void write_offer(json::Writer& out, const Offering& offering, std::string_view account,
                 const store::ItemRow& item);

}  // namespace lampjack::engine
