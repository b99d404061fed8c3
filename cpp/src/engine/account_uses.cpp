#include "engine/account_uses.h"

#include "engine/policy.h"
#include "platforms/adapter.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

Error useless(std::string_view use, std::string_view account, std::string_view why) {
    std::string message(use);
    message.append(": account \"").append(account).append("\" ").append(why);
    return fail(Code::config, std::move(message));
}

}  // namespace

Result<void> check_sink(const Core& core, std::string_view account) {
    LJK_TRY(found, core.account_named(account));
    if (delivers_to_sink(*found)) return {};
    return useless("sink", account,
                   "is no channel account: its platform shows messages to the users itself");
}

Result<void> check_translate(const Core& core, std::string_view account) {
    LJK_TRY(found, core.account_named(account));
    const bool translates =
        std::ranges::any_of(found->adapter->endpoints, [](const platforms::Endpoint& endpoint) {
            return endpoint.purpose == platforms::Purpose::translate;
        });
    if (translates) return {};
    return useless("translate", account, "needs none: Lampjack reads all requests of its platform");
}

}  // namespace lampjack::engine
