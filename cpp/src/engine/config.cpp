#include "engine/config.h"

#include "base/text.h"
#include "json/value.h"

#include <algorithm>
#include <array>

namespace lampjack::engine {
namespace {

constexpr std::array<std::string_view, 32> kKeys{
    "store",         "account",          "allow_networks",  "proxy",
    "ca_file",       "log_key",          "connect_ms",      "total_ms",
    "in_flight",     "retry_base_ms",    "retry_cap_ms",    "max_tries",
    "retry_percent", "breaker_failures", "breaker_percent", "breaker_open_ms",
    "item_base_ms",  "item_cap_ms",      "item_tries",      "events_per_second",
    "events_burst",  "events_kept",      "queue",           "account_queue",
    "max_body",      "max_depth",        "max_members",     "max_values",
    "max_items",     "max_text",         "max_response",    "compressed_bodies"};

Error bad(std::string_view key, std::string_view why) {
    return fail(Code::config, std::string(key) + " " + std::string(why));
}

Error unknown(std::string_view key) {
    const std::string_view close = did_you_mean(key, kKeys);
    return bad(key, close.empty() ? std::string("is not a known key of the configuration")
                                  : "is not a known key of the configuration; did you mean " +
                                        std::string(close) + "?");
}

Result<void> read_accounts(const json::Value& value, Config& config) {
    if (!value.is_object()) return bad("account", "must be an object of accounts by name");
    for (const auto& [key, settings] : value.get_object()) {
        const std::string name(key.data(), key.size());
        LJK_TRY(account, platforms::make_account(name, json::to_text(settings)));
        config.accounts.emplace(name, std::move(account));
    }
    return {};
}

Result<void> read_networks(const json::Value& value, Config& config) {
    if (!value.is_array())
        return bad("allow_networks", "must be a list of networks such as \"127.0.0.0/8\"");
    for (const json::Value& network : value.get_array()) {
        if (!network.is_string()) return bad("allow_networks", "must hold texts");
        config.allow_networks.emplace_back(json::view(network.get_string()));
    }
    return {};
}

Result<void> read_text(std::string_view key, const json::Value& value, std::string& out) {
    if (!value.is_string()) return bad(key, "must be a text");
    out = std::string(json::view(value.get_string()));
    return {};
}

Result<void> read_flag(std::string_view key, const json::Value& value, bool& out) {
    if (!value.is_bool()) return bad(key, "must be true or false");
    out = value.get_bool();
    return {};
}

Result<void> read_number(std::string_view key, const json::Value& value, Config& config) {
    if (!value.is_int64() || value.get_int64() < 1 || value.get_int64() > 86'400'000)
        return bad(key, "must be a whole number from 1 to 86400000");
    const std::int64_t number = value.get_int64();
    if (key == "connect_ms") config.timeouts.connect = std::chrono::milliseconds(number);
    if (key == "total_ms") {
        config.timeouts.total = std::chrono::milliseconds(number);
        config.timeouts.stalled = transport::Timeouts::share_of(config.timeouts.total);
    }
    if (key == "in_flight") config.in_flight = static_cast<std::size_t>(number);
    if (key == "retry_base_ms") config.retry.base = number;
    if (key == "retry_cap_ms") config.retry.cap = number;
    if (key == "max_tries") config.retry.max_tries = static_cast<int>(number);
    if (key == "retry_percent") config.budget.percent = static_cast<std::uint32_t>(number);
    if (key == "breaker_failures") config.breaker.failures = static_cast<std::uint32_t>(number);
    if (key == "breaker_percent") config.breaker.percent = static_cast<std::uint32_t>(number);
    if (key == "breaker_open_ms") {
        config.breaker.open = number;
        config.breaker.longest = std::max(config.breaker.longest, number);
    }
    if (key == "events_per_second") config.limits.events_per_second = number;
    if (key == "events_burst") config.limits.events_burst = number;
    if (key == "events_kept") config.limits.events_kept = number;
    if (key == "queue") config.limits.queue = number;
    if (key == "account_queue") config.limits.account_queue = number;
    if (key == "item_base_ms") config.items.base = number;
    if (key == "item_cap_ms") config.items.cap = number;
    if (key == "item_tries") config.items.tries = static_cast<int>(number);
    return {};
}

Result<void> read_size(const SizeKey& key, const json::Value& value, SizeLimits& sizes) {
    const std::int64_t most = SizeLimits{}.*key.value;
    const bool good = value.is_int64() && value.get_int64() >= 1 && value.get_int64() <= most;
    if (!good)
        return bad(key.name, "must be a whole number from 1 to its default, " +
                                 std::to_string(most) + ": it cannot be raised");
    sizes.*key.value = value.get_int64();
    return {};
}

Result<void> read_key(std::string_view key, const json::Value& value, Config& config) {
    if (key == "account") return read_accounts(value, config);
    if (key == "allow_networks") return read_networks(value, config);
    if (key == "store") return read_text(key, value, config.store);
    if (key == "proxy") return read_text(key, value, config.proxy);
    if (key == "ca_file") return read_text(key, value, config.ca_file);
    if (key == "log_key") return read_text(key, value, config.log_key);
    if (key == "compressed_bodies") return read_flag(key, value, config.compressed_bodies);
    for (const SizeKey& size : kSizeKeys)
        if (size.name == key) return read_size(size, value, config.sizes);
    for (const std::string_view known : kKeys)
        if (known == key) return read_number(key, value, config);
    return unknown(key);
}

}  // namespace

std::vector<std::string> Config::account_names() const {
    std::vector<std::string> names;
    for (const auto& [name, account] : accounts) names.push_back(name);
    return names;
}

Result<Config> read_config(std::string_view json) {
    LJK_TRY(value, json::parse_value(json, "the configuration"));
    if (!value.is_object()) return fail(Code::config, "the configuration must be a JSON object");
    Config config;
    for (const auto& [key, member] : value.get_object())
        LJK_CHECK(read_key(std::string_view(key.data(), key.size()), member, config));
    return config;
}

}  // namespace lampjack::engine
