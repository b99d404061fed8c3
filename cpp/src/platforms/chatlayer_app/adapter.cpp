#include "platforms/chatlayer_app/adapter.h"

#include "base/text.h"
#include "platforms/chatlayer_app/envelope.h"
#include "platforms/chatlayer_app/memory.h"
#include "platforms/chatlayer_app/read.h"
#include "platforms/chatlayer_app/settings.h"
#include "platforms/chatlayer_app/write.h"

#include <array>

namespace lampjack::platforms::chatlayer_app {
namespace {

constexpr std::array kSettings{
    Setting{
        .name = "relay_token",
        .kind = Setting::Kind::secret,
        .required = true,
        .meaning =
            "what the app's functions send as bearer token; put the same into the app's account"},
    Setting{.name = "user_path",
            .fallback = kUserPaths,
            .meaning = "where in a bundle the user's id stands: dotted paths, tried in order"},
    Setting{.name = kTargetUrl,
            .kind = Setting::Kind::url,
            .meaning = "the app's webhook address, until performSubscribe tells it"},
    Setting{.name = kTargetHosts,
            .kind = Setting::Kind::list,
            .meaning = "the hosts that performSubscribe may tell, besides that of target_url; with "
                       "neither setting it is refused"},
    Setting{.name = kReturnSession,
            .meaning =
                "the session object in which the return tells the bot what the handover was: "
                "agent, from, to, reason; empty: nothing is told"},
};

constexpr std::array kSides{Side::channel};

/// What our requests are let in by.
constexpr std::array<std::string_view, 2> kCredentials{"relay_token", kTargetUrl};

constexpr std::array kEndpoints{
    Endpoint{.method = "POST",
             .path = "/receive",
             .purpose = Purpose::translate,
             .side = Side::channel,
             .meaning = "performReceive: answers the array for Chatlayer"},
    Endpoint{.method = "POST",
             .path = "/send",
             .purpose = Purpose::events,
             .side = Side::channel,
             .meaning = "performSend: messages for the user"},
    Endpoint{.method = "POST",
             .path = "/offload",
             .purpose = Purpose::events,
             .side = Side::channel,
             .meaning = "performOffload: a human is asked for"},
    Endpoint{.method = "POST",
             .path = "/subscribe",
             .purpose = Purpose::subscribe,
             .side = Side::channel,
             .meaning = "performSubscribe and performUnsubscribe: tells targetUrl, or null"},
};

Result<void> configure(const Account& account) {
    if (!is_user_path(account.text("user_path")))
        return setting_error(account, "user_path",
                             "must be dotted paths separated by single spaces");
    return check_hosts(account);
}

Result<Trust> verify(const Account& account, const Endpoint&, const model::Request& request) {
    if (account.text("auth") == "none") return Trust::full;
    constexpr std::string_view scheme = "bearer ";
    const std::string_view value = model::only_header(request.headers, "authorization");
    const bool bearer = value.size() > scheme.size() &&
                        equals_ignoring_case(value.substr(0, scheme.size()), scheme);
    if (!bearer || !any_equals(account.secrets("relay_token"), trim(value.substr(scheme.size()))))
        return fail(Code::auth, "the bearer token is missing or wrong");
    return Trust::full;
}

model::Answer answer_json(std::int32_t status, std::string_view type, std::string body) {
    return {.status = status,
            .headers = {{"content-type", std::string(type)}},
            .body = std::move(body)};
}

model::Answer answer(const Account&, const AnswerInput& input) {
    if (input.endpoint.purpose != Purpose::translate)
        return answer_json(200, "application/json", "{}");
    if (input.reply == nullptr) return answer_json(200, "application/json", "[]");
    auto body = write_array(*input.reply, input.now);
    if (body) return answer_json(200, "application/json", std::move(*body));
    return answer_json(
        500, "application/problem+json",
        R"({"title":"the translation holds what performReceive cannot return","status":500})");
}

/// The app cannot mend what the account's settings do not allow: its log is to name them.
std::optional<model::Answer> refuse(const Endpoint& endpoint, const Error& error) {
    if (endpoint.purpose != Purpose::subscribe || error.code != Code::config) return std::nullopt;
    std::string body;
    json::Writer out(body);
    out.begin_object().key("title").string("Conflict").key("status").integer(409);
    out.key("code").string(name_of(error.code)).key("detail").string(error.message).end_object();
    return answer_json(409, "application/problem+json", std::move(body));
}

Direction direction_of(model::Role role) {
    return role == model::Role::user ? Direction::out : Direction::in;
}

}  // namespace

const Adapter kAdapter{
    .name = kName,
    .title = "Chatlayer app (Sinch)",
    .sides = kSides,
    .settings = kSettings,
    .endpoints = kEndpoints,
    .out = {.parts = bit(model::PartType::text) | bit(model::PartType::postback) |
                     bit(model::PartType::file),
            .profile = bit(Profile::first_name) | bit(Profile::last_name) | bit(Profile::language)},
    .user_in = {.parts = bit(model::PartType::text)},
    .bot_in = {.parts = bit(model::PartType::text) | bit(model::PartType::choice) |
                        bit(model::PartType::cards) | bit(model::PartType::file) |
                        bit(model::PartType::location),
               .options = bit(model::OptionKind::reply) | bit(model::OptionKind::postback) |
                          bit(model::OptionKind::url) | bit(model::OptionKind::phone) |
                          bit(model::OptionKind::location)},
    .handover = {.mute_by_request = true, .told_by = kReturnSession},
    .configure = configure,
    .verify = verify,
    .read = read,
    .answer = answer,
    .refuse = refuse,
    .write = write,
    .direction_of = direction_of,
    .render = render,
    .credentials = kCredentials,
    // The name is that of earlier releases.
    .remembered = {.name = "target_url",
                   .example = R"("https://platform.invalid/")",
                   .told_by = told_by,
                   .lacks_address = lacks_address,
                   .address_of = address_of,
                   .may_use = may_use,
                   .address_hint = "set target_url; or set target_hosts, then make the channel in "
                                   "Chatlayer, so that performSubscribe tells it"},
    .returned_delivery = returned_delivery,
};

}  // namespace lampjack::platforms::chatlayer_app
