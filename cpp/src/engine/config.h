#pragma once
// Config: a hub's configuration as values, read from its JSON. No environment, no files.

#include "base/result.h"
#include "platforms/account.h"
#include "transport/breaker.h"
#include "transport/http_client.h"
#include "transport/retry_budget.h"
#include "transport/retry_policy.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::engine {

struct Config {
    std::string store;  ///< URL; required
    std::map<std::string, platforms::Account, std::less<>> accounts;
    std::vector<std::string>
        allow_networks;  ///< CIDR; private and loopback addresses are refused elsewhere
    std::string proxy;
    std::string ca_file;
    std::string log_key;  ///< keys the tags that stand for refs in logs; random when empty
    transport::Timeouts timeouts;
    transport::RetryPolicy retry;
    transport::BudgetLimits budget;
    transport::BreakerLimits breaker;
    std::size_t in_flight =
        16;  ///< requests of one account at a time; of all together four times as many

    std::vector<std::string> account_names() const;
};

/// Unknown keys fail with the closest known one. Errors: json, config.
Result<Config> read_config(std::string_view json);

}  // namespace lampjack::engine
