#include "engine/config.h"

#include "engine/config_keys.h"
#include "engine/environment.h"
#include "platforms/setting_value.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

using platforms::config_error;

const HubKey* find_key(std::string_view name) noexcept {
    for (const HubKey& key : hub_keys())
        if (key.row.name == name) return &key;
    return nullptr;
}

std::vector<std::string_view> hub_names() {
    std::vector<std::string_view> names;
    for (const HubKey& key : hub_keys()) names.push_back(key.row.name);
    return names;
}

Error unknown(std::string_view name) {
    if (platforms::is_setting_of_accounts(name))
        return config_error(name, "is a setting of an account: it stands below [account.NAME]");
    return platforms::unknown_setting(name, name, hub_names());
}

Result<void> read_accounts(const json::Value& value, Config& config) {
    for (const auto& [key, settings] : value.get_object()) {
        const std::string name(key.data(), key.size());
        LJK_TRY(account, platforms::make_account(name, json::to_text(settings), hub_names()));
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

/// The keys that say how the others are read.
Result<Config> read_reading(const json::Object& object) {
    Config config;
    for (const std::string_view name : {"secrets", "config_dir"})
        if (const json::Value* value = object.if_contains({name.data(), name.size()}))
            LJK_CHECK(read_key(name, *value, config));
    if (!config.config_dir.empty() && !config.config_dir.starts_with('/'))
        return config_error("config_dir", "must be an absolute path");
    return config;
}

Result<void> resolve_texts(json::Value& value, const std::string& path, const Config& reading,
                           const Environment& environment) {
    if (reading.secrets == "literal") return {};
    return resolve(value, path,
                   {.environment = environment,
                    .folder = reading.config_dir,
                    .placeholder = reading.secrets == "placeholder"});
}

/// What follows from other values.
void settle(Config& config) {
    config.timeouts.stalled = transport::Timeouts::share_of(config.timeouts.total);
    config.breaker.longest = std::max(config.breaker.longest, config.breaker.open);
}

Result<json::Value> parse(std::string_view json) {
    LJK_TRY(value, json::parse_value(json, "the configuration"));
    if (!value.is_object()) return fail(Code::config, "the configuration must be a table of keys");
    return value;
}

}  // namespace

std::vector<std::string> Config::account_names() const {
    std::vector<std::string> names;
    for (const auto& [name, account] : accounts) names.push_back(name);
    return names;
}

Result<Config> read_config(std::string_view json) {
    return read_config(json, process_environment());
}

Result<Config> read_config(std::string_view json, const Environment& environment) {
    LJK_TRY(value, parse(json));
    LJK_TRY(config, read_reading(value.get_object()));
    LJK_CHECK(resolve_texts(value, {}, config, environment));
    for (const auto& [key, member] : value.get_object())
        if (key != "secrets" && key != "config_dir")
            LJK_CHECK(read_key(std::string_view(key.data(), key.size()), member, config));
    settle(config);
    return config;
}

Result<std::string> read_store(std::string_view json) {
    return read_store(json, process_environment());
}

Result<std::string> read_store(std::string_view json, const Environment& environment) {
    LJK_TRY(value, parse(json));
    LJK_TRY(config, read_reading(value.get_object()));
    json::Value* store = value.get_object().if_contains("store");
    if (store == nullptr) return config_error("store", "is required");
    LJK_CHECK(resolve_texts(*store, "store", config, environment));
    LJK_CHECK(read_key("store", *store, config));
    return config.store;
}

}  // namespace lampjack::engine
