#pragma once
// Senders: what accounts say about who may call: networks, and how long old tokens hold. Read once, when a hub opens.

#include "base/clock.h"
#include "engine/config.h"
#include "platforms/adapter.h"
#include "transport/ip_address.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lampjack::engine {

class Senders {
public:
    /// Code::config, with the path, for what is no network or no time.
    static Result<Senders> of(const Config& config);

    /// Who sent it? As the adapter's verify(), without the tokens whose time is over. Code::auth also for an address that
    /// `allow_senders` does not list, and for none where it lists any.
    Result<platforms::Trust> verify(const platforms::Account& account,
                                    const platforms::Endpoint& endpoint,
                                    const model::Request& request, Millis now) const;

private:
    struct Rules {
        std::optional<std::vector<transport::Network>> networks;
        std::optional<Millis> old_until;
        platforms::Account first_only;  ///< with `old_until`: the account as it is afterwards
    };
    static Result<Rules> rules_of(const platforms::Account& account);

    std::map<std::string, Rules, std::less<>> rules_;  ///< of accounts that have any
};

}  // namespace lampjack::engine
