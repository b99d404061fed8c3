#include "platforms/setting_value.h"

#include "base/text.h"

#include <algorithm>

namespace lampjack::platforms {
namespace {

using Kind = Setting::Kind;

std::string_view kind_of(const json::Value& value) noexcept {
    if (value.is_string()) return "a text";
    if (value.is_bool()) return "true or false";
    if (value.is_array()) return "a list";
    if (value.is_object()) return "a table";
    if (value.is_double()) return "a number with a fraction";
    return value.is_null() ? "null" : "a number";
}

bool has_kind(Kind kind, const json::Value& value) noexcept {
    switch (kind) {
        case Kind::secret: return value.is_string() || value.is_array();
        case Kind::flag: return value.is_bool();
        case Kind::integer: return value.is_int64() || value.is_uint64();
        case Kind::list: return value.is_array();
        case Kind::table: return value.is_object();
        case Kind::json: return true;
        default: return value.is_string();
    }
}

bool is_token(const json::Value& value) noexcept {
    return value.is_string() && !trim(json::view(value.get_string())).empty();
}

/// What a header or an address can carry. A byte order mark and a letter that only looks like one are not ASCII.
bool can_be_sent(const Setting& setting, const json::Value& value) noexcept {
    const std::string_view text = json::view(value.get_string());
    if (text.starts_with("\xEF\xBB\xBF")) return false;
    return std::ranges::all_of(text, [&](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 && byte != 0x7F && (byte < 0x7F || setting.any_letters);
    });
}

bool all_can_be_sent(const Setting& setting, const json::Value& value) noexcept {
    if (!value.is_array()) return can_be_sent(setting, value);
    return std::ranges::all_of(value.get_array(),
                               [&](const json::Value& one) { return can_be_sent(setting, one); });
}

/// Of the right kind: whether the value itself is one that the row allows.
bool is_allowed(const Setting& setting, const json::Value& value) noexcept {
    switch (setting.kind) {
        case Kind::url: return is_url(json::view(value.get_string()));
        case Kind::choice: return has_word(setting.choices, json::view(value.get_string()));
        case Kind::integer:
            return value.is_int64() && value.get_int64() >= setting.least &&
                   value.get_int64() <= setting.most;
        case Kind::list:
            return std::ranges::all_of(value.get_array(),
                                       [](const json::Value& one) { return one.is_string(); });
        case Kind::secret:
            if (!value.is_array()) return is_token(value);
            return !value.get_array().empty() && std::ranges::all_of(value.get_array(), is_token);
        default: return true;
    }
}

/// Pasted behind another one, or behind a scheme that stood there already.
bool is_doubled(std::string_view address) noexcept {
    const std::string_view rest = address.substr(address.find("://") + 3);
    const std::string_view place = rest.substr(0, rest.find_first_of("?#"));
    const std::string_view host = place.substr(0, place.find_first_of("/:"));
    return place.find("://") != std::string_view::npos || host == "https" || host == "http";
}

}  // namespace

bool is_url(std::string_view text) noexcept {
    const auto scheme = text.starts_with("https://") ? 8U : text.starts_with("http://") ? 7U : 0U;
    if (scheme == 0 || text.size() == scheme) return false;
    for (const char c : text)
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return false;
    const std::string_view rest = text.substr(scheme);
    return rest.substr(0, rest.find('/')).find('@') == std::string_view::npos;
}

Result<void> check_value(const Setting& setting, std::string_view path, const json::Value& value) {
    if (!has_kind(setting.kind, value))
        return config_error(path, "must be " + expected(setting) + ", not " +
                                      std::string(kind_of(value)));
    if (!is_allowed(setting, value)) return config_error(path, "must be " + expected(setting));
    if (setting.kind == Kind::secret && !all_can_be_sent(setting, value))
        return config_error(path, setting.any_letters
                                      ? "holds a control character or a byte order mark"
                                      : "holds a line end, another control character or a letter "
                                        "that is not ASCII: no token can be sent with it");
    if (setting.kind == Kind::url && is_doubled(json::view(value.get_string())))
        return config_error(path, "holds two addresses: give one, with https:// once");
    return {};
}

}  // namespace lampjack::platforms
