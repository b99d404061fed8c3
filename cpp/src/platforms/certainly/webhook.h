#pragma once
// The messages webhook: {"interlocutor": …, "data": frame}, or a frame without that envelope.

#include "base/result.h"
#include "model/batch_builder.h"

namespace lampjack::platforms::certainly {

/// Reads the webhook's body at the cursor.
Result<void> read_webhook(model::BatchBuilder& build);
/// Reads a frame that stands alone, as the chat's own client and its REST interface see it.
Result<void> read_frame(model::BatchBuilder& build);

}  // namespace lampjack::platforms::certainly
