#pragma once
// LogLine: one line for an operator, `name key=value …`. The events, their levels and keys are in log_events.def.

#include "base/result.h"

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lampjack::engine {

enum class LogLevel : std::uint8_t { info, warning, error };

enum class LogEvent : std::uint8_t {
#define LJK_LOG_EVENT(id, name, level, keys, meaning) id,
#include "engine/log_events.def"
#undef LJK_LOG_EVENT
};

struct LogEventRow {
    std::string_view name;
    LogLevel level;
    std::string_view keys;  ///< what a line may carry, separated by spaces
    std::string_view meaning;
};
std::span<const LogEventRow> log_events() noexcept;
const LogEventRow& row_of(LogEvent event) noexcept;
std::string_view name_of(LogLevel level) noexcept;

/// A value is bare when it has no space, quote, backslash or equals sign, else it is a JSON string. Control characters
/// are escaped, values are cut at kLongestValue bytes. Never add a ref, a text, a person's name or a token.
class LogLine {
public:
    static constexpr std::size_t kLongestValue = 300;

    /// A line that is not written: add() costs nothing.
    LogLine() = default;
    explicit LogLine(LogEvent event) : event_(event), text_(row_of(event).name) {}

    /// An empty value adds nothing.
    LogLine& add(std::string_view key, std::string_view value);
    template <std::integral Number>
    requires(!std::same_as<Number, bool>) LogLine& add(std::string_view key, Number value) {
        return text_.empty() ? *this : add(key, std::to_string(value));
    }
    /// The reason, as one bare word where it is short and plain: `status 422` becomes `status_422`.
    LogLine& reason(std::string_view why);

    LogLevel level() const noexcept { return row_of(event_).level; }
    const std::string& text() const noexcept { return text_; }

private:
    LogEvent event_ = LogEvent{};
    std::string text_;
};

/// `store.failed`: what could not be done, and why.
LogLine store_failed(std::string_view work, const Error& error, std::string_view account = {});

}  // namespace lampjack::engine
