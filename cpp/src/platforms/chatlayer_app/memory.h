#pragma once
// What the engine is told without knowing this vendor's words: the address to remember, and the delivery that came back.

#include "platforms/adapter.h"

namespace lampjack::platforms::chatlayer_app {

/// What performSubscribe tells, as raw JSON: null takes the address back. Code::config when no setting of the account names the
/// address's host.
Result<std::string> told_by(const Account& account, const model::Batch& batch);
/// Whether a setting of the account names the host of such a text. One told to a release before is used where none is set.
bool may_use(const Account& account, std::string_view told);
/// Whether `target_hosts` is a list of hosts.
Result<void> check_hosts(const Account& account);
/// The address in such a text; empty when there is none, or when the app took it back with null.
std::string address_of(std::string_view remembered);

/// The delivery whose command the app passed back to us: its reader leaves the key in `extra`.
std::optional<std::string> returned_delivery(const model::Batch& batch);

}  // namespace lampjack::platforms::chatlayer_app
