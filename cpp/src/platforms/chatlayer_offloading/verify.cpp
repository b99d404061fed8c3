// Who calls: the verify token in the query.

#include "base/text.h"
#include "platforms/chatlayer_offloading/wire.h"

#include <optional>

namespace lampjack::platforms::chatlayer_offloading {
namespace {

/// The documented name holds a dot; frameworks in between are known to turn it into the other two.
bool is_token_name(std::string_view name) noexcept {
    return name == "challenge.verifyToken" || name == "challenge_verifyToken" ||
           name == "challenge[verifyToken]";
}

struct Found {
    std::optional<std::string> token;
    bool repeated = false;
};

Found find_token(std::string_view query) {
    Found found;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        if (!is_token_name(percent_decode(pair.substr(0, equals), true))) continue;
        found.repeated |= found.token.has_value();
        found.token = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    }
    return found;
}

}  // namespace

Result<Trust> verify(const Account& account, const Endpoint& endpoint,
                     const model::Request& request) {
    if (account.text("auth") == "none") return Trust::full;
    const Found found = find_token(request.query);
    if (found.repeated)
        return fail(Code::auth, "the verify token stands in the query more than once");
    if (found.token) {
        if (any_equals(account.secrets("verify_token"), *found.token)) return Trust::full;
        return fail(Code::auth, "the verify token is wrong");
    }
    if (endpoint.purpose == Purpose::events && account.text("offload_token") == "optional")
        return Trust::handover_only;
    return fail(Code::auth, "the verify token is missing: query parameter challenge.verifyToken");
}

}  // namespace lampjack::platforms::chatlayer_offloading
