#include "platforms/setting.h"

#include "base/text.h"

namespace lampjack::platforms {

using Kind = Setting::Kind;

std::string_view word(Kind kind) noexcept {
    switch (kind) {
        case Kind::text: return "text";
        case Kind::url: return "url";
        case Kind::secret: return "secret";
        case Kind::flag: return "flag";
        case Kind::integer: return "integer";
        case Kind::choice: return "choice";
        case Kind::list: return "list";
        case Kind::table: return "table";
        case Kind::json: return "json";
    }
    return "text";
}

const Setting* find_setting(std::span<const Setting> settings, std::string_view name) noexcept {
    for (const Setting& setting : settings)
        if (setting.name == name) return &setting;
    return nullptr;
}

std::string expected(const Setting& setting) {
    switch (setting.kind) {
        case Kind::text: return "a text";
        case Kind::url: return "an http or https address without a user name";
        case Kind::secret: return "a text that is not blank, or a list of them";
        case Kind::flag: return "true or false";
        case Kind::integer: {
            std::string range = "a whole number from " + std::to_string(setting.least) + " to " +
                                std::to_string(setting.most);
            if (!setting.unit.empty()) range.append(" ").append(setting.unit);
            return range;
        }
        case Kind::choice: {
            std::string words = "one of: ";
            for (const char c : setting.choices) {
                if (c == ' ') words += ',';
                words += c;
            }
            return words;
        }
        case Kind::list: return "a list of texts";
        case Kind::table: return "a table of tables by name";
        case Kind::json: return "JSON";
    }
    return "a text";
}

Error config_error(std::string_view path, std::string_view why) {
    std::string message(path);
    return fail(Code::config, message.append(": ").append(why));
}

Error unknown_setting(std::string_view path, std::string_view name,
                      std::span<const std::string_view> known) {
    const std::string_view close = did_you_mean(name, known);
    std::string why = "is not a known key";
    if (!close.empty()) why.append("; did you mean ").append(close).append("?");
    return config_error(path, why);
}

}  // namespace lampjack::platforms
