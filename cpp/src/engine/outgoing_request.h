#pragma once
// The HTTP request that carries a delivery, as its platform renders it.

#include "engine/core.h"

#include <optional>
#include <string_view>

namespace lampjack::engine {

/// Nothing while there is no address to send to.
Result<std::optional<model::HttpRequest>>
render_delivery(Core& core, const store::ConversationRow& conversation,
                const store::OutboxRow& row);
/// The same, to the address that the platform is said to have `told`.
Result<model::HttpRequest> render_to(Core& core, const platforms::Account& account,
                                     const store::ConversationRow& conversation,
                                     const store::OutboxRow& row, std::string_view told);

}  // namespace lampjack::engine
