#pragma once
// Events that the host made of a request only it understands, and the array that answers it.

#include "model/batch.h"
#include "platforms/account.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace lampjack::engine {

/// Where an event names no conversation its actor's id does. Events without either are removed; how many there were.
std::size_t name_conversations(model::Batch& batch);

/// The events that go to the platform's bot in the answer, in the order of the request. What the platform cannot be told is
/// left out: it is stored.
model::BatchPtr array_of(const platforms::Account& account, const model::Batch& batch,
                         std::span<const std::uint32_t> events);

}  // namespace lampjack::engine
