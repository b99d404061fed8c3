#include "engine/senders.h"

#include "base/timestamp.h"
#include "transport/address_policy.h"
#include "json/value.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

constexpr std::string_view kNetworks = "allow_senders";
constexpr std::string_view kOldUntil = "old_tokens_until";

Result<std::vector<transport::Network>> networks_of(const platforms::Account& account) {
    LJK_TRY(list, json::parse_value(account.text(kNetworks), kNetworks));
    std::vector<std::string> texts;
    for (const json::Value& one : list.get_array())
        texts.emplace_back(json::view(one.get_string()));
    auto networks = transport::parse_networks(texts);
    if (networks) return networks;
    return platforms::setting_error(account, kNetworks,
                                    "must be networks such as \"203.0.113.0/24\" or \"::1/128\"");
}

/// A web server that listens on IPv6 names senders of IPv4 in its own way.
bool is_listed(const std::vector<transport::Network>& networks, std::string_view peer) {
    const auto address = transport::parse_address(peer);
    if (!address) return false;
    return std::ranges::any_of(networks, [&](const transport::Network& network) {
        return network.contains(transport::unmapped(*address));
    });
}

platforms::Account without_old_tokens(platforms::Account account) {
    for (auto& [setting, tokens] : account.tokens)
        if (tokens.size() > 1) tokens.resize(1);
    return account;
}

}  // namespace

Result<Senders::Rules> Senders::rules_of(const platforms::Account& account) {
    Rules rules;
    if (account.has(kNetworks)) {
        LJK_TRY(networks, networks_of(account));
        rules.networks = std::move(networks);
    }
    if (account.has(kOldUntil)) {
        rules.old_until = parse_time(account.text(kOldUntil));
        if (!rules.old_until)
            return platforms::setting_error(account, kOldUntil,
                                            "must be a time such as \"2027-01-31T12:00:00Z\"");
        rules.first_only = without_old_tokens(account);
    }
    return rules;
}

Result<Senders> Senders::of(const Config& config) {
    Senders senders;
    for (const auto& [name, account] : config.accounts) {
        LJK_TRY(rules, rules_of(account));
        if (rules.networks || rules.old_until) senders.rules_.emplace(name, std::move(rules));
    }
    return senders;
}

Result<platforms::Trust> Senders::verify(const platforms::Account& account,
                                         const platforms::Endpoint& endpoint,
                                         const model::Request& request, Millis now) const {
    const auto found = rules_.find(account.name);
    if (found == rules_.end()) return account.adapter->verify(account, endpoint, request);
    const Rules& rules = found->second;
    if (rules.networks && !is_listed(*rules.networks, request.peer))
        return fail(Code::auth, request.peer.empty()
                                    ? "the web server tells no address of the sender, and "
                                      "allow_senders needs one"
                                    : "the sender's address is not in allow_senders");
    const bool over = rules.old_until && now >= *rules.old_until;
    return account.adapter->verify(over ? rules.first_only : account, endpoint, request);
}

}  // namespace lampjack::engine
