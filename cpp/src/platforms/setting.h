#pragma once
// Setting: one row of the configuration's table. The hub's keys are rows of engine/config_keys, those of every account rows
// of platforms/common_settings, a platform's own rows beside its adapter. The reader, `lampjack settings` and the tests use
// the same rows: what is not a row cannot be configured.

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lampjack::platforms {

/// Some 31 years in milliseconds: no sum of it with a time overflows.
inline constexpr std::int64_t kLargestInteger = 1'000'000'000'000;
/// What stands for a secret that is not there, where none is needed: to print addresses.
inline constexpr std::string_view kNotSet = "not-set";

struct Setting {
    enum class Kind : std::uint8_t {
        text,
        url,      ///< absolute http(s) address without userinfo
        secret,   ///< one token or several: a text or a list of texts; never printed
        flag,     ///< true or false
        integer,  ///< from `least` to `most`
        choice,   ///< one of the words in `choices`, separated by spaces
        list,     ///< of texts
        table,    ///< of tables by name
        json,     ///< any JSON, kept raw
    };
    std::string_view name;
    Kind kind = Kind::text;
    /// The value when it is not configured; for `required` without meaning.
    std::string_view fallback = {};
    bool required = false;
    std::string_view choices = {};
    std::int64_t least = 0;
    std::int64_t most = kLargestInteger;
    std::string_view unit = {};  ///< of an integer: ms, bytes, …
    bool confidential = false;   ///< the value may hold a password; a `secret` always does
    bool may_be_short = false;   ///< of a secret: it is a name, so nobody has to guess it
    bool any_letters = false;    ///< of a secret: it travels encoded, so it need not be ASCII
    std::string_view meaning = {};
};

std::string_view word(Setting::Kind kind) noexcept;

/// Null when no row has that name.
const Setting* find_setting(std::span<const Setting> settings, std::string_view name) noexcept;

/// What a value of that setting must be, in words: "a whole number from 1 to 100".
std::string expected(const Setting& setting);

/// The one form of an error of the configuration: where (`account.shop.verify_token`), then what is wrong and what to do.
Error config_error(std::string_view path, std::string_view why);

/// Names the closest of the known names.
Error unknown_setting(std::string_view path, std::string_view name,
                      std::span<const std::string_view> known);

}  // namespace lampjack::platforms
