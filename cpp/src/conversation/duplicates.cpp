#include "conversation/duplicates.h"

#include <algorithm>
#include <cstring>

namespace lampjack::conversation {

std::size_t EventKeyHash::operator()(const EventKey& key) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, key.data(), sizeof(hash));
    return hash;
}

Mark DuplicateWindow::see(const EventKey& key, Millis now) {
    const auto found = marks_.find(key);
    if (found != marks_.end() && !is_over(found->second, now)) return found->second.mark;
    put(key, Mark::seen, now);
    return Mark::fresh;
}

void DuplicateWindow::done(const EventKey& key, Millis now) {
    const auto found = marks_.find(key);
    if (found != marks_.end() && !is_over(found->second, now))
        found->second.mark = Mark::done;
    else
        put(key, Mark::done, now);
}

void DuplicateWindow::failed(const EventKey& key) {
    const auto found = marks_.find(key);
    if (found != marks_.end() && found->second.mark == Mark::seen) marks_.erase(found);
}

Mark DuplicateWindow::look(const EventKey& key, Millis now) const {
    const auto found = marks_.find(key);
    return found == marks_.end() || is_over(found->second, now) ? Mark::fresh : found->second.mark;
}

DuplicateWindow::Marks::iterator DuplicateWindow::put(const EventKey& key, Mark mark, Millis now) {
    const Entry entry{.mark = mark, .since = now, .serial = next_serial_++};
    const auto place = marks_.insert_or_assign(key, entry).first;
    turns_.push_back({.key = key, .serial = entry.serial});
    evict(now);
    return place;
}

void DuplicateWindow::evict(Millis now) {
    while (!turns_.empty()) {
        const Turn& oldest = turns_.front();
        const auto found = marks_.find(oldest.key);
        const bool current = found != marks_.end() && found->second.serial == oldest.serial;
        if (current && marks_.size() <= capacity_ && !is_over(found->second, now)) return;
        if (current) marks_.erase(found);
        turns_.pop_front();
    }
}

}  // namespace lampjack::conversation
