#pragma once
// Config: a hub's configuration as values, read from its JSON by the rows of engine/config_keys.

#include "base/clock.h"
#include "base/result.h"
#include "engine/body_budget.h"
#include "engine/limits.h"
#include "engine/size_limits.h"
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

/// How often a subscriber's failure is tried again, and when it is given up: at the defaults after about two hours.
struct ItemRetries {
    Millis base = 200;  ///< half of the first wait; each is twice the one before
    Millis cap = 300'000;
    int tries = 30;
};

class Environment;

struct Config {
    std::string store;                   ///< URL; required
    std::size_t store_connections = 16;  ///< of this process to PostgreSQL, at a time
    std::map<std::string, platforms::Account, std::less<>> accounts;
    std::vector<std::string>
        allow_networks;  ///< CIDR; private and loopback addresses are refused elsewhere
    std::string secrets = "resolve";  ///< what "env:NAME" and "file:PATH" stand for
    std::string config_dir;           ///< what "file:PATH" is relative to
    std::string proxy;
    std::string ca_file;
    std::string
        log_key;  ///< keys the tags that stand for refs in logs; the store keeps one when empty
    transport::Timeouts timeouts;
    transport::RetryPolicy retry;
    ItemRetries items;
    Millis handler_timeout = 300'000;  ///< of one call of a handler; 0: none
    Millis item_hold = 300'000;        ///< C: from next to done or free; 0: none
    LimitSettings limits;
    SizeLimits sizes;
    BodySettings bodies;
    transport::BudgetLimits budget;
    transport::BreakerLimits breaker;
    bool compressed_bodies = false;  ///< whether requests may come as gzip or deflate
    std::size_t in_flight =
        16;  ///< requests of one account at a time; how all share places: engine/bulkhead.h

    std::vector<std::string> account_names() const;
};

/// Every error of a value is `path: what is wrong`, such as `account.shop.t_accept: must be …`; unknown keys name the closest
/// known one. "env:NAME" and "file:PATH" are looked up in the environment: the process's, unless one is given. Errors: json,
/// config.
Result<Config> read_config(std::string_view json);
Result<Config> read_config(std::string_view json, const Environment& environment);

/// The `store` alone, for tools that need no account's secrets. Errors: json, config.
Result<std::string> read_store(std::string_view json);
Result<std::string> read_store(std::string_view json, const Environment& environment);

}  // namespace lampjack::engine
