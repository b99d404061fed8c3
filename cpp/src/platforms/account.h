#pragma once
// Account: one configured bot or channel. The settings an account may have are tables: common ones here, the
// platform's own beside its adapter. Everything a user can write into the configuration is a row of such a table.

#include "base/result.h"
#include "base/secret.h"
#include "platforms/setting.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lampjack::platforms {

struct Adapter;

/// Which side of the conversation we play on this platform.
enum class Side : std::uint8_t { desk, channel, peer };
std::string_view word(Side side) noexcept;

class Account {
public:
    std::string name;
    const Adapter* adapter = nullptr;
    Side side = Side::desk;

    /// The configured text, or the setting's fallback. For every kind but `secret`.
    std::string_view text(std::string_view setting) const noexcept;
    bool flag(std::string_view setting) const noexcept { return text(setting) == "true"; }
    std::int64_t integer(std::string_view setting) const noexcept;
    bool has(std::string_view setting) const noexcept;
    /// The configured tokens; several during a rotation. The first is the one we send.
    std::span<const Secret> secrets(std::string_view setting) const noexcept;

    std::map<std::string, std::string, std::less<>> values;
    std::map<std::string, std::vector<Secret>, std::less<>> tokens;
};

/// Settings that every account may have: platform, side, auth, mute, record, …
std::span<const Setting> common_settings() noexcept;

/// `account.shop.api_base: why`: the form of every error about an account's settings.
Error setting_error(const Account& account, std::string_view setting, std::string_view why);

/// Makes an account from its JSON object. Unknown settings fail with the closest known name; missing required ones and
/// values of a wrong kind or beyond their range fail with the setting's path. No value stands in an error.
/// `keys_of_hub`: keys that stand elsewhere; the error says where.
Result<Account> make_account(std::string_view name, std::string_view json,
                             std::span<const std::string_view> keys_of_hub = {});
/// Whether accounts of any platform may have it.
bool is_setting_of_accounts(std::string_view name) noexcept;

}  // namespace lampjack::platforms
