#include "engine/config.h"

#include "engine/config_keys.h"
#include "platforms/setting_value.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

const HubKey* find_key(std::string_view name) noexcept {
    for (const HubKey& key : hub_keys())
        if (key.row.name == name) return &key;
    return nullptr;
}

Error unknown(std::string_view name) {
    std::vector<std::string_view> known;
    for (const HubKey& key : hub_keys()) known.push_back(key.row.name);
    return platforms::unknown_setting(name, name, known);
}

Result<void> read_accounts(const json::Value& value, Config& config) {
    for (const auto& [key, settings] : value.get_object()) {
        const std::string name(key.data(), key.size());
        LJK_TRY(account, platforms::make_account(name, json::to_text(settings)));
        config.accounts.emplace(name, std::move(account));
    }
    return {};
}

Result<void> read_key(std::string_view name, const json::Value& value, Config& config) {
    const HubKey* key = find_key(name);
    if (key == nullptr) return unknown(name);
    LJK_CHECK(platforms::check_value(key->row, name, value));
    if (key->set == nullptr) return read_accounts(value, config);
    key->set(config, value);
    return {};
}

/// What follows from other values.
void settle(Config& config) {
    config.timeouts.stalled = transport::Timeouts::share_of(config.timeouts.total);
    config.breaker.longest = std::max(config.breaker.longest, config.breaker.open);
}

}  // namespace

std::vector<std::string> Config::account_names() const {
    std::vector<std::string> names;
    for (const auto& [name, account] : accounts) names.push_back(name);
    return names;
}

Result<Config> read_config(std::string_view json) {
    LJK_TRY(value, json::parse_value(json, "the configuration"));
    if (!value.is_object()) return fail(Code::config, "the configuration must be a table of keys");
    Config config;
    for (const auto& [key, member] : value.get_object())
        LJK_CHECK(read_key(std::string_view(key.data(), key.size()), member, config));
    settle(config);
    return config;
}

}  // namespace lampjack::engine
