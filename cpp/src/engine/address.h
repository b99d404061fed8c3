#pragma once
// Deliveries of an account whose platform has not told yet where it is to be called: they wait, as long as words wait for
// credentials, and go as soon as it tells.

#include "engine/core.h"

#include <string_view>

namespace lampjack::engine {

/// The `last_error` of a delivery that waits for an address.
inline constexpr std::string_view kNoAddress = "no_address";
bool waits_for_address(const store::OutboxRow& row) noexcept;

/// When such a delivery is looked at again by itself.
Millis next_look_for_address(const Core& core, const store::OutboxRow& row);

/// What waits is due now if there is an address. Its tries and its hour begin now, and so do those of what is queued behind.
Result<void> wake_addressed(Core& core, const platforms::Account& account);

}  // namespace lampjack::engine
