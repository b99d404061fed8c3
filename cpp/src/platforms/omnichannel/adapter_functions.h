#pragma once
// The functions the adapter is made of; each is defined in the file named after it.

#include "platforms/adapter.h"

namespace lampjack::platforms::omnichannel {

inline constexpr std::string_view kSendMessage = "send_message";
inline constexpr std::string_view kTransfer = "transfer";
inline constexpr std::string_view kWebhook = "bot_api_webhook";

/// The last segment of a path, a trailing slash ignored.
std::string_view last_segment(std::string_view path) noexcept;

inline constexpr std::string_view kWebhookUrl = "webhook_url";

/// The end of each error about a parameter that the page requires: a peer answers it with another status than others.
inline constexpr std::string_view kIsMissing = " is missing";

/// Splits `webhook_url` into `platform_base` and `webhook_token`.
Result<void> prepare(Account& account);
Result<void> configure(const Account& account);
Result<Trust> verify(const Account& account, const Endpoint& endpoint,
                     const model::Request& request);
Result<void> read(const ReadInput& input, model::BatchBuilder& build);
Result<std::string> write(const model::Batch& batch, Direction direction);
Result<void> check_words(const model::Batch& batch, const model::Event& event);
void complete(model::Batch& batch, std::uint32_t event, std::vector<Loss>& losses);
std::string script_view(const model::Batch& batch, const model::Event& event);
std::optional<model::BatchPtr> part_of_script(std::string_view text);
Verdict judge(const model::HttpResponse& response);
Result<model::HttpRequest> render(const Account& account, const Outgoing& outgoing);
Direction direction_of(model::Role role);

}  // namespace lampjack::platforms::omnichannel
