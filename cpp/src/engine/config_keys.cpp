#include "engine/config_keys.h"

#include <array>

namespace lampjack::engine {
namespace {

using Kind = platforms::Setting::Kind;

void put(std::string& member, const json::Value& value) { member = json::view(value.get_string()); }
void put(bool& member, const json::Value& value) { member = value.get_bool(); }
void put(std::chrono::milliseconds& member, const json::Value& value) {
    member = std::chrono::milliseconds(value.get_int64());
}
void put(std::vector<std::string>& member, const json::Value& value) {
    for (const json::Value& one : value.get_array())
        member.emplace_back(json::view(one.get_string()));
}
template <class Number>
void put(Number& member, const json::Value& value) {
    member = static_cast<Number>(value.get_int64());
}

std::string shown(const std::string& member) { return member; }
std::string shown(bool member) { return member ? "true" : "false"; }
std::string shown(std::chrono::milliseconds member) { return std::to_string(member.count()); }
std::string shown(const std::vector<std::string>& member) { return member.empty() ? "" : "set"; }
template <class Number>
std::string shown(Number member) {
    return std::to_string(member);
}

/// The member at the end of a path of members.
template <auto... Path>
void set_at(Config& config, const json::Value& value) {
    put((config.*....*Path), value);
}
template <auto... Path>
std::string get_at(const Config& config) {
    return shown((config.*....*Path));
}
template <auto... Path>
constexpr HubKey key(platforms::Setting row) {
    return {.row = row, .set = set_at<Path...>, .get = get_at<Path...>};
}

constexpr std::int64_t kDay = 86'400'000;

constexpr platforms::Setting milliseconds(std::string_view name, std::string_view fallback,
                                          std::int64_t least, std::string_view meaning) {
    return {.name = name,
            .kind = Kind::integer,
            .fallback = fallback,
            .least = least,
            .most = kDay,
            .unit = "ms",
            .meaning = meaning};
}

constexpr platforms::Setting number(std::string_view name, std::string_view fallback,
                                    std::int64_t least, std::int64_t most, std::string_view unit,
                                    std::string_view meaning) {
    return {.name = name,
            .kind = Kind::integer,
            .fallback = fallback,
            .least = least,
            .most = most,
            .unit = unit,
            .meaning = meaning};
}

constexpr std::int64_t kGiB = 1 << 30;

constexpr platforms::Setting bytes(std::string_view name, std::string_view fallback,
                                   std::int64_t most, std::string_view meaning) {
    return number(name, fallback, 1, most, "bytes", meaning);
}

/// Its default is its largest value: a size limit is only lowered.
constexpr platforms::Setting size(std::string_view name, std::string_view fallback,
                                  std::int64_t SizeLimits::*member, std::string_view unit,
                                  std::string_view meaning) {
    return number(name, fallback, 1, SizeLimits{}.*member, unit, meaning);
}

using transport::BreakerLimits;
using transport::BudgetLimits;
using transport::RetryPolicy;
using transport::Timeouts;

constexpr std::array kKeys{
    key<&Config::store>({.name = "store",
                         .required = true,
                         .confidential = true,
                         .meaning = "where conversations are kept: \"memory:\", \"sqlite:PATH\" or "
                                    "\"postgresql://…\""}),
    key<&Config::store_connections>(
        number("store_connections", "16", 1, 1'000, "connections",
               "connections of this process to PostgreSQL at the same time; a call that finds "
               "none waits up to ten seconds for one")),
    HubKey{.row = {.name = "account",
                   .kind = Kind::table,
                   .meaning = "the accounts by name, each a table of the account settings"}},
    key<&Config::secrets>({.name = "secrets",
                           .kind = Kind::choice,
                           .fallback = "resolve",
                           .choices = "resolve literal placeholder",
                           .meaning = "what \"env:NAME\" and \"file:PATH\" mean: `resolve` puts "
                                      "the variable's or the file's content in their place, "
                                      "`literal` keeps the text, `placeholder` puts \"not-set\" "
                                      "where nothing is found"}),
    key<&Config::config_dir>({.name = "config_dir",
                              .meaning = "the absolute path of the folder that \"file:PATH\" is "
                                         "relative to; Hub.from_file sets it to the file's own"}),
    key<&Config::allow_networks>(
        {.name = "allow_networks",
         .kind = Kind::list,
         .meaning = "private and loopback networks that may be called, such as \"127.0.0.0/8\""}),
    key<&Config::proxy>({.name = "proxy",
                         .confidential = true,
                         .meaning = "the address of an HTTP proxy for calls to platforms"}),
    key<&Config::ca_file>({.name = "ca_file",
                           .meaning = "a file of CA certificates in PEM; without it the system's"}),
    key<&Config::log_key>({.name = "log_key",
                           .confidential = true,
                           .meaning = "keys the tags of conversations in logs; without it the "
                                      "store keeps a random one"}),
    key<&Config::timeouts, &Timeouts::connect>(
        milliseconds("connect_ms", "3000", 1, "the time to connect to a platform, TLS included")),
    key<&Config::timeouts, &Timeouts::total>(
        milliseconds("total_ms", "15000", 1,
                     "the time of one call to a platform; one silent for two thirds of it ends")),
    key<&Config::in_flight>(
        number("in_flight", "16", 1, 10'000, "calls", "calls of one account at the same time")),
    key<&Config::retry, &RetryPolicy::base>(
        milliseconds("retry_base_ms", "1000", 1,
                     "the longest wait before the second attempt; "
                     "each later one doubles it")),
    key<&Config::retry, &RetryPolicy::cap>(
        milliseconds("retry_cap_ms", "300000", 1, "the longest wait between two attempts")),
    key<&Config::retry, &RetryPolicy::max_tries>(
        number("max_tries", "12", 1, 1'000, "attempts",
               "attempts to send a message, within one hour; then it is a dead letter")),
    key<&Config::budget, &BudgetLimits::percent>(
        number("retry_percent", "20", 0, 100'000, "%",
               "retries allowed for a destination, in percent of its first attempts, plus ten in "
               "ten seconds")),
    key<&Config::breaker, &BreakerLimits::failures>(
        number("breaker_failures", "5", 1, 1'000'000, "failures",
               "failures in a row that pause a destination")),
    key<&Config::breaker, &BreakerLimits::percent>(
        number("breaker_percent", "50", 1, 100, "%",
               "the share of failed calls, of at least 20 in ten seconds, that pauses a "
               "destination")),
    key<&Config::breaker, &BreakerLimits::open>(
        milliseconds("breaker_open_ms", "30000", 1,
                     "the first pause of a destination; it doubles up to five minutes")),
    key<&Config::items, &ItemRetries::base>(milliseconds(
        "item_base_ms", "200", 1, "half of the first wait before a failed handler is retried")),
    key<&Config::items, &ItemRetries::cap>(milliseconds(
        "item_cap_ms", "300000", 1, "the longest wait before a failed handler is retried")),
    key<&Config::items, &ItemRetries::tries>(
        number("item_tries", "30", 1, 1'000'000, "attempts",
               "attempts to hand an item to a handler; then it is a dead item")),
    key<&Config::handler_timeout>(
        milliseconds("handler_timeout_ms", "300000", 0,
                     "how long a handler may work on one item before its lease ends; 0: for ever")),
    key<&Config::item_hold>(
        milliseconds("item_hold_ms", "300000", 0,
                     "C: the time from ljk_hub_next to ljk_item_done before the item is handed out "
                     "again; 0: for ever")),
    key<&Config::limits, &LimitSettings::events_per_second>(
        number("events_per_second", "20", 1, 1'000'000, "events",
               "events a second of one conversation, on average; more are refused with 429")),
    key<&Config::limits, &LimitSettings::events_burst>(
        number("events_burst", "100", 1, 10'000'000, "events",
               "events of one conversation at once; more are refused with 429")),
    key<&Config::limits, &LimitSettings::events_kept>(
        number("events_kept", "20000", 1, 100'000'000, "events",
               "events kept of one conversation while the bot has it; more are counted")),
    key<&Config::limits, &LimitSettings::queue>(
        number("queue", "1000", 1, 10'000'000, "messages",
               "messages of one conversation that may wait to be sent")),
    key<&Config::limits, &LimitSettings::account_queue>(
        number("account_queue", "100000", 1, 100'000'000, "messages",
               "messages of one account that may wait to be sent")),
    key<&Config::limits, &LimitSettings::account_events_per_second>(
        number("account_events_per_second", "200", 1, 1'000'000, "events",
               "events a second of one account in this process above which the log warns "
               "(account.busy)")),
    key<&Config::limits, &LimitSettings::account_events_limit>(number(
        "account_events_limit", "2000", 1, 10'000'000, "events",
        "events a second of one account in this process, five times as many at once; more are "
        "refused with 429, unless they ask for a human or a human is asked for or at work")),
    key<&Config::limits, &LimitSettings::anonymous_requests>(
        number("anonymous_requests", "5", 1, 1'000'000, "requests",
               "requests without a token a second, of one account in this process, where the "
               "account takes any; more are refused with 429")),
    key<&Config::limits, &LimitSettings::anonymous_conversations>(
        number("anonymous_conversations", "60", 1, 10'000'000, "conversations",
               "new conversations a minute that such requests begin; more are refused with 429")),
    key<&Config::limits, &LimitSettings::anonymous_bytes>(
        number("anonymous_bytes", "16777216", 1, 1'000'000'000'000, "bytes",
               "bytes a minute of such requests; more are refused with 429")),
    key<&Config::limits, &LimitSettings::unattributed_bytes>(
        number("unattributed_bytes", "67108864", 1, 1'000'000'000'000, "bytes",
               "bytes kept of an account's events that name no conversation, as this process "
               "counts them; the oldest go")),
    key<&Config::sizes, &SizeLimits::max_body>(
        size("max_body", "8388608", &SizeLimits::max_body, "bytes",
             "the largest body of a request, uncompressed; an endpoint's own limit stays where it "
             "is smaller")),
    key<&Config::sizes, &SizeLimits::max_depth>(size("max_depth", "64", &SizeLimits::max_depth,
                                                     "levels", "nesting of the JSON of a request")),
    key<&Config::sizes, &SizeLimits::max_members>(
        size("max_members", "256", &SizeLimits::max_members, "members",
             "members of one object in the JSON of a request")),
    key<&Config::sizes, &SizeLimits::max_values>(size("max_values", "500000",
                                                      &SizeLimits::max_values, "values",
                                                      "values in the JSON of a request")),
    key<&Config::sizes, &SizeLimits::max_items>(
        size("max_items", "5000", &SizeLimits::max_items, "items",
             "messages or lines of a transcript in one request; more are kept raw")),
    key<&Config::sizes, &SizeLimits::max_text>(
        size("max_text", "65536", &SizeLimits::max_text, "bytes", "the longest text of a message")),
    key<&Config::sizes, &SizeLimits::max_response>(size("max_response", "262144",
                                                        &SizeLimits::max_response, "bytes",
                                                        "how much of a platform's answer is read")),
    key<&Config::bodies, &BodySettings::timeout>(
        milliseconds("body_timeout_ms", "10000", 1,
                     "the time to read the body of a request; a later one is refused with 408")),
    key<&Config::bodies, &BodySettings::all>(
        bytes("bodies_in_flight", "67108864", kGiB,
              "bytes of bodies that this process holds at the same time; more are refused with "
              "503")),
    key<&Config::bodies, &BodySettings::account>(
        bytes("account_bodies_in_flight", "16777216", kGiB,
              "the same for one account; bodies without a token get an eighth of both")),
    key<&Config::bodies, &BodySettings::anonymous>(
        bytes("max_anonymous_body", "1048576", 1 << 20,
              "the largest body of a request without a token, where an account accepts such")),
    key<&Config::compressed_bodies>(
        {.name = "compressed_bodies",
         .kind = Kind::flag,
         .fallback = "false",
         .meaning = "requests may come compressed by gzip or deflate, up to ten times their size"}),
};

}  // namespace

std::span<const HubKey> hub_keys() noexcept { return kKeys; }

}  // namespace lampjack::engine
