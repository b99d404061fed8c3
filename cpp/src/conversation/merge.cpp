#include "conversation/merge.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>

namespace lampjack::conversation {
namespace {

using Records = std::span<const MergeRecord>;
using Indexes = std::vector<std::size_t>;

class Matching {
public:
    Matching(Records live, Records transcript)
        : live_(live),
          transcript_(transcript),
          live_of_(transcript.size()),
          used_(live.size()) {}

    /// Pairs items that have the same key, in order.
    template <class KeyOf>
    void by_key(KeyOf key_of) {
        std::unordered_map<EventKey, Indexes, EventKeyHash> places;
        for (std::size_t index = live_.size(); index-- > 0;) {
            const std::optional<EventKey> key = key_of(live_[index]);
            if (key && !used_[index]) places[*key].push_back(index);
        }
        for (std::size_t index = 0; index < transcript_.size(); ++index) {
            const std::optional<EventKey> key = key_of(transcript_[index]);
            if (live_of_[index] || !key) continue;
            const auto found = places.find(*key);
            if (found == places.end() || found->second.empty()) continue;
            pair(found->second.back(), index);
            found->second.pop_back();
        }
    }

    /// Pairs items of one actor with the same content whose times differ by `tolerance` at most, in order.
    void by_content(Millis tolerance) {
        if (std::ranges::all_of(used_, std::identity{})) return;
        std::map<std::pair<std::uint8_t, std::uint64_t>, std::pair<Indexes, Indexes>> groups;
        for (std::size_t index = 0; index < live_.size(); ++index) {
            if (!used_[index]) groups[group_of(live_[index])].first.push_back(index);
        }
        for (std::size_t index = 0; index < transcript_.size(); ++index) {
            if (!live_of_[index]) groups[group_of(transcript_[index])].second.push_back(index);
        }
        for (const auto& [group, members] : groups) align(members.first, members.second, tolerance);
    }

    std::vector<std::optional<std::size_t>> live_of() && { return std::move(live_of_); }
    bool is_used(std::size_t live) const { return used_[live]; }

private:
    static std::pair<std::uint8_t, std::uint64_t> group_of(const MergeRecord& record) {
        return {record.actor, record.content};
    }

    void pair(std::size_t live, std::size_t transcript) {
        live_of_[transcript] = live;
        used_[live] = true;
    }

    /// Two ordered lists of equal items: whichever is too early for the other's next is left out. An item without a
    /// time fits any.
    void align(const Indexes& live, const Indexes& transcript, Millis tolerance) {
        std::size_t l = 0;
        std::size_t t = 0;
        while (l < live.size() && t < transcript.size()) {
            const auto& live_at = live_[live[l]].at;
            const auto& told_at = transcript_[transcript[t]].at;
            const bool known = live_at && told_at;
            if (known && *live_at < *told_at - tolerance)
                ++l;
            else if (known && *live_at > *told_at + tolerance)
                ++t;
            else
                pair(live[l++], transcript[t++]);
        }
    }

    Records live_;
    Records transcript_;
    std::vector<std::optional<std::size_t>> live_of_;
    std::vector<bool> used_;
};

void find_added_and_holes(Merged& merged) {
    std::optional<std::size_t> last_live;
    std::optional<std::size_t> run;
    for (std::size_t index = 0; index < merged.live_of.size(); ++index) {
        const auto& live = merged.live_of[index];
        if (!live) {
            merged.added.push_back(index);
            if (!run) run = index;
            continue;
        }
        if (run)
            merged.holes.push_back({.first = *run, .count = index - *run, .after_live = last_live});
        run.reset();
        last_live = live;
    }
    // A run at the end is news: it may still come live.
}

void find_missing(Merged& merged, Records live, Records transcript, const Matching& matching,
                  Millis tolerance) {
    Millis first = std::numeric_limits<Millis>::max();
    Millis last = std::numeric_limits<Millis>::min();
    for (const MergeRecord& record : transcript) {
        if (!record.at) continue;
        first = std::min(first, *record.at);
        last = std::max(last, *record.at);
    }
    if (first > last) return;
    for (std::size_t index = 0; index < live.size(); ++index) {
        const auto& at = live[index].at;
        // Near the edges the transcript may have been cut.
        const bool inside = at && *at >= first + tolerance && *at <= last - tolerance;
        if (inside && !matching.is_used(index)) merged.missing.push_back(index);
    }
}

}  // namespace

Merged merge(Records live, Records transcript, Millis tolerance) {
    Matching matching(live, transcript);
    matching.by_key([](const MergeRecord& record) { return record.key; });
    matching.by_key([](const MergeRecord& record) { return std::optional(record.fingerprint); });
    matching.by_content(0);
    matching.by_content(tolerance);
    Merged merged;
    find_missing(merged, live, transcript, matching, tolerance);
    merged.live_of = std::move(matching).live_of();
    find_added_and_holes(merged);
    return merged;
}

}  // namespace lampjack::conversation
