#pragma once
// Silence: requests that come while nobody is there to hear or answer them. An operator is told when one comes, once for each
// account and process. Whether somebody hears is a question to the store, because other processes may run the handlers.

#include "engine/core.h"

#include <string>
#include <string_view>

namespace lampjack::engine {

/// Under which name the row of a hub tells other hubs that it serves the sink of an account.
std::string sink_name(std::string_view account);

/// A request of the account is stored. `asks`: it asks for a human.
void look_for_silence(Core& core, const platforms::Account& account, bool asks) noexcept;
/// A handover request whose answer carries the decision, and this process has no function that decides.
void tell_undecided(Core& core, const platforms::Account& account);

}  // namespace lampjack::engine
