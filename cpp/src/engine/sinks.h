#pragma once
// Messages on their way to the end users of a sink: leased, shown by the host, recorded.

#include "engine/core.h"

namespace lampjack::engine {

/// From now on this process serves the account's sink, and other hubs see it. Code::config when it is no channel account.
Result<void> serve_sink(Core& core, std::string_view account);
/// The next message, leased; null when none is ready. `out` counts it until its outcome is recorded.
Result<std::shared_ptr<SinkDelivery>> lease_sink(Core& core, std::string_view account,
                                                 Keeper keeper, const InFlight& out);
/// Shown, or to be shown again. Code::lease_lost when its lease ended before.
Result<void> finish_sink(Core& core, const SinkDelivery& delivery, bool success,
                         std::string_view error);
/// Due again at once; no attempt is counted.
Result<void> give_back_sink(Core& core, const SinkDelivery& delivery);

}  // namespace lampjack::engine
