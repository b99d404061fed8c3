// Settings that depend on each other, and what can never work.
#include "platforms/omnichannel/adapter_functions.h"

#include "base/text.h"
#include "platforms/base_address.h"
#include "platforms/setting_value.h"

#include <algorithm>

namespace lampjack::platforms::omnichannel {
namespace {

constexpr std::string_view kPlatformBase = "platform_base";
constexpr std::string_view kWebhookToken = "webhook_token";
constexpr std::string_view kChannelToken = "channel_token";
constexpr std::string_view kChannelUrl = "channel_url";

/// What stands around the token in the page's "app.chatbots webhook: URL".
constexpr std::string_view kBefore = "/connector/omnichannel/omnichannel_message/";
constexpr std::string_view kBehind = "/bot_api_webhook";

bool has_control(std::string_view text) noexcept {
    return std::ranges::any_of(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

/// A segment that servers and proxies hand over as it is: a slash ends one, and dots are resolved.
bool is_segment(std::string_view text) noexcept {
    return !text.empty() && text != "." && text != ".." && !has_control(text) &&
           text.find_first_of("/\\") == std::string_view::npos;
}

/// Blanks around the credentials of a header are cut off.
bool is_credentials(std::string_view text) noexcept {
    return !text.empty() && trim(text) == text && !has_control(text);
}

Result<void> check_tokens(const Account& account, std::string_view setting, bool in_path) {
    for (const Secret& secret : account.secrets(setting)) {
        if (in_path ? is_segment(secret.reveal()) : is_credentials(secret.reveal())) continue;
        return setting_error(account, setting,
                             in_path ? "can never match: it is one segment of an address, so it "
                                       "has no slash, backslash or control character, and is not "
                                       "\".\" or \"..\""
                                     : "can never match: it stands in a header, so it has no "
                                       "control character and no blank at its ends");
    }
    return {};
}

bool is_whole_address(std::string_view address) noexcept {
    return address.find(kBefore) != std::string_view::npos ||
           address.find(kBehind) != std::string_view::npos;
}

struct Pieces {
    std::string base, token;
};

std::optional<Pieces> split(std::string_view address) {
    if (address.ends_with('/')) address.remove_suffix(1);
    if (address.find_first_of("?#@") != std::string_view::npos) return std::nullopt;
    const auto before = address.find(kBefore);
    if (before == std::string_view::npos || !address.ends_with(kBehind)) return std::nullopt;
    const auto begin = before + kBefore.size();
    const auto end = address.size() - kBehind.size();
    if (begin >= end) return std::nullopt;
    return Pieces{std::string(address.substr(0, before)),
                  percent_decode(address.substr(begin, end - begin), false)};
}

Error no_webhook_url(const Account& account) {
    return setting_error(account, kWebhookUrl,
                         "must be the whole address that the platform shows as \"app.chatbots "
                         "webhook: URL\": it ends with the token and /bot_api_webhook");
}

/// Token and method are added to it.
Result<void> check_channel_url(const Account& account) {
    LJK_CHECK(check_added(account, kChannelUrl, "/send_message/"));
    LJK_CHECK(check_added(account, kChannelUrl, "/transfer/"));
    if (account.text("auth_in") != "url") return {};
    for (const Secret& token : account.secrets(kChannelToken))
        LJK_CHECK(check_added(account, kChannelUrl, "/" + percent_encode(token.reveal()) + "/"));
    return {};
}

}  // namespace

// The address holds the token, so it is a secret until it is taken apart.
Result<void> prepare(Account& account) {
    const auto given = account.secrets(kWebhookUrl);
    if (given.empty()) return {};
    for (const std::string_view other : {kPlatformBase, kWebhookToken})
        if (account.has(other))
            return setting_error(account, other, "is part of webhook_url: give only one of them");
    if (given.size() != 1)
        return setting_error(account, kWebhookUrl,
                             "must be one address; list several tokens as webhook_token");
    const std::string address(given.front().reveal());
    account.tokens.erase(std::string(kWebhookUrl));
    auto pieces = split(address);
    if (address == kNotSet) pieces = Pieces{{}, std::string(kNotSet)};
    if (!pieces) return no_webhook_url(account);
    if (!pieces->base.empty()) {
        if (!is_url(pieces->base)) return no_webhook_url(account);
        account.values[std::string(kPlatformBase)] = std::move(pieces->base);
    }
    account.tokens[std::string(kWebhookToken)].emplace_back(std::move(pieces->token));
    return {};
}

Result<void> configure(const Account& account) {
    if (is_whole_address(account.text(kPlatformBase)))
        return setting_error(account, kPlatformBase,
                             "is the whole webhook address: give that as webhook_url, without "
                             "webhook_token");
    LJK_CHECK(check_added(account, kPlatformBase, kBefore));
    if (account.side == Side::peer && account.text(kChannelUrl).empty())
        return setting_error(account, kChannelUrl,
                             "is required for a peer: where the channel takes send_message");
    if (account.text("auth") != "none" && account.secrets(kChannelToken).empty())
        return setting_error(account, kChannelToken,
                             "is required: the platform's field \"Channel webhook: Token\", or the "
                             "secret part of a unique address with auth_in = \"url\"");
    LJK_CHECK(check_channel_url(account));
    LJK_CHECK(check_tokens(account, kWebhookToken, true));
    LJK_CHECK(check_tokens(account, kChannelToken, account.text("auth_in") == "url"));
    return check_tokens(account, "transfer_token", false);
}

}  // namespace lampjack::platforms::omnichannel
