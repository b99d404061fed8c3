#include "platforms/adapter.h"

#include "platforms/base_address.h"
#include "platforms/certainly/certainly.h"

#include <array>

namespace lampjack::platforms::certainly {
namespace {

using model::OptionKind;
using model::PartType;
using Kind = Setting::Kind;

constexpr std::array kSides{Side::desk};

/// What our requests are let in by.
constexpr std::array<std::string_view, 6> kCredentials{"api_token", "api_user", "api_password",
                                                       "api_auth",  "api_base", "deployment_id"};

constexpr std::array kSettings{
    Setting{.name = kWebhookToken,
            .kind = Kind::secret,
            .required = true,
            .meaning =
                "what both webhooks must carry: as ?token=, as bearer token or as basic password"},
    Setting{.name = kDeploymentId,
            .required = true,
            .meaning =
                "the bot deployment's id, from the widget's script; not the botId of the claim"},
    Setting{.name = "api_base",
            .kind = Kind::url,
            .fallback = "https://app.certainly.io",
            .meaning = "where handover and takeover are called"},
    Setting{.name = kApiAuth,
            .kind = Kind::choice,
            .fallback = "none",
            .choices = "none bearer basic",
            .meaning = "how handover and takeover are authorised; the vendor documents nothing"},
    Setting{.name = kApiToken, .kind = Kind::secret, .meaning = "the token for api_auth = bearer"},
    Setting{.name = kApiUser,
            .kind = Kind::secret,
            .may_be_short = true,
            .any_letters = true,
            .meaning = "the user for api_auth = basic"},
    Setting{.name = kApiPassword,
            .kind = Kind::secret,
            .any_letters = true,
            .meaning = "the password for api_auth = basic"},
    Setting{.name = kClaimEnd,
            .meaning =
                "ClaimEnd of the takeover: by it the bot routes the user to the next module"},
};

constexpr std::string_view kTokenQuery = "token=<webhook_token>";

constexpr std::array kEndpoints{
    Endpoint{.method = "POST",
             .path = kClaimPath,
             .query = kTokenQuery,
             .meaning = "the webhook of the module that asks for a human (Webhook Builder)"},
    Endpoint{.method = "POST",
             .path = kMessagesPath,
             .query = kTokenQuery,
             .meaning = "the messages webhook in the bot's settings, one address for each bot"},
};

Error missing(const Account& account, std::string_view setting) {
    return setting_error(account, setting,
                         "is required by api_auth = " + std::string(account.text(kApiAuth)));
}

Result<void> configure(const Account& account) {
    LJK_CHECK(check_base(account, "api_base", kApiPath));
    const std::string_view kind = account.text(kApiAuth);
    if (kind == "bearer" && !account.has(kApiToken)) return missing(account, kApiToken);
    if (kind != "basic") return {};
    if (!account.has(kApiUser)) return missing(account, kApiUser);
    if (!account.has(kApiPassword)) return missing(account, kApiPassword);
    return {};
}

// The Webhook Builder reads JSON answers only, and the conversation waits for this one.
model::Answer answer(const Account&, const AnswerInput&) {
    return model::Answer{
        .status = 200, .headers = {{"content-type", "application/json"}}, .body = "{}"};
}

Direction direction_of(model::Role role) {
    const bool ours = role == model::Role::agent || role == model::Role::system;
    return ours ? Direction::out : Direction::in;
}

}  // namespace

extern const Adapter kAdapter;
const Adapter kAdapter{
    .name = "certainly",
    .title = "Certainly",
    .sides = kSides,
    .settings = kSettings,
    .endpoints = kEndpoints,
    .out = {.parts = bit(PartType::text), .options = 0, .one_part_per_message = true},
    .user_in = {.parts = bit(PartType::text) | bit(PartType::file)},
    .bot_in = {.parts = bit(PartType::text) | bit(PartType::choice) | bit(PartType::cards),
               .options = bit(OptionKind::reply) | bit(OptionKind::postback)},
    .handover = {.mute_by_request = true},
    .configure = configure,
    .verify = verify,
    .read = read,
    .answer = answer,
    .refuse = nullptr,
    .write = write,
    .direction_of = direction_of,
    .render = render,
    .credentials = kCredentials,
    .coarse_times = true,  // whole seconds
};

}  // namespace lampjack::platforms::certainly
