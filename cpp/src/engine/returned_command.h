#pragma once
// A command of ours that a platform brings back, because it takes commands only as answers to requests of its own.

#include "engine/core.h"

#include <string>

namespace lampjack::engine {

/// The answer to the request that brought the delivery back. It is written from the store, whatever the request holds, while the
/// delivery is due and may leave, and once after it has left, if it still holds. For a minute after the first answer to an
/// attempt it is the same again. Otherwise, and for a delivery that is not the account's, it is the answer without a command.
Result<model::Answer> answer_command(Core& core, const platforms::Account& account,
                                     const platforms::Endpoint& endpoint,
                                     const std::string& delivery);

}  // namespace lampjack::engine
