// Who sent this: decided from the path and the headers, before any byte of the body is read.
#include "platforms/omnichannel/adapter_functions.h"

#include "base/text.h"

#include <array>
#include <initializer_list>
#include <optional>

namespace lampjack::platforms::omnichannel {
namespace {

/// The credentials of `Authorization: <scheme> <credentials>`; the scheme in any case, one or more blanks behind it.
std::optional<std::string_view>
credentials(const model::Request& request,
            std::initializer_list<std::string_view> schemes) noexcept {
    const std::string_view value = trim(model::only_header(request.headers, "authorization"));
    const auto blank = value.find_first_of(" \t");
    if (blank == std::string_view::npos) return std::nullopt;
    for (const std::string_view scheme : schemes)
        if (equals_ignoring_case(value.substr(0, blank), scheme)) return trim(value.substr(blank));
    return std::nullopt;
}

/// The segment before the last one, percent-decoded; empty when there is none.
std::string token_in_path(std::string_view path) {
    const std::string_view last = last_segment(path);
    const auto before = static_cast<std::size_t>(last.data() - path.data());
    if (before < 2) return {};
    return percent_decode(last_segment(path.substr(0, before)), false);
}

Result<Trust> judge(std::span<const Secret> secrets, std::string_view candidate) {
    if (any_equals(secrets, candidate)) return Trust::full;
    return fail(Code::auth, "the token is missing or wrong");
}

}  // namespace

Result<Trust> verify(const Account& account, const Endpoint& endpoint,
                     const model::Request& request) {
    if (account.text("auth") == "none") return Trust::full;
    if (endpoint.side == Side::peer)
        return judge(account.secrets("webhook_token"), token_in_path(request.path));
    if (endpoint.purpose == Purpose::transfer) {
        // The header of an External Request is free text to the bot's builder: both usual schemes will do.
        const auto token = credentials(request, {"Token", "Bearer"});
        return judge(account.secrets("transfer_token"), token.value_or(std::string_view{}));
    }
    if (account.text("auth_in") == "url")
        return judge(account.secrets("channel_token"), token_in_path(request.path));
    const auto token = credentials(request, {"Token"});
    return judge(account.secrets("channel_token"), token.value_or(std::string_view{}));
}

}  // namespace lampjack::platforms::omnichannel
