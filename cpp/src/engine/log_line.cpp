#include "engine/log_line.h"

#include <algorithm>
#include <array>

namespace lampjack::engine {
namespace {

constexpr auto kEvents = std::to_array<LogEventRow>({
#define LJK_LOG_EVENT(id, name, level, keys, meaning) {name, LogLevel::level, keys, meaning},
#include "engine/log_events.def"
#undef LJK_LOG_EVENT
});

constexpr std::size_t kLongestWord = 40;
constexpr std::string_view kHex = "0123456789abcdef";

unsigned char byte(char c) noexcept { return static_cast<unsigned char>(c); }

/// The bytes of the character that begins at `at`; 0 when they are no UTF-8 that a terminal should see.
std::size_t character_at(std::string_view text, std::size_t at) noexcept {
    const unsigned char first = byte(text[at]);
    if (first < 0x80) return 1;
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
    if (size == 0 || first > 0xF4 || text.size() - at < size) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((byte(text[at + i]) & 0xC0U) != 0x80U) return 0;
    const unsigned char second = byte(text[at + 1]);
    const bool control = first == 0xC2 && second < 0xA0;
    const unsigned char third = size > 2 ? byte(text[at + 2]) : 0;
    const bool separator = first == 0xE2 && second == 0x80 && third >= 0xA8 && third <= 0xAE;
    const bool direction = first == 0xE2 && (second == 0x80 ? third >= 0x8B && third <= 0x8F
                                                            : second == 0x81 && third >= 0xA6);
    const bool too_long = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool surrogate = first == 0xED && second >= 0xA0;
    const bool too_large = first == 0xF4 && second >= 0x90;
    return control || separator || direction || too_long || surrogate || too_large ? 0 : size;
}

bool is_bare(std::string_view value) noexcept {
    return std::all_of(value.begin(), value.end(), [](char c) {
        return byte(c) > 0x20 && byte(c) < 0x7F && c != '"' && c != '\\' && c != '=';
    });
}

void add_ascii(std::string& out, char c) {
    if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
    } else if (byte(c) < 0x20 || c == 0x7F) {
        out += "\\u00";
        out += kHex[byte(c) >> 4U];
        out += kHex[byte(c) & 0xFU];
    } else {
        out += c;
    }
}

void add_quoted(std::string& out, std::string_view value) {
    out += '"';
    for (std::size_t at = 0; at < value.size();) {
        const std::size_t size = character_at(value, at);
        if (size == 1)
            add_ascii(out, value[at]);
        else if (size == 0)
            out += "\\ufffd";
        else
            out.append(value, at, size);
        at += std::max<std::size_t>(size, 1);
    }
    out += '"';
}

std::string_view shortened(std::string_view value) noexcept {
    if (value.size() <= LogLine::kLongestValue) return value;
    std::size_t end = LogLine::kLongestValue;
    while (end > 0 && (byte(value[end]) & 0xC0U) == 0x80U) --end;
    return value.substr(0, end);
}

bool is_plain(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == ' ';
}

}  // namespace

std::span<const LogEventRow> log_events() noexcept { return kEvents; }

const LogEventRow& row_of(LogEvent event) noexcept {
    return kEvents[static_cast<std::size_t>(event)];
}

std::string_view name_of(LogLevel level) noexcept {
    switch (level) {
        case LogLevel::info: return "info";
        case LogLevel::warning: return "warning";
        case LogLevel::error: break;
    }
    return "error";
}

LogLine& LogLine::add(std::string_view key, std::string_view value) {
    if (text_.empty() || value.empty()) return *this;
    text_.append(" ").append(key).append("=");
    const std::string_view kept = shortened(value);
    if (kept.size() == value.size() && is_bare(kept)) {
        text_ += kept;
        return *this;
    }
    add_quoted(text_, kept);
    if (kept.size() < value.size()) text_.insert(text_.size() - 1, "…");
    return *this;
}

LogLine store_failed(std::string_view work, const Error& error, std::string_view account) {
    return LogLine(LogEvent::store_failed)
        .add("work", work)
        .add("account", account)
        .add("reason", error.message);
}

LogLine& LogLine::reason(std::string_view why) {
    if (text_.empty() || why.size() > kLongestWord ||
        !std::all_of(why.begin(), why.end(), is_plain))
        return add("reason", why);
    std::string word(why);
    std::replace(word.begin(), word.end(), ' ', '_');
    return add("reason", word);
}

}  // namespace lampjack::engine
