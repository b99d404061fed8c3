#pragma once
// Events that the host made of a request only it understands, and the array that answers it.

#include "base/result.h"
#include "engine/prepared_request.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lampjack::engine {

/// Where an event names no conversation its actor's id does. Events without either are removed; their places in the list.
std::vector<std::size_t> name_conversations(model::Batch& batch);

/// Removes messages with a part that says nothing or lacks what makes it one, and tells why.
std::vector<Error> drop_incomplete(model::Batch& batch);

/// Session data travels beside something else of its conversation. Removes what is alone from the events for the bot and
/// returns it: it stays in the log only.
std::vector<const PreparedEvent*> take_lone_sessions(const PreparedRequest& request,
                                                     std::vector<std::uint32_t>& to_bot);

/// The events that go to the platform's bot in the answer, in the order of the request. What the platform cannot be told is
/// left out: it is stored.
model::BatchPtr array_of(const platforms::Account& account, const model::Batch& batch,
                         std::span<const std::uint32_t> events);

}  // namespace lampjack::engine
