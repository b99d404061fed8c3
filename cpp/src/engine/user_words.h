#pragma once
// What becomes of a user's words that wait for the bot, or were kept from it, when somebody else is to read them.

#include "base/result.h"
#include "store/rows.h"

#include <cstdint>
#include <string_view>

namespace lampjack::engine {

class Change;

/// `last_error` of a forward that a human reads instead.
inline constexpr std::string_view kRerouted = "rerouted";
/// Flag of an item that the desk gets although the bot may have had it.
inline constexpr std::string_view kMaybeForwarded = "maybe_forwarded";

/// Takes back each forward under `epoch` or a lower one that is not recorded as sent, all parts of one item together: its row
/// is `refused`, a dead one stays dead. Unless the desk has had the item already, it is readdressed to the desk: flag
/// `rerouted`, and `maybe_forwarded` when a call had begun. For rows that name no item see unnamed_forwards.h.
Result<void> take_back(Change& change, std::uint64_t epoch);

/// The epoch has risen and the bot is still to read: what waits for it goes under the new epoch.
Result<void> carry_over(Change& change);

/// Words of the platform's bot on their way to a sink.
bool is_bot_line(const store::OutboxRow& row) noexcept;
/// Nobody came: what the bot said before the wait, and no sink has shown, goes under the new epoch.
Result<void> carry_over_bot_lines(Change& change);

/// Forwards, in order, what the user said under that epoch and the gate kept from the bot.
Result<void> forward_wait(Change& change, std::uint64_t epoch);

/// Forwards the user's last words, if a human had them.
Result<void> replay_last(Change& change);

}  // namespace lampjack::engine
