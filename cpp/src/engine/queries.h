#pragma once
// What can be asked of a hub, as JSON.

#include "engine/core.h"

namespace lampjack::engine {

/// {"kinds":[…],"accounts":[…],"to":"desk","start":"now"}; empty text or object wants everything.
Result<Declaration> read_filter(std::string_view subscription, std::string_view json);

Result<std::string> conversation_view(Core& core, std::string_view ref);
/// `accounts` of lists: see hub.h.
Result<std::string> conversations_view(Core& core, std::string_view state, std::size_t limit,
                                       std::string_view accounts);
/// What belongs to no conversation: an entry for each account that has any.
Result<std::string> unattributed_view(Core& core, std::string_view accounts);
Result<std::string> transcript_view(Core& core, std::string_view ref, std::uint64_t after,
                                    std::size_t limit, std::uint64_t up_to);
Result<std::string> explain_view(Core& core, std::string_view ref, std::string_view command,
                                 std::string_view agent);
Result<std::string> delivery_view(Core& core, std::string_view id);
Result<std::string> deliveries_view(Core& core, std::string_view ref);
std::string urls_view(const Core& core, std::string_view base);
std::string stats_view(const Core& core, std::size_t in_flight);

}  // namespace lampjack::engine
