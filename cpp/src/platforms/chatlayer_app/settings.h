#pragma once
// What an account on this platform may have, and the places where a user is looked for unless it says otherwise.

#include "platforms/adapter.h"

#include <string_view>

namespace lampjack::platforms::chatlayer_app {

/// No vendor page says under which key a bundle names the user, so the likely ones are tried in this order.
inline constexpr std::string_view kUserPaths =
    "inputData.user.id inputData.userId inputData.conversationId user.id";

/// The vendor's page, "Altering the session": an item may bring session data, which the bot can read.
inline constexpr std::string_view kReturnSession = "return_session";

inline constexpr std::string_view kTargetUrl = "target_url";
inline constexpr std::string_view kTargetHosts = "target_hosts";

/// The text that proves that a command was made by this account: nobody else can put words into the bot's mouth by calling
/// the app's public address. Empty without a token.
std::string command_mac(const Secret& token, std::string_view key);

Result<model::HttpRequest> render(const Account& account, const Outgoing& outgoing);
/// Whether neither the app nor the account says where to call.
bool lacks_address(const Account& account, std::string_view told);
Result<std::string> write(const model::Batch& batch, Direction direction);

}  // namespace lampjack::platforms::chatlayer_app
