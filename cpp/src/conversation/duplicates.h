#pragma once
// What was handled already (R9): a bounded window of marks in memory, beside the store's unique keys.

#include "base/clock.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>

namespace lampjack::conversation {

/// The first 16 bytes of a hash over what makes an event this event.
using EventKey = std::array<unsigned char, 16>;

struct EventKeyHash {
    /// The bytes of a key are a hash already.
    std::size_t operator()(const EventKey& key) const noexcept;
};

enum class Mark : std::uint8_t {
    fresh,  ///< never seen, or longer ago than the window
    seen,   ///< work on it has begun; it may come again if that work failed
    done,   ///< its effect is stored: only this suppresses a repetition
};

/// Not safe to share between threads: it belongs to the lane of its conversations.
class DuplicateWindow {
public:
    /// Holds at most `capacity` marks, each for `window` after it was first seen.
    DuplicateWindow(std::size_t capacity, Millis window) : capacity_(capacity), window_(window) {}

    /// The mark the key had until now; a fresh key becomes seen.
    Mark see(const EventKey& key, Millis now);
    /// The effect is stored.
    void done(const EventKey& key, Millis now);
    /// The work failed: the next one with this key is as good as the first. A done key stays done.
    void failed(const EventKey& key);
    Mark look(const EventKey& key, Millis now) const;
    std::size_t size() const noexcept { return marks_.size(); }

private:
    struct Entry {
        Mark mark = Mark::seen;
        Millis since = 0;
        std::uint64_t serial = 0;
    };
    struct Turn {
        EventKey key;
        std::uint64_t serial = 0;
    };
    using Marks = std::unordered_map<EventKey, Entry, EventKeyHash>;

    Marks::iterator put(const EventKey& key, Mark mark, Millis now);
    bool is_over(const Entry& entry, Millis now) const noexcept {
        return now - entry.since >= window_;
    }
    void evict(Millis now);

    std::size_t capacity_;
    Millis window_;
    std::uint64_t next_serial_ = 0;
    Marks marks_;
    std::deque<Turn> turns_;  ///< in the order of arrival; turns of forgotten entries are skipped
};

}  // namespace lampjack::conversation
