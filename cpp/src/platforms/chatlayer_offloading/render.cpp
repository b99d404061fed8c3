// Requests to the conversation actions API.

#include "base/text.h"
#include "platforms/chatlayer_offloading/wire.h"

namespace lampjack::platforms::chatlayer_offloading {
namespace {

/// Ids come from outside and become path segments: whatever could leave the segment is refused, not repaired.
bool is_segment(std::string_view id) noexcept {
    return is_id(id) && id.find('/') == std::string_view::npos &&
           id.find("..") == std::string_view::npos && id != ".";
}

std::string fill(std::string path, std::string_view name, std::string_view value) {
    if (const auto at = path.find(name); at != std::string::npos)
        path.replace(at, name.size(), percent_encode(value));
    return path;
}

Result<std::string> url_of(const Account& account, const Outgoing& outgoing) {
    if (!is_segment(outgoing.bot))
        return fail(Code::argument, "the bot's id cannot stand in an address");
    if (!is_segment(outgoing.id))
        return fail(Code::argument, "the conversation's id cannot stand in an address");
    std::string_view base = account.text("api_base");
    while (base.ends_with('/')) base.remove_suffix(1);
    std::string path(account.text("actions_path"));
    path = fill(std::move(path), "{version}", outgoing.mode == model::Mode::live ? kLive : kDraft);
    // What is filled in is percent-encoded, so it never holds another placeholder.
    path = fill(std::move(path), "{bot}", outgoing.bot);
    path = fill(std::move(path), "{id}", outgoing.id);
    return std::string(base) + path;
}

Result<std::string> body_of(const Account& account, const Outgoing& outgoing) {
    const auto configured = [&](std::string_view setting) -> Result<std::string> {
        if (!account.has(setting))
            return fail(Code::unsupported,
                        "Chatlayer documents no such action; configure " + std::string(setting));
        return std::string(account.text(setting));
    };
    switch (outgoing.action) {
        case Action::message:
            if (outgoing.batch == nullptr)
                return fail(Code::argument, "there is no message to send");
            return write(*outgoing.batch, Direction::out);
        case Action::mute: return configured("pause_action");
        case Action::give_back: return configured("resume_action");
        case Action::request: break;
    }
    return fail(Code::unsupported, "the offloading webhook has no request for a human");
}

}  // namespace

Result<model::HttpRequest> render(const Account& account, const Outgoing& outgoing) {
    LJK_TRY(url, url_of(account, outgoing));
    LJK_TRY(body, body_of(account, outgoing));
    const auto tokens = account.secrets("api_token");
    if (tokens.empty())
        return fail(Code::config,
                    "api_token is not configured, so nothing can be sent to Chatlayer");
    model::HttpRequest request;
    request.url = std::move(url);
    request.body = std::move(body);
    request.headers = {{"Content-Type", "application/json"},
                       {"Authorization", "Bearer " + std::string(tokens.front().reveal())}};
    if (!outgoing.key.empty())
        request.headers.emplace_back("Idempotency-Key", std::string(outgoing.key));
    return request;
}

}  // namespace lampjack::platforms::chatlayer_offloading
