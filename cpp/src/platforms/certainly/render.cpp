#include "base/base64.h"
#include "base/text.h"
#include "platforms/certainly/certainly.h"

#include <algorithm>

namespace lampjack::platforms::certainly {
namespace {

/// Whether the text may be one segment of a path. Servers that decode twice, or that normalise, would read another path
/// from a slash or from dots.
bool is_segment(std::string_view text) noexcept {
    if (text.empty() || text == "." || text == "..") return false;
    return std::none_of(text.begin(), text.end(), [](char c) {
        return c == '/' || c == '\\' || c == 0x7F || static_cast<unsigned char>(c) < 0x20;
    });
}

/// The slash at the end belongs to every path; without it the server may redirect, and a redirect loses the body.
Result<std::string> address(const Account& account, std::string_view action,
                            std::string_view user) {
    const std::string_view deployment = account.text(kDeploymentId);
    if (!is_segment(deployment) || !is_segment(user))
        return fail(Code::argument, "certainly: an id cannot stand in a path");
    std::string_view base = account.text("api_base");
    while (base.ends_with('/')) base.remove_suffix(1);
    std::string url(base);
    url.append(kApiPath).append(percent_encode(deployment));
    url.append("/").append(action).append("/").append(percent_encode(user)).append("/");
    return url;
}

std::string_view first_secret(const Account& account, std::string_view setting) noexcept {
    const auto secrets = account.secrets(setting);
    return secrets.empty() ? std::string_view{} : secrets.front().reveal();
}

void authorise(const Account& account, model::Headers& headers) {
    const std::string_view kind = account.text(kApiAuth);
    if (kind == "bearer")
        headers.emplace_back("Authorization",
                             "Bearer " + std::string(first_secret(account, kApiToken)));
    if (kind == "basic") {
        std::string credentials(first_secret(account, kApiUser));
        credentials.append(":").append(first_secret(account, kApiPassword));
        headers.emplace_back("Authorization", "Basic " + base64_encode(credentials));
    }
}

/// Handover and takeover are GETs that change something: no cache may answer for the platform.
model::HttpRequest get(std::string url) {
    model::HttpRequest request{.method = "GET", .url = std::move(url), .headers = {}, .body = {}};
    request.headers.emplace_back("Cache-Control", "no-cache");
    return request;
}

Result<model::HttpRequest> message(const Account& account, const Outgoing& outgoing) {
    if (outgoing.batch == nullptr)
        return fail(Code::argument, "certainly: there is no message to send");
    LJK_TRY(url, address(account, "handover", outgoing.id));
    LJK_TRY(body, write(*outgoing.batch, Direction::out));
    model::HttpRequest request{
        .method = "POST", .url = std::move(url), .headers = {}, .body = std::move(body)};
    request.headers.emplace_back("Content-Type", "application/json");
    return request;
}

Result<model::HttpRequest> give_back(const Account& account, std::string_view user) {
    LJK_TRY(url, address(account, "takeover", user));
    const std::string_view value = account.text(kClaimEnd);
    if (!value.empty()) url.append("?ClaimEnd=").append(percent_encode(value));
    return get(std::move(url));
}

Result<model::HttpRequest> mute(const Account& account, std::string_view user) {
    LJK_TRY(url, address(account, "handover", user));
    return get(std::move(url));
}

Result<model::HttpRequest> without_credentials(const Account& account, const Outgoing& outgoing) {
    switch (outgoing.action) {
        case Action::message: return message(account, outgoing);
        case Action::mute: return mute(account, outgoing.id);
        case Action::give_back: return give_back(account, outgoing.id);
        case Action::request: break;
    }
    return fail(Code::unsupported, "certainly: only the bot itself asks for a human");
}

}  // namespace

Result<model::HttpRequest> render(const Account& account, const Outgoing& outgoing) {
    LJK_TRY(request, without_credentials(account, outgoing));
    authorise(account, request.headers);
    return request;
}

}  // namespace lampjack::platforms::certainly
