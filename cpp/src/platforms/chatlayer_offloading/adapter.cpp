// The Chatlayer Offloading Webhook: we are the desk.

#include "platforms/adapter.h"
#include "platforms/base_address.h"

#include "platforms/chatlayer_offloading/wire.h"
#include "platforms/registry.h"
#include "json/writer.h"

#include <array>

namespace lampjack::platforms::chatlayer_offloading {
namespace {

using Kind = Setting::Kind;
using model::OptionKind;
using model::PartType;

constexpr std::array kSides{Side::desk};

/// What our requests are let in by.
constexpr std::array<std::string_view, 3> kCredentials{"api_token", "api_base", "actions_path"};

constexpr std::array kSettings{
    Setting{.name = "verify_token",
            .kind = Kind::secret,
            .required = true,
            .meaning = "the Verify Token of Settings > Offloading; two during a rotation"},
    Setting{.name = "offload_token",
            .kind = Kind::choice,
            .fallback = "required",
            .choices = "required optional",
            .meaning = "`optional` also takes offload requests that carry no token"},
    Setting{.name = "api_base",
            .kind = Kind::url,
            .fallback = "https://api.chatlayer.ai",
            .meaning = "the region's API address"},
    Setting{.name = "api_token",
            .kind = Kind::secret,
            .meaning = "an access token of Settings > API access; without it nothing can be sent"},
    Setting{.name = "actions_path",
            .fallback = "/v1/bots/{bot}/conversations/{id}/actions?version={version}",
            .meaning = "where the conversation actions are, below api_base"},
    Setting{.name = "pause_action",
            .kind = Kind::json,
            .meaning = "the body that silences the bot; Chatlayer documents none"},
    Setting{.name = "resume_action",
            .kind = Kind::json,
            .meaning = "the body that lets the bot answer again; Chatlayer documents none"},
};

constexpr std::array kEndpoints{
    Endpoint{.method = "GET",
             .path = "/",
             .purpose = Purpose::health,
             .meaning = "the health check, called when the integration is saved"},
    Endpoint{.method = "POST",
             .path = "/",
             .purpose = Purpose::events,
             .max_body = kMaxOffloadBody,
             .meaning = "paste as API URL under Settings > Offloading > Webhook"},
};

constexpr unsigned kParts =
    bit(PartType::text) | bit(PartType::choice) | bit(PartType::cards) | bit(PartType::file);
constexpr unsigned kOptions = bit(OptionKind::reply) | bit(OptionKind::postback) |
                              bit(OptionKind::url) | bit(OptionKind::phone);

Result<void> configure(const Account& account) {
    const bool pause = account.has("pause_action"), resume = account.has("resume_action");
    if (pause != resume)
        return setting_error(account, pause ? "resume_action" : "pause_action",
                             "is required: pause_action and resume_action need each other, a "
                             "muted bot must be unmuted");
    const std::string_view mute = account.text("mute");
    if (!pause && (mute == "on_accept" || mute == "on_take"))
        return setting_error(account, "mute",
                             "needs pause_action and resume_action, which Chatlayer does not "
                             "document");
    const std::string_view path = account.text("actions_path");
    if (!path.starts_with('/') || path.find("{id}") == std::string_view::npos)
        return setting_error(account, "actions_path", "must begin with / and contain {id}");
    return check_base(account, "api_base", path.substr(0, path.find('{')));
}

model::Answer json_answer(std::string body) {
    return {
        .status = 200, .headers = {{"content-type", "application/json"}}, .body = std::move(body)};
}

bool asks_for_human(const model::Batch* batch) noexcept {
    return batch != nullptr && batch->size() != 0 &&
           batch->root(0).kind == model::EventKind::handover_requested;
}

model::Answer answer(const Account&, const AnswerInput& input) {
    if (input.endpoint.purpose == Purpose::health) return json_answer(R"({"status":"ok"})");
    if (!asks_for_human(input.batch)) return json_answer("{}");
    const bool accepted = input.decision != nullptr && input.decision->accepted;
    std::string body;
    json::Writer(body)
        .begin_object()
        .key("offloadSuccess")
        .boolean(accepted)
        .key("pauseBot")
        .boolean(accepted && input.decision->mute)
        .end_object();
    return json_answer(std::move(body));
}

Direction direction_of(model::Role role) {
    return role == model::Role::agent || role == model::Role::system ? Direction::out
                                                                     : Direction::in;
}

/// A request has a time, and nobody can tell it from a time that somebody gave.
void complete(model::Batch& batch, std::uint32_t event, std::vector<Loss>& losses) {
    const model::Event& one = batch.events[event];
    if (one.sent_at == model::kNoTime && direction_of(one.role) == Direction::in)
        losses.push_back({.field = "sent_at", .what = "made_up"});
}

}  // namespace

extern const Adapter kAdapter;
const Adapter kAdapter{
    .name = kName,
    .title = "Chatlayer Offloading Webhook",
    .sides = kSides,
    .settings = kSettings,
    .endpoints = kEndpoints,
    .out = {.parts = kParts, .options = kOptions},
    .user_in = {.parts = bit(PartType::start) | bit(PartType::text) | bit(PartType::file) |
                         bit(PartType::location) | bit(PartType::postback)},
    .bot_in = {.parts = kParts, .options = kOptions | bit(OptionKind::share)},
    .handover = {.mute_by_answer = true, .mute_by_request = true},
    .configure = configure,
    .verify = verify,
    .read = read,
    .answer = answer,
    .refuse = nullptr,
    .write = write,
    .complete = complete,
    .direction_of = direction_of,
    .render = render,
    .credentials = kCredentials,
};

}  // namespace lampjack::platforms::chatlayer_offloading
