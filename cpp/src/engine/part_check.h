#pragma once
// What each part must hold that a caller gives. What a platform sends is kept however little it holds.

#include "base/result.h"
#include "model/batch.h"
#include "platforms/capabilities.h"

namespace lampjack::engine {

/// Refuses a message without parts, or with a part that says nothing or lacks what makes it one: Code::argument, which names
/// the member and quotes no value. `user_out` is what the platform takes of a user's words, for a user's; else null.
Result<void> check_parts(const model::Batch& words, const platforms::Capabilities* user_out);

/// The same of the parts that one event has, whoever said it: it may have none, and start a conversation.
Result<void> check_parts_of(const model::Batch& batch, const model::Event& event);

}  // namespace lampjack::engine
