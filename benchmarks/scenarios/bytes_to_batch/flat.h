#pragma once
// The result type of the scenario: what every contender must find in a payload. Strings are views of whatever the
// contender keeps; equality is by value.

#include <cstdint>
#include <string_view>
#include <vector>

namespace bench {

struct FlatButton {
    std::string_view title, type, value;
    friend bool operator==(const FlatButton&, const FlatButton&) = default;
};

/// A field with no place of its own, as raw JSON.
struct FlatExtra {
    std::string_view key, raw;
};

struct FlatEvent {
    std::string_view actor, kind, text, title, payload, vendor_id, language, first_name, channel;
    std::int64_t sent_at = 0;
    double latitude = 0, longitude = 0;
    std::vector<std::string_view> urls;
    std::vector<FlatButton> buttons;
    std::vector<FlatExtra> extras;

    void clear() {
        actor = kind = text = title = payload = vendor_id = language = first_name = channel = {};
        sent_at = 0;
        latitude = longitude = 0;
        urls.clear();
        buttons.clear();
        extras.clear();
    }
};

/// One request. Events are reused between payloads, so that no contender pays for fresh memory.
struct Flat {
    std::string_view conversation, bot;
    std::vector<FlatExtra> extras;
    std::vector<FlatEvent> events;
    std::size_t count = 0;

    void clear() {
        conversation = bot = {};
        extras.clear();
        count = 0;
    }
    FlatEvent& add() {
        if (count == events.size()) events.emplace_back();
        FlatEvent& event = events[count++];
        event.clear();
        return event;
    }
};

}  // namespace bench
