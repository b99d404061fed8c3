#pragma once
// The result type of the scenario: what every contender must find in a payload. Strings are views of whatever the
// contender keeps, documented words are enumerations, times are milliseconds; equality is by value.

#include "base/clock.h"
#include "model/words.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace bench {

using lampjack::Millis;
using lampjack::model::EventKind;
using lampjack::model::Media;
using lampjack::model::Mode;
using lampjack::model::OptionKind;
using lampjack::model::PartType;
using lampjack::model::Role;

struct FlatButton {
    OptionKind kind = OptionKind::unknown;
    std::uint32_t card = 0;  ///< the index of its card; 0 where there are no cards
    std::string_view title, value;
};

struct FlatCard {
    std::string_view title, subtitle, image_url, url;
};

struct FlatFile {
    Media media = Media::file;
    std::string_view url, name, mime, state, id;
    std::int64_t size = -1;
};

/// A field with no place of its own, as raw JSON.
struct FlatExtra {
    std::string_view key, raw;
};

struct FlatEvent {
    Role role = Role::unknown;
    PartType kind = PartType::unknown;
    std::string_view text, title, payload, vendor_id, channel;
    std::string_view sender, language, first_name, last_name, login, phone, email, site;
    Millis sent_at = 0;
    double latitude = 0, longitude = 0;
    std::vector<FlatFile> files;
    std::vector<FlatCard> cards;
    std::vector<FlatButton> buttons;
    std::vector<FlatExtra> extras;

    void clear() {
        role = Role::unknown;
        kind = PartType::unknown;
        text = title = payload = vendor_id = channel = {};
        sender = language = first_name = last_name = login = phone = email = site = {};
        sent_at = 0;
        latitude = longitude = 0;
        files.clear();
        cards.clear();
        buttons.clear();
        extras.clear();
    }
};

/// One request. Events are reused between payloads, so that no contender pays for fresh memory.
struct Flat {
    EventKind kind = EventKind::unknown;
    Mode mode = Mode::live;
    std::string_view conversation, bot;
    Millis sent_at = 0;
    std::vector<FlatExtra> extras;
    std::vector<FlatEvent> events;
    std::size_t count = 0;

    void clear() {
        kind = EventKind::unknown;
        mode = Mode::live;
        conversation = bot = {};
        sent_at = 0;
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
