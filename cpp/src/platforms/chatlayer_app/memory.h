#pragma once
// What the engine is told without knowing this vendor's words: the address to remember, and the delivery that came back.

#include "platforms/adapter.h"

namespace lampjack::platforms::chatlayer_app {

/// What performSubscribe tells, as raw JSON: null takes the address back.
Result<std::string> told_by(const model::Batch& batch);
/// The address in such a text; empty when there is none, or when the app took it back with null.
std::string address_of(std::string_view remembered);

/// The delivery whose command the app passed back to us: its reader leaves the key in `extra`.
std::optional<std::string> returned_delivery(const model::Batch& batch);

}  // namespace lampjack::platforms::chatlayer_app
