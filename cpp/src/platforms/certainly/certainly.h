#pragma once
// The pieces of the Certainly adapter; adapter.cpp puts them together. README.md says what the vendor documents.

#include "platforms/adapter.h"

namespace lampjack::platforms::certainly {

/// Settings that more than one file asks for.
inline constexpr std::string_view kWebhookToken = "webhook_token";
inline constexpr std::string_view kDeploymentId = "deployment_id";
inline constexpr std::string_view kApiAuth = "api_auth";
inline constexpr std::string_view kApiToken = "api_token";
inline constexpr std::string_view kApiUser = "api_user";
inline constexpr std::string_view kApiPassword = "api_password";
inline constexpr std::string_view kClaimEnd = "claim_end";

/// Paths below {prefix}/{account}.
inline constexpr std::string_view kClaimPath = "/claim";
inline constexpr std::string_view kMessagesPath = "/messages";
/// The path below api_base that handover and takeover have in common.
inline constexpr std::string_view kApiPath = "/webbot/api/webchat/";

Result<Trust> verify(const Account& account, const Endpoint& endpoint,
                     const model::Request& request);

/// Tells the body's kind by its shape and fills the batch with its one event.
Result<void> read(const ReadInput& input, model::BatchBuilder& build);
/// The body of the claim webhook, whose author is the bot's builder: keys may be missing or added.
Result<void> read_claim(model::BatchBuilder& build);
/// The user's id in a handover or takeover path, still percent-encoded; empty for other paths.
std::string_view user_in_path(std::string_view path) noexcept;

Result<std::string> write(const model::Batch& batch, Direction direction);
Result<std::string> write_claim(const model::Batch& batch, const model::Event& event);
Result<std::string> write_webhook(const model::Batch& batch, const model::Event& event);

Result<model::HttpRequest> render(const Account& account, const Outgoing& outgoing);

}  // namespace lampjack::platforms::certainly
