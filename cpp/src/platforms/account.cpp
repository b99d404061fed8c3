#include "platforms/account.h"

#include "base/text.h"
#include "platforms/registry.h"
#include "json/value.h"

#include <array>

namespace lampjack::platforms {
namespace {

using Kind = Setting::Kind;

constexpr std::array kCommon{
    Setting{.name = "platform",
            .required = true,
            .meaning = "which vendor contract this account speaks"},
    Setting{.name = "side",
            .kind = Kind::choice,
            .choices = "desk channel peer",
            .meaning = "the side we play; default: the platform's usual one"},
    Setting{.name = "auth",
            .kind = Kind::choice,
            .fallback = "token",
            .choices = "token none",
            .meaning = "`none` accepts requests from anybody: say so only behind another check"},
    Setting{.name = "mute",
            .kind = Kind::choice,
            .fallback = "auto",
            .choices = "auto never on_accept on_take",
            .meaning = "when the bot is silenced; `auto` as early as the platform allows"},
    Setting{.name = "record",
            .kind = Kind::choice,
            .fallback = "all",
            .choices = "all handover none",
            .meaning = "whose transcripts are kept after their end: of all, of those handed over"},
    Setting{.name = "replay",
            .kind = Kind::choice,
            .fallback = "none",
            .choices = "none last",
            .meaning = "channel: what the bot gets after a return: nothing, or the user's last "
                       "words if a human had them"},
    Setting{.name = "message_takes",
            .kind = Kind::boolean,
            .fallback = "true",
            .meaning = "a reply by an agent who may take the conversation takes it"},
    Setting{.name = "agents_may_take",
            .kind = Kind::boolean,
            .fallback = "true",
            .meaning = "any agent may take a conversation without a request; false: supervisors"},
    Setting{.name = "unnamed_takes",
            .kind = Kind::boolean,
            .fallback = "false",
            .meaning = "a message from nobody known is a human's and takes the conversation"},
    Setting{.name = "reopen_asks_last_agent",
            .kind = Kind::boolean,
            .fallback = "false",
            .meaning = "a reopened conversation asks its last agent first"},
    Setting{.name = "on_accept_timeout",
            .kind = Kind::choice,
            .fallback = "return_to_bot",
            .choices = "return_to_bot close",
            .meaning = "what follows when nobody accepted in time"},
    Setting{.name = "on_first",
            .kind = Kind::choice,
            .fallback = "warn",
            .choices = "warn requeue return_to_bot",
            .meaning = "what follows when the agent who took it does not speak"},
    Setting{.name = "on_idle",
            .kind = Kind::choice,
            .fallback = "return_to_bot",
            .choices = "warn requeue return_to_bot",
            .meaning = "what follows when the agent falls silent"},
    Setting{.name = "loop_failures",
            .kind = Kind::integer,
            .fallback = "2",
            .meaning = "so many failed handovers stop a bot or rule from asking again, 0 = never"},
    Setting{.name = "loop_window",
            .kind = Kind::integer,
            .fallback = "600000",
            .meaning = "ms within which failed handovers count"},
    Setting{.name = "on_unknown",
            .kind = Kind::choice,
            .fallback = "retry",
            .choices = "retry hold",
            .meaning = "a text whose outcome is unknown: send again, or wait for an agent's word"},
    Setting{.name = "t_answer",
            .kind = Kind::integer,
            .fallback = "800",
            .meaning = "ms to decide about an offload"},
    Setting{.name = "t_accept",
            .kind = Kind::integer,
            .fallback = "180000",
            .meaning = "ms to wait for an agent, 0 = for ever"},
    Setting{.name = "t_first",
            .kind = Kind::integer,
            .fallback = "120000",
            .meaning = "ms to an agent's first message"},
    Setting{.name = "t_idle_agent",
            .kind = Kind::integer,
            .fallback = "1800000",
            .meaning = "ms of an agent's silence"},
    Setting{.name = "t_idle_user",
            .kind = Kind::integer,
            .fallback = "86400000",
            .meaning = "ms of the user's silence"},
    Setting{.name = "t_return",
            .kind = Kind::integer,
            .fallback = "15000",
            .meaning = "ms for the platform to take back"},
    Setting{.name = "t_idle_bot",
            .kind = Kind::integer,
            .fallback = "2592000000",
            .meaning = "ms after which a bot's conversation ends"},
    Setting{.name = "t_retain",
            .kind = Kind::integer,
            .fallback = "2592000000",
            .meaning = "ms a closed conversation is kept"},
};

/// Some 31 years in milliseconds: no sum of it with a time overflows.
constexpr std::int64_t kLargestInteger = 1'000'000'000'000;

const Setting* find_setting(std::span<const Setting> settings, std::string_view name) noexcept {
    for (const Setting& setting : settings)
        if (setting.name == name) return &setting;
    return nullptr;
}

bool has_word(std::string_view words, std::string_view word) noexcept {
    while (!words.empty()) {
        const auto space = words.find(' ');
        if (words.substr(0, space) == word) return true;
        words = space == std::string_view::npos ? std::string_view{} : words.substr(space + 1);
    }
    return false;
}

bool is_url(std::string_view text) noexcept {
    const auto scheme = text.starts_with("https://") ? 8U : text.starts_with("http://") ? 7U : 0U;
    if (scheme == 0 || text.size() == scheme) return false;
    for (const char c : text)
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return false;
    const std::string_view rest = text.substr(scheme);
    return rest.substr(0, rest.find('/')).find('@') == std::string_view::npos;
}

/// Reads the settings of one account, row by row.
class Reader {
public:
    Reader(Account& account, const json::Object& object) : account_(account), object_(object) {}

    Result<void> run() {
        LJK_CHECK(choose_platform());
        for (const auto& [key, value] : object_)
            LJK_CHECK(set(std::string_view(key.data(), key.size()), value));
        LJK_CHECK(choose_side());
        LJK_CHECK(require(kCommon));
        LJK_CHECK(require(account_.adapter->settings));
        if (account_.adapter->configure != nullptr)
            LJK_CHECK(account_.adapter->configure(account_));
        return {};
    }

private:
    Error bad(std::string_view setting, std::string_view why) const {
        return fail(Code::config, "account \"" + account_.name + "\": " + std::string(setting) +
                                      " " + std::string(why));
    }

    Result<void> choose_platform() {
        const std::string_view name = json::text_of(object_, "platform");
        if (name.empty()) return bad("platform", "is missing");
        LJK_TRY(adapter, require_platform(name));
        account_.adapter = adapter;
        return {};
    }
    static Result<const Adapter*> require_platform(std::string_view name) {
        return platforms::require(name);
    }

    Result<void> choose_side() {
        const auto sides = account_.adapter->sides;
        account_.side = sides.front();
        const std::string_view wanted = account_.text("side");
        if (wanted.empty()) return {};
        for (const Side side : sides) {
            if (word(side) != wanted) continue;
            account_.side = side;
            return {};
        }
        return bad("side", "is not one this platform has");
    }

    Result<void> set(std::string_view name, const json::Value& value) {
        const Setting* setting = find_setting(account_.adapter->settings, name);
        if (setting == nullptr) setting = find_setting(kCommon, name);
        if (setting == nullptr) return unknown(name);
        if (setting->kind == Kind::secret) return set_secret(name, value);
        return set_value(*setting, value);
    }

    Error unknown(std::string_view name) const {
        std::vector<std::string_view> known;
        for (const Setting& setting : kCommon) known.push_back(setting.name);
        for (const Setting& setting : account_.adapter->settings) known.push_back(setting.name);
        const std::string_view close = did_you_mean(name, known);
        return bad(name, close.empty()
                             ? std::string("is not a known setting")
                             : "is not a known setting; did you mean " + std::string(close) + "?");
    }

    Result<void> set_secret(std::string_view name, const json::Value& value) {
        auto& tokens = account_.tokens[std::string(name)];
        const auto add = [&](const json::Value& one) {
            if (!one.is_string() || one.get_string().empty()) return false;
            tokens.emplace_back(std::string(json::view(one.get_string())));
            return true;
        };
        if (value.is_array()) {
            for (const json::Value& one : value.get_array())
                if (!add(one)) return bad(name, "must hold non-empty texts");
            if (tokens.empty()) return bad(name, "must hold at least one token");
            return {};
        }
        if (!add(value)) return bad(name, "must be a non-empty text or a list of them");
        return {};
    }

    Result<void> set_value(const Setting& setting, const json::Value& value) {
        const auto keep = [&](std::string text) -> Result<void> {
            account_.values[std::string(setting.name)] = std::move(text);
            return {};
        };
        switch (setting.kind) {
            case Kind::json: return keep(json::to_text(value));
            case Kind::boolean:
                if (!value.is_bool()) return bad(setting.name, "must be true or false");
                return keep(value.get_bool() ? "true" : "false");
            case Kind::integer:
                if (!value.is_int64() || value.get_int64() < 0 ||
                    value.get_int64() > kLargestInteger)
                    return bad(setting.name, "must be a whole number from 0 to 1000000000000");
                return keep(std::to_string(value.get_int64()));
            default: break;
        }
        if (!value.is_string()) return bad(setting.name, "must be a text");
        const std::string text(json::view(value.get_string()));
        if (setting.kind == Kind::url && !is_url(text))
            return bad(setting.name, "must be an http or https address");
        if (setting.kind == Kind::choice && !has_word(setting.choices, text))
            return bad(setting.name, "must be one of: " + std::string(setting.choices));
        return keep(text);
    }

    Result<void> require(std::span<const Setting> settings) const {
        const bool open = account_.text("auth") == "none";
        for (const Setting& setting : settings) {
            if (!setting.required) continue;
            if (setting.kind == Kind::secret && open) continue;
            if (!account_.has(setting.name)) return bad(setting.name, "is required");
        }
        return {};
    }

    Account& account_;
    const json::Object& object_;
};

bool is_account_name(std::string_view name) noexcept {
    for (const char c : name)
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
            return false;
    return !name.empty() && name.size() <= 64;
}

}  // namespace

std::string_view word(Side side) noexcept {
    switch (side) {
        case Side::desk: return "desk";
        case Side::channel: return "channel";
        case Side::peer: return "peer";
    }
    return "desk";
}

std::span<const Setting> common_settings() noexcept { return kCommon; }

std::string_view Account::text(std::string_view setting) const noexcept {
    if (const auto found = values.find(setting); found != values.end()) return found->second;
    if (adapter != nullptr)
        if (const Setting* row = find_setting(adapter->settings, setting)) return row->fallback;
    const Setting* row = find_setting(kCommon, setting);
    return row == nullptr ? std::string_view{} : row->fallback;
}

std::int64_t Account::integer(std::string_view setting) const noexcept {
    return to_int(text(setting)).value_or(0);
}

bool Account::has(std::string_view setting) const noexcept {
    return values.contains(setting) || tokens.contains(setting);
}

std::span<const Secret> Account::secrets(std::string_view setting) const noexcept {
    const auto found = tokens.find(setting);
    return found == tokens.end() ? std::span<const Secret>{}
                                 : std::span<const Secret>(found->second);
}

Result<Account> make_account(std::string_view name, std::string_view json) {
    if (!is_account_name(name))
        return fail(Code::config,
                    "account name \"" + std::string(name) + "\" must be made of a-z, 0-9, _ and -");
    LJK_TRY(value, json::parse_value(json, "the account"));
    if (!value.is_object())
        return fail(Code::config, "account \"" + std::string(name) + "\" must be an object");
    Account account;
    account.name = std::string(name);
    LJK_CHECK(Reader(account, value.get_object()).run());
    return account;
}

}  // namespace lampjack::platforms
