// Outgoing actions as HTTP requests: the channel's new_message, and for a peer send_message and the bot's transfer.
#include "platforms/omnichannel/adapter_functions.h"
#include "platforms/omnichannel/write.h"

#include "base/text.h"

#include <algorithm>

namespace lampjack::platforms::omnichannel {
namespace {

/// `base` and `path` with exactly one slash between them; a query of the base stays behind the path.
std::string join(std::string_view base, std::string_view path) {
    const std::string_view place = base.substr(0, base.find_first_of("?#"));
    const std::string_view rest = base.substr(place.size());
    const std::string_view query = rest.substr(0, rest.find('#'));
    std::string url(place.substr(0, place.find_last_not_of('/') + 1));
    return url.append("/").append(path).append(query);
}

Result<std::string_view> first_secret(const Account& account, std::string_view setting) {
    const auto secrets = account.secrets(setting);
    if (secrets.empty()) return setting_error(account, setting, "is required to send");
    return secrets.front().reveal();
}

std::size_t characters(std::string_view text) noexcept {
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

Result<void> check_message(const Account& account, const Outgoing& outgoing) {
    if (outgoing.batch == nullptr || outgoing.batch->size() != 1)
        return fail(Code::argument, "a request carries one event");
    const auto parts = outgoing.batch->parts_of(outgoing.batch->root(0));
    if (parts.size() != 1)
        return fail(Code::unsupported, "omnichannel carries one part in a request");
    const std::int64_t limit = account.integer("max_text");
    if (limit > 0 &&
        characters(outgoing.batch->view(parts.front().text)) > static_cast<std::size_t>(limit))
        return fail(Code::too_large, "the text has more characters than max_text allows");
    return {};
}

/// The chat id in the type it was first seen with, unless the account fixes the type.
Result<std::string> chat_id(const Account& account, const Outgoing& outgoing) {
    if (outgoing.id.empty()) return fail(Code::argument, "the conversation has no id");
    const std::string_view type = account.text("chat_id_type");
    std::string as_text;
    json::append_string(outgoing.id, as_text);
    if (type == "auto") return outgoing.raw_id.empty() ? as_text : std::string(outgoing.raw_id);
    if (type == "text") return as_text;
    std::string json = chat_id_json(outgoing.id);
    if (json != as_text) return json;
    return fail(Code::unsupported,
                "the conversation id is no integer, and chat_id_type asks for one");
}

model::HttpRequest post(std::string url, std::string body) {
    model::HttpRequest request;
    request.url = std::move(url);
    request.headers.emplace_back("content-type", "application/json");
    request.body = std::move(body);
    return request;
}

Result<model::HttpRequest> new_message(const Account& account, const Outgoing& outgoing) {
    LJK_CHECK(check_message(account, outgoing));
    // The platform answers 200 even to what it ignores, so nothing incomplete may leave.
    if (outgoing.key.empty())
        return fail(Code::argument, "a message needs a key: it becomes message.id");
    LJK_TRY(token, first_secret(account, "webhook_token"));
    LJK_TRY(chat, chat_id(account, outgoing));
    const Addressing addressing{
        .chat_id = chat, .message_id = outgoing.key, .visitor_id = outgoing.id};
    LJK_TRY(body, BodyWriter(*outgoing.batch, Direction::out, addressing).run());
    std::string path = "connector/omnichannel/omnichannel_message/";
    path.append(percent_encode(token)).append("/").append(kWebhook);
    return post(join(account.text("platform_base"), path), std::move(body));
}

/// A request to the channel: its token stands in the header, or in the address before the method's name.
Result<model::HttpRequest> to_channel(const Account& account, std::string_view method,
                                      std::string_view token_setting, bool token_in_url,
                                      std::string body) {
    if (account.text("auth") == "none")
        return post(join(account.text("channel_url"), method), std::move(body));
    LJK_TRY(token, first_secret(account, token_setting));
    if (token_in_url) {
        std::string path = percent_encode(token);
        path.append("/").append(method);
        return post(join(account.text("channel_url"), path), std::move(body));
    }
    model::HttpRequest request = post(join(account.text("channel_url"), method), std::move(body));
    request.headers.emplace_back("authorization", std::string("Token ").append(token));
    return request;
}

Result<model::HttpRequest> send_message(const Account& account, const Outgoing& outgoing) {
    LJK_CHECK(check_message(account, outgoing));
    LJK_TRY(chat, chat_id(account, outgoing));
    const Addressing addressing{.chat_id = chat, .message_id = {}, .visitor_id = {}};
    LJK_TRY(body, BodyWriter(*outgoing.batch, Direction::in, addressing).run());
    return to_channel(account, kSendMessage, "channel_token", account.text("auth_in") == "url",
                      std::move(body));
}

/// What a bot's External Request sends to the channel's own transfer address.
Result<model::HttpRequest> ask_for_human(const Account& account, const Outgoing& outgoing) {
    LJK_TRY(chat, chat_id(account, outgoing));
    std::string body;
    json::Writer out(body);
    out.begin_object().key("chat_id").raw(chat);
    if (outgoing.batch != nullptr && outgoing.batch->size() == 1 && outgoing.batch->root(0).payload)
        out.key("context").raw(outgoing.batch->view(outgoing.batch->root(0).payload));
    out.end_object();
    return to_channel(account, kTransfer, "transfer_token", false, std::move(body));
}

}  // namespace

Result<model::HttpRequest> render(const Account& account, const Outgoing& outgoing) {
    const bool peer = account.side == Side::peer;
    switch (outgoing.action) {
        case Action::message:
            return peer ? send_message(account, outgoing) : new_message(account, outgoing);
        case Action::request:
            if (peer) return ask_for_human(account, outgoing);
            return fail(
                Code::unsupported,
                "the Omnichannel API has no transfer; the bot calls our transfer address itself");
        case Action::mute:
        case Action::give_back: break;
    }
    return fail(Code::unsupported,
                "the Omnichannel API mutes nobody; the gate holds the user's messages back");
}

}  // namespace lampjack::platforms::omnichannel
