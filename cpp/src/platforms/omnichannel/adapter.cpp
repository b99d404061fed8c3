// GMS Omnichannel, also chatme.ai and Graphlogic "Chat API": settings, endpoints, answers. See README.md.
#include "platforms/omnichannel/adapter_functions.h"

#include <array>

namespace lampjack::platforms::omnichannel {

namespace {

using Kind = Setting::Kind;

constexpr std::array kSides{Side::channel, Side::peer};

/// What our requests are let in by.
constexpr std::array<std::string_view, 5> kCredentials{"webhook_token", "platform_base",
                                                       "channel_token", "channel_url", "auth_in"};

constexpr std::array kSettings{
    Setting{.name = kWebhookUrl,
            .kind = Kind::secret,
            .meaning = "all of \"app.chatbots webhook: URL\" as the platform shows it, instead of "
                       "platform_base and webhook_token"},
    Setting{.name = "platform_base",
            .kind = Kind::url,
            .fallback = "https://app.chatbots.gms-worldwide.ch",
            .meaning =
                "the platform's address: all of \"app.chatbots webhook: URL\" before /connector/"},
    Setting{.name = "webhook_token",
            .kind = Kind::secret,
            .required = true,
            .meaning = "the token in \"app.chatbots webhook: URL\", before /bot_api_webhook; "
                       "webhook_url holds it too"},
    Setting{.name = "auth_in",
            .kind = Kind::choice,
            .fallback = "header",
            .choices = "header url",
            .meaning = "where send_message shows channel_token: in the header `Authorization: "
                       "Token`, or in the address "
                       "(\"unique URL\")"},
    Setting{.name = "channel_token",
            .kind = Kind::secret,
            .meaning = "what the platform shows us: \"Channel webhook: Token\", or the secret "
                       "segment of the address"},
    Setting{.name = "transfer_token",
            .kind = Kind::secret,
            .meaning = "what the bot's External Request to /transfer shows; without it every "
                       "transfer is refused"},
    Setting{.name = "channel_url",
            .kind = Kind::url,
            .meaning = "peer: the channel's address, \"Channel webhook: URL\", without a token"},
    Setting{.name = "chat_id_type",
            .kind = Kind::choice,
            .fallback = "auto",
            .choices = "auto integer text",
            .meaning = "JSON type of chat_id in what we send: the one it was first seen with "
                       "(`auto`), or always this one"},
    Setting{.name = "max_text",
            .kind = Kind::integer,
            .fallback = "0",
            .most = 1'000'000,
            .unit = "characters",
            .meaning = "refuse to send a text of more characters; 0: no limit. The page leaves "
                       "over 1000 to the channel"},
};

constexpr std::array kEndpoints{
    Endpoint{.method = "POST",
             .path = "/send_message",
             .purpose = Purpose::events,
             .side = Side::channel,
             .meaning = "the bot's messages: paste the address without /send_message as \"Channel "
                        "webhook: URL\""},
    Endpoint{.method = "POST",
             .path = "/{token}/send_message",
             .purpose = Purpose::events,
             .side = Side::channel,
             .meaning =
                 "the same with auth_in = url: paste the address with channel_token at its end"},
    Endpoint{.method = "POST",
             .path = "/transfer",
             .purpose = Purpose::transfer,
             .side = Side::channel,
             .meaning = "the bot's External Request for a human: {chat_id, reason?, context?}"},
    Endpoint{.method = "POST",
             .path = "/{token}/bot_api_webhook",
             .purpose = Purpose::events,
             .side = Side::peer,
             .meaning = "the channel's user messages: \"app.chatbots webhook: URL\""},
};

// A user's messages to the bot are text, file and postback; choice is what a bot's message may carry.
constexpr Capabilities kOut{
    .parts = bit(model::PartType::text) | bit(model::PartType::file) |
             bit(model::PartType::postback) | bit(model::PartType::choice),
    .options = bit(model::OptionKind::reply) | bit(model::OptionKind::postback),
    .one_part_per_message = true,
    .profile = bit(Profile::first_name) | bit(Profile::login) | bit(Profile::phone) |
               bit(Profile::email) | bit(Profile::site)};

model::Answer json_answer(std::int32_t status, std::string body) {
    return {.status = status,
            .headers = {{"content-type", "application/json"}},
            .body = std::move(body)};
}

// The platform documents no success body; ours towards it is the acknowledgement of Webim's API.
model::Answer answer(const Account&, const AnswerInput& input) {
    return json_answer(200, input.endpoint.side == Side::peer ? "{}" : R"({"result":"ok"})");
}

// "Platform response when a request is unsuccessful". The page prints the error body with curly quotes; JSON has
// straight ones.
std::optional<model::Answer> refuse(const Endpoint& endpoint, const Error& error) {
    if (endpoint.side != Side::peer) return std::nullopt;
    switch (error.code) {
        case Code::auth:
            return json_answer(400,
                               R"({"error":"There is no active channel for received event."})");
        case Code::json:
            return json_answer(500, R"({"error":"The request body is not valid JSON."})");
        case Code::payload:  // of a missing parameter only the status is documented
            if (error.message.ends_with(kIsMissing)) return std::nullopt;
            return json_answer(500, R"({"error":"A parameter has a wrong type."})");
        default: return std::nullopt;
    }
}

}  // namespace

extern const Adapter kAdapter;
const Adapter kAdapter{
    .name = "omnichannel",
    .title = "GMS Omnichannel (chatme.ai, Graphlogic Chat API)",
    .sides = kSides,
    .settings = kSettings,
    .endpoints = kEndpoints,
    .out = kOut,
    .user_in = kOut,
    .bot_in = {.parts = bit(model::PartType::text) | bit(model::PartType::file) |
                        bit(model::PartType::choice),
               .options = bit(model::OptionKind::reply) | bit(model::OptionKind::postback)},
    .handover = {.mute_by_gate = true},
    .prepare = prepare,
    .configure = configure,
    .verify = verify,
    .read = read,
    .answer = answer,
    .refuse = refuse,
    .write = write,
    .check_words = check_words,
    .complete = complete,
    .script_view = script_view,
    .part_of_script = part_of_script,
    .direction_of = direction_of,
    .render = render,
    .judge = judge,
    .credentials = kCredentials,
    .tries_of_500 = 3,  // "any other JSON problem, or internal error"
};

}  // namespace lampjack::platforms::omnichannel
