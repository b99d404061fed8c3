#pragma once
// The compact structs of a batch. Strings are places in the batch's Text, lists are ranges or chains in its flat arrays;
// nothing here owns memory. Optional values are absent Strs; names are those of the canonical JSON form.

#include "base/clock.h"
#include "model/words.h"
#include "json/text.h"

#include <cstdint>
#include <limits>

namespace lampjack::model {

using json::Str;

inline constexpr std::uint32_t kNone = 0xFFFFFFFF;
inline constexpr Millis kNoTime = std::numeric_limits<Millis>::min();
inline constexpr std::int64_t kNoSize = -1;

struct Range {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

/// A vendor field with no place of its own: its name and its raw JSON, chained in document order.
struct Extra {
    Str key;
    Str raw;
    std::uint32_t next = kNone;
    Scope scope = Scope::field;
};

struct Chain {
    std::uint32_t head = kNone;
    std::uint32_t tail = kNone;
    bool empty() const noexcept { return head == kNone; }
};

struct Option {
    OptionKind kind = OptionKind::unknown;
    Str title, payload, url, phone, image_url, target;
    Chain extra;
};

struct Card {
    Str title, subtitle, image_url, url;
    Range options;
    Chain extra;
};

/// One part of a message. Which members count depends on `type`; see the writer in canonical_write.cpp.
struct Part {
    PartType type = PartType::unknown;
    ChoiceStyle style = ChoiceStyle::quick_replies;  ///< choice
    CardLayout layout = CardLayout::carousel;        ///< cards
    Media media = Media::file;                       ///< file
    Str text;                                        ///< text, choice
    Str url, name, mime, state, vendor_id;           ///< file
    std::int64_t size = kNoSize;                     ///< file, bytes
    Str latitude, longitude;                         ///< location: the numbers' own digits
    Str title;                                       ///< location, postback
    Str payload, target, parameters;                 ///< postback; `parameters` is raw JSON
    Str raw;                                         ///< unknown: the vendor object
    Range options;                                   ///< choice, cards
    Range cards;                                     ///< cards
    Chain extra;
};

struct Actor {
    Str id, first_name, last_name, display_name, login, phone, email, site, language;
    Chain extra;
};

struct ConversationId {
    Str account;  ///< only in events read from canonical JSON; else the receiver knows it
    Str bot;
    Str id;
    Mode mode = Mode::live;
};

struct Event {
    EventKind kind = EventKind::unknown;
    Role role = Role::unknown;
    HandoverTo handover_to = HandoverTo::agent;
    std::uint32_t warnings = 0;  ///< bits by Warning
    std::uint32_t conversation = kNone;
    std::uint32_t actor = kNone;  ///< details beyond the role
    Millis sent_at = kNoTime;
    Str id;  ///< only in events read from canonical JSON; else identity.h computes it
    Str vendor_id;
    Str payload;  ///< handover: raw JSON
    Range parts;
    Range transcript;  ///< handover_requested: events of this batch
    Chain session;     ///< session data by name
    Chain extra;

    bool warns(Warning warning) const noexcept {
        return (warnings >> static_cast<unsigned>(warning) & 1U) != 0;
    }
    void warn(Warning warning) noexcept { warnings |= 1U << static_cast<unsigned>(warning); }
};

}  // namespace lampjack::model
