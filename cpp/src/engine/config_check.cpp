#include "engine/config_check.h"

#include "engine/policy.h"
#include "platforms/adapter.h"
#include "transport/address_policy.h"
#include "transport/request_check.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

constexpr std::size_t kShortest = 16;

using Kind = platforms::Setting::Kind;

Result<void> check_addresses(const platforms::Account& account,
                             const transport::AddressPolicy& policy) {
    for (const platforms::Setting& setting : account.adapter->settings) {
        if (setting.kind != Kind::url || !account.has(setting.name)) continue;
        const auto good = transport::check_url(account.text(setting.name), policy);
        if (!good) return platforms::setting_error(account, setting.name, good.error().message);
    }
    return {};
}

bool can_be_guessed(const Secret& secret) {
    return secret.reveal().size() < kShortest && secret.reveal() != platforms::kNotSet;
}

}  // namespace

Result<void> check_config(const Config& config) {
    LJK_TRY(networks, transport::parse_networks(config.allow_networks));
    const transport::AddressPolicy policy(std::move(networks));
    for (const auto& [name, account] : config.accounts) {
        LJK_CHECK(check_policy(account));
        LJK_CHECK(check_addresses(account, policy));
    }
    LJK_TRY(senders, Senders::of(config));
    static_cast<void>(senders);
    return {};
}

void warn_of_short_secrets(const Core& core) {
    for (const auto& [name, account] : core.config.accounts)
        for (const auto& [setting, secrets] : account.tokens) {
            const auto* row = platforms::find_setting(account.adapter->settings, setting);
            if (row != nullptr && row->may_be_short) continue;
            if (std::ranges::any_of(secrets, can_be_guessed))
                core.say(
                    LogLine(LogEvent::secret_short).add("account", name).add("setting", setting));
        }
}

}  // namespace lampjack::engine
