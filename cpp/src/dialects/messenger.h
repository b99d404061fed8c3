#pragma once
// The bot message objects that Chatlayer borrowed from Messenger: text, quick replies, the button,
// generic and list templates, and media attachments. The offloading webhook and the apps share
// them. https://docs.chatlayer.ai/integrations/chat-message-structure-for-apis

#include "base/result.h"
#include "model/batch_builder.h"
#include "json/writer.h"

#include <cstdint>

namespace lampjack::dialects::messenger {

/// Reads the message object at the cursor: adds exactly one part to the event and chains the
/// message's other fields to the event's extra. What the vendor documents no reading for becomes an
/// `unknown` part with its raw JSON. False with a mismatch when the value is no object, else only
/// for a problem of the document.
bool read_message(model::BatchBuilder& build, std::uint32_t event);

/// Whether a message object can hold such a part.
bool can_write(model::PartType type) noexcept;

/// Writes one part as a message object. `extra` is the event's chain, for the fields of the
/// message's own object; `own` tells whether the batch came from the platform that is written.
/// Fails with `unsupported` for a part that a message object cannot hold.
Result<void> write_message(const model::Batch& batch, const model::Part& part, model::Chain extra,
                           bool own, json::Writer& out);

}  // namespace lampjack::dialects::messenger
