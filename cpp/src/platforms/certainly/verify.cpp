// Certainly documents no authentication of its webhooks beyond what a bot's builder enters in the Webhook Builder: none,
// basic or bearer (https://support.certainly.io/knowledge/how-to-create-a-webhook-from-scratch). So the secret may
// stand in the address, or in the header those two make.

#include "base/base64.h"
#include "base/text.h"
#include "platforms/certainly/certainly.h"

#include <algorithm>

namespace lampjack::platforms::certainly {
namespace {

constexpr std::string_view kQueryKey = "token";

struct Found {
    std::string token;
    int count = 0;
};

Found in_query(std::string_view query) {
    Found found;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        if (percent_decode(pair.substr(0, equals), true) != kQueryKey) continue;
        ++found.count;
        if (equals < pair.size()) found.token = percent_decode(pair.substr(equals + 1), true);
    }
    return found;
}

/// The credentials behind a scheme's name, which is compared without case (RFC 9110 section 11.1).
std::string_view behind_scheme(std::string_view value, std::string_view scheme) noexcept {
    if (value.size() <= scheme.size() || value[scheme.size()] != ' ') return {};
    if (!equals_ignoring_case(value.substr(0, scheme.size()), scheme)) return {};
    return trim(value.substr(scheme.size()));
}

/// With basic authentication the token is the password; the user's name is free.
std::string in_basic(std::string_view credentials) {
    const auto decoded = base64_decode(credentials);
    if (!decoded) return {};
    const auto colon = decoded->find(':');
    return colon == std::string::npos ? std::string{} : decoded->substr(colon + 1);
}

Found in_headers(std::span<const model::HeaderView> headers) {
    Found found;
    for (const model::HeaderView& header : headers) {
        if (!equals_ignoring_case(header.name, "authorization")) continue;
        ++found.count;
        const std::string_view value = trim(header.value);
        if (const std::string_view bearer = behind_scheme(value, "bearer"); !bearer.empty())
            found.token = bearer;
        if (const std::string_view basic = behind_scheme(value, "basic"); !basic.empty())
            found.token = in_basic(basic);
    }
    return found;
}

}  // namespace

Result<Trust> verify(const Account& account, const Endpoint&, const model::Request& request) {
    if (account.text("auth") == "none") return Trust::full;
    Found found = in_query(request.query);
    if (found.count == 0) found = in_headers(request.headers);
    if (found.count == 0) return fail(Code::auth, "the request has no token");
    if (found.count > 1) return fail(Code::auth, "the request has more than one token");
    if (!any_equals(account.secrets(kWebhookToken), found.token))
        return fail(Code::auth, "the token is wrong");
    return Trust::full;
}

}  // namespace lampjack::platforms::certainly
