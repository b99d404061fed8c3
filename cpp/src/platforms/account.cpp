#include "platforms/account.h"

#include "base/text.h"
#include "platforms/registry.h"
#include "platforms/setting_value.h"
#include "json/value.h"

#include <algorithm>

namespace lampjack::platforms {
namespace {

using Kind = Setting::Kind;

std::string path_of(std::string_view account, std::string_view setting) {
    std::string path = "account.";
    path.append(account);
    if (!setting.empty()) path.append(".").append(setting);
    return path;
}

/// Reads the settings of one account, row by row.
class Reader {
public:
    Reader(Account& account, const json::Object& object,
           std::span<const std::string_view> keys_of_hub)
        : account_(account),
          object_(object),
          keys_of_hub_(keys_of_hub) {}

    Result<void> run() {
        LJK_CHECK(choose_platform());
        for (const auto& [key, value] : object_)
            LJK_CHECK(set(std::string_view(key.data(), key.size()), value));
        LJK_CHECK(choose_side());
        if (account_.adapter->prepare != nullptr) LJK_CHECK(account_.adapter->prepare(account_));
        LJK_CHECK(require(common_settings()));
        LJK_CHECK(require(account_.adapter->settings));
        if (account_.adapter->configure != nullptr)
            LJK_CHECK(account_.adapter->configure(account_));
        return {};
    }

private:
    Error bad(std::string_view setting, std::string_view why) const {
        return setting_error(account_, setting, why);
    }

    Result<void> choose_platform() {
        const std::string_view name = json::text_of(object_, "platform");
        if (name.empty()) return bad("platform", "is required: a text, one of:" + names());
        account_.adapter = platforms::find(name);
        if (account_.adapter == nullptr)
            return bad("platform", "is not a known platform; known are" + names());
        return {};
    }
    static std::string names() {
        std::string all;
        for (const Adapter* adapter : platforms::all()) all.append(" ").append(adapter->name);
        return all;
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
        std::string words;
        for (const Side side : sides) words.append(" ").append(word(side));
        return bad("side", "must be one that the platform has:" + words);
    }

    Result<void> set(std::string_view name, const json::Value& value) {
        const Setting* setting = find_setting(account_.adapter->settings, name);
        if (setting == nullptr) setting = find_setting(common_settings(), name);
        if (setting == nullptr) return unknown(name);
        LJK_CHECK(check_value(*setting, path_of(account_.name, name), value));
        if (setting->kind == Kind::secret)
            keep_tokens(name, value);
        else
            account_.values[std::string(name)] = text_of(setting->kind, value);
        return {};
    }

    Error unknown(std::string_view name) const {
        if (std::ranges::find(keys_of_hub_, name) != keys_of_hub_.end())
            return bad(name,
                       "is a key of the hub: it stands at the top, above the first [account.NAME]");
        std::vector<std::string_view> known;
        for (const Setting& setting : common_settings()) known.push_back(setting.name);
        for (const Setting& setting : account_.adapter->settings) known.push_back(setting.name);
        return unknown_setting(path_of(account_.name, name), name, known);
    }

    void keep_tokens(std::string_view name, const json::Value& value) {
        auto& tokens = account_.tokens[std::string(name)];
        const auto add = [&](const json::Value& one) {
            tokens.emplace_back(std::string(json::view(one.get_string())));
        };
        if (!value.is_array()) return add(value);
        for (const json::Value& one : value.get_array()) add(one);
    }

    static std::string text_of(Kind kind, const json::Value& value) {
        switch (kind) {
            case Kind::json:
            case Kind::list:
            case Kind::table: return json::to_text(value);
            case Kind::flag: return value.get_bool() ? "true" : "false";
            case Kind::integer: return std::to_string(value.get_int64());
            default: return std::string(json::view(value.get_string()));
        }
    }

    Result<void> require(std::span<const Setting> settings) const {
        const bool open = account_.text("auth") == "none";
        for (const Setting& setting : settings) {
            if (!setting.required) continue;
            if (setting.kind == Kind::secret && open) continue;
            if (!account_.has(setting.name))
                return bad(setting.name, "is required: " + std::string(setting.meaning));
        }
        return {};
    }

    Account& account_;
    const json::Object& object_;
    std::span<const std::string_view> keys_of_hub_;
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

std::string_view Account::text(std::string_view setting) const noexcept {
    if (const auto found = values.find(setting); found != values.end()) return found->second;
    if (adapter != nullptr)
        if (const Setting* row = find_setting(adapter->settings, setting)) return row->fallback;
    const Setting* row = find_setting(common_settings(), setting);
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

Error setting_error(const Account& account, std::string_view setting, std::string_view why) {
    return config_error(path_of(account.name, setting), why);
}

bool is_setting_of_accounts(std::string_view name) noexcept {
    if (find_setting(common_settings(), name) != nullptr) return true;
    return std::ranges::any_of(platforms::all(), [&](const Adapter* adapter) {
        return find_setting(adapter->settings, name) != nullptr;
    });
}

Result<Account> make_account(std::string_view name, std::string_view json,
                             std::span<const std::string_view> keys_of_hub) {
    if (!is_account_name(name))
        return config_error(path_of(name, {}),
                            "the name must be 1 to 64 characters of a-z, 0-9, _ and -");
    LJK_TRY(value, json::parse_value(json, "the account"));
    if (!value.is_object()) return config_error(path_of(name, {}), "must be a table of settings");
    Account account;
    account.name = std::string(name);
    LJK_CHECK(Reader(account, value.get_object(), keys_of_hub).run());
    return account;
}

}  // namespace lampjack::platforms
