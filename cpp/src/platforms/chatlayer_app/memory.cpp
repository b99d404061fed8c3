#include "platforms/chatlayer_app/memory.h"

#include "base/text.h"
#include "platforms/chatlayer_app/settings.h"
#include "platforms/setting_value.h"
#include "json/value.h"

#include <algorithm>
#include <vector>

namespace lampjack::platforms::chatlayer_app {
namespace {

/// A JSON string as plain text; empty when it is another value.
std::string text_in(std::string_view raw) {
    const auto value = json::parse_value(raw, "the value");
    return value && value->is_string() ? std::string(json::view(value->get_string()))
                                       : std::string{};
}

std::string host_of(std::string_view address) {
    const std::string_view rest = address.substr(address.find("://") + 3);
    const std::string_view place = rest.substr(0, rest.find_first_of("/?#"));
    const auto bracket = place.find(']');  // of a numeric IPv6 host, whose colons are its own
    const auto port = place.find(':', bracket == std::string_view::npos ? 0 : bracket);
    return to_lower(place.substr(0, port));
}

bool is_host(std::string_view text) noexcept {
    return !text.empty() && text.find_first_of("/?#@ \t") == std::string_view::npos &&
           (text.starts_with('[') || text.find(':') == std::string_view::npos);
}

std::vector<std::string> listed_hosts(const Account& account) {
    std::vector<std::string> hosts;
    if (!account.has(kTargetHosts)) return hosts;
    const auto list = json::parse_value(account.text(kTargetHosts), kTargetHosts);
    if (!list || !list->is_array()) return hosts;
    for (const json::Value& one : list->get_array())
        hosts.push_back(to_lower(json::view(one.get_string())));
    return hosts;
}

/// Those of `target_hosts` and of `target_url`.
std::vector<std::string> known_hosts(const Account& account) {
    std::vector<std::string> hosts = listed_hosts(account);
    const std::string_view configured = account.text(kTargetUrl);
    if (!configured.empty()) hosts.push_back(host_of(configured));
    return hosts;
}

Result<void> check_told(const Account& account, std::string_view address) {
    const std::vector<std::string> known = known_hosts(account);
    if (known.empty())
        return setting_error(account, kTargetHosts,
                             "is not set, and neither is target_url: list the host of the app's "
                             "webhook address, so that the app may tell it");
    if (!is_url(address)) return fail(Code::payload, "targetUrl is no address");
    if (std::ranges::find(known, host_of(address)) != known.end()) return {};
    return setting_error(account, kTargetHosts, "does not list the host of the targetUrl told");
}

}  // namespace

Result<void> check_hosts(const Account& account) {
    if (std::ranges::all_of(listed_hosts(account), is_host)) return {};
    return setting_error(account, kTargetHosts,
                         "must be names of hosts, without scheme, port and path");
}

bool may_use(const Account& account, std::string_view told) {
    const std::string address = address_of(told);
    const std::vector<std::string> known = known_hosts(account);
    return known.empty() || !is_url(address) ||
           std::ranges::find(known, host_of(address)) != known.end();
}

Result<std::string> told_by(const Account& account, const model::Batch& batch) {
    for (const std::uint32_t root : batch.roots) {
        const model::Str raw =
            batch.find(batch.events[root].extra, model::Scope::field, "targetUrl");
        if (!raw) continue;
        std::string told(batch.view(raw));
        const std::string address = address_of(told);
        if (!address.empty()) LJK_CHECK(check_told(account, address));
        return told;
    }
    return fail(Code::payload, "targetUrl is missing");
}

std::string address_of(std::string_view remembered) { return text_in(remembered); }

std::optional<std::string> returned_delivery(const model::Batch& batch) {
    if (batch.size() == 0) return std::nullopt;
    const model::Str raw = batch.find(batch.root(0).extra, model::Scope::request, "lampjack");
    if (!raw) return std::nullopt;
    std::string id = text_in(batch.view(raw));
    return id.empty() ? std::nullopt : std::optional(std::move(id));
}

}  // namespace lampjack::platforms::chatlayer_app
