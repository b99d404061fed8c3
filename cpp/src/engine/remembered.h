#pragma once
// What a platform tells once and needs back in each request of ours: kept in the store for accounts whose adapter asks.

#include "engine/core.h"

namespace lampjack::engine {

/// Keeps what a `subscribe` request tells. A change of the address is a line of the log and a fact beside what belongs to no
/// conversation. Code::payload for an address that can never be called, Code::unsupported where the platform has nothing to tell, Code::config where the
/// account's settings do not let it.
Result<void> remember(Core& core, const platforms::Account& account, const model::Batch& batch);
/// The text kept for the account, unless its settings forbid it now; empty, without a look into the store, where its adapter
/// asks for none.
Result<std::string> remembered(const Core& core, const platforms::Account& account);

}  // namespace lampjack::engine
