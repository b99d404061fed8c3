#pragma once
// What every log line must be: an event of the table at its level, with its keys in their order, each at most once.

#include "engine/log_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lampjack::support {

using LogPairs = std::vector<std::pair<std::string, std::string>>;

/// The end of a value: of a JSON string behind its last quote, of a bare one at the next space.
inline std::size_t end_of_value(std::string_view text, std::size_t at) {
    if (at >= text.size() || text[at] != '"') return std::min(text.find(' ', at), text.size());
    for (std::size_t i = at + 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            return i + 1;
    }
    return std::string_view::npos;
}

/// The text of a value; nothing when it is badly written. Escapes of control characters become `?`.
inline std::optional<std::string> plain_value(std::string_view value) {
    if (value.empty()) return std::nullopt;
    if (value.front() != '"') {
        const bool bare = value.find_first_of("\"\\=") == std::string_view::npos;
        return bare ? std::optional<std::string>(value) : std::nullopt;
    }
    std::string text;
    for (std::size_t i = 1; i + 1 < value.size(); ++i) {
        const bool escape = value[i] == '\\';
        if (escape && value[++i] == 'u')
            i += 4;
        else if (escape && value[i] != '"' && value[i] != '\\')
            return std::nullopt;
        text += escape && value[i] != '"' && value[i] != '\\' ? '?' : value[i];
    }
    return text;
}

/// `name( key=value)*` taken apart; the first pair is the name. Nothing when the text has another form.
inline std::optional<LogPairs> parse_log_line(std::string_view text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return std::nullopt;
    std::size_t at = std::min(text.find(' '), text.size());
    LogPairs pairs{{"event", std::string(text.substr(0, at))}};
    while (at < text.size()) {
        const std::size_t equals = text.find('=', ++at);
        if (equals == std::string_view::npos) return std::nullopt;
        const std::size_t end = end_of_value(text, equals + 1);
        if (end == std::string_view::npos || (end < text.size() && text[end] != ' '))
            return std::nullopt;
        auto value = plain_value(text.substr(equals + 1, end - equals - 1));
        if (!value) return std::nullopt;
        pairs.emplace_back(text.substr(at, equals - at), std::move(*value));
        at = end;
    }
    return pairs;
}

/// What is wrong with a line; empty when nothing is.
inline std::string fault_of_line(std::string_view level, std::string_view text) {
    const auto pairs = parse_log_line(text);
    if (!pairs) return "not of the form name key=value";
    const auto events = engine::log_events();
    const auto row = std::find_if(events.begin(), events.end(), [&](const auto& event) {
        return event.name == pairs->front().second;
    });
    if (row == events.end()) return "no event of the table";
    if (name_of(row->level) != level) return "another level than the table's";
    const std::string keys = " " + std::string(row->keys) + " ";
    std::size_t from = 0;
    for (std::size_t i = 1; i < pairs->size(); ++i) {
        const std::size_t found = keys.find(" " + pairs->at(i).first + " ", from);
        if (found == std::string::npos)
            return "the key " + pairs->at(i).first + " is not the table's, or out of its order";
        from = found + 1;
    }
    return {};
}

/// The log of a test: checks a line against the table and keeps it behind its level. From any thread.
inline void keep_line(std::string& log, std::string_view level, std::string_view text) {
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    EXPECT_EQ(fault_of_line(level, text), "") << text;
    log.append(level).append(" ").append(text).append("\n");
}

/// How many lines begin with `start` ("warning return.stuck") and hold all the `pairs` (" reason=status_500").
template <class... Pairs>
std::size_t lines_of(std::string_view log, std::string_view start, Pairs... pairs) {
    std::size_t found = 0;
    for (std::size_t at = 0; at < log.size(); at = log.find('\n', at) + 1) {
        const std::string line = std::string(log.substr(at, log.find('\n', at) - at)) + " ";
        const bool has = line.starts_with(std::string(start) + " ");
        if (has && (... && (line.find(" " + std::string(pairs) + " ") != std::string::npos)))
            ++found;
    }
    return found;
}

}  // namespace lampjack::support
