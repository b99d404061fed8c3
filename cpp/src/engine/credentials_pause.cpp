#include "engine/credentials_pause.h"

#include "base/text.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

/// So much longer than its length a pause may be, so that not all look again at the same moment.
constexpr Millis kSpreadPart = 5;
constexpr std::string_view kNobody = "-";

Millis doubled(Millis first, Millis longest, std::uint32_t times) noexcept {
    Millis wait = std::min(first, longest);
    for (std::uint32_t i = 0; i < times && wait < longest; ++i) wait = std::min(wait * 2, longest);
    return wait;
}

std::string_view next_word(std::string_view& text, char end) noexcept {
    const auto place = text.find(end);
    const std::string_view word = text.substr(0, place);
    text = place == std::string_view::npos ? std::string_view{} : text.substr(place + 1);
    return word;
}

Millis next_number(std::string_view& text, char end) noexcept {
    return to_int(next_word(text, end)).value_or(0);
}

std::uint32_t next_count(std::string_view& text, char end) noexcept {
    return static_cast<std::uint32_t>(std::min<Millis>(next_number(text, end), 1'000'000));
}

/// How long at most the last refusal lets the account wait.
Millis longest_wait(const CredentialsPause& pause, const PauseLimits& limits) noexcept {
    const Millis wait = doubled(limits.first, limits.longest, pause.opens - 1);
    return wait + wait / kSpreadPart;
}

Millis lane_wait(const CredentialsPause::Lane& lane, const PauseLimits& limits) noexcept {
    return doubled(limits.lane_first, limits.lane_longest, lane.opens - 1);
}

}  // namespace

std::string CredentialsPause::to_text() const {
    if (is_empty()) return {};
    std::string text = std::to_string(opens);
    for (const Millis time : {since, until, probe_until, ended})
        text.append(" ").append(std::to_string(time));
    text.append(" ").append(wanted.empty() ? kNobody : std::string_view(wanted));
    for (const Lane& one : lanes) {
        text.append(" ").append(one.tag).append(":").append(std::to_string(one.opens));
        text.append(":").append(std::to_string(one.at)).append(":");
        text.append(std::to_string(one.until)).append(one.counts ? ":1" : ":0");
    }
    return text;
}

CredentialsPause CredentialsPause::from_text(std::string_view text) {
    CredentialsPause pause;
    pause.opens = next_count(text, ' ');
    for (Millis* time : {&pause.since, &pause.until, &pause.probe_until, &pause.ended})
        *time = next_number(text, ' ');
    const std::string_view wanted = next_word(text, ' ');
    if (wanted != kNobody) pause.wanted = wanted;
    while (!text.empty()) {
        std::string_view word = next_word(text, ' ');
        Lane one;
        one.tag = next_word(word, ':');
        one.opens = next_count(word, ':');
        one.at = next_number(word, ':');
        one.until = next_number(word, ':');
        one.counts = word == "1";
        if (!one.tag.empty() && one.opens != 0) pause.lanes.push_back(std::move(one));
    }
    return pause;
}

const CredentialsPause::Lane* CredentialsPause::lane(std::string_view tag) const noexcept {
    const auto found =
        std::find_if(lanes.begin(), lanes.end(), [tag](const Lane& one) { return one.tag == tag; });
    return found == lanes.end() ? nullptr : &*found;
}

Millis CredentialsPause::probe_at(Millis now, const PauseLimits& limits) const noexcept {
    if (opens == 0) return now;
    const Millis probe = probe_until - now > limits.longest ? now : probe_until;
    const Millis next = until - now > longest_wait(*this, limits) ? now : until;
    return std::max({now, probe, next});
}

Millis CredentialsPause::lane_at(std::string_view tag, Millis now,
                                 const PauseLimits& limits) const noexcept {
    const Lane* one = lane(tag);
    if (one == nullptr || one->until - now > lane_wait(*one, limits)) return now;
    return std::max(now, one->until);
}

bool CredentialsPause::is_ahead(Millis now, const PauseLimits& limits) const noexcept {
    if (is_paused() && until - now > longest_wait(*this, limits)) return true;
    return std::any_of(lanes.begin(), lanes.end(),
                       [&](const Lane& one) { return one.until - now > lane_wait(one, limits); });
}

void CredentialsPause::probe_begins(Millis now, Millis time) noexcept {
    until = std::min(until, now);
    probe_until = now + time;
    wanted.clear();
}

void CredentialsPause::refuse_account(bool was_probe, Millis now, const PauseLimits& limits,
                                      Random& random) {
    // What was sent before it was paused says nothing new.
    if (is_paused() && !was_probe) return;
    const Millis wait = doubled(limits.first, limits.longest, opens);
    const auto spread = static_cast<std::uint64_t>(wait / kSpreadPart + 1);
    if (!is_paused()) since = now;
    ++opens;
    until = now + wait + static_cast<Millis>(random.next() % spread);
    probe_until = 0;
    for (Lane& one : lanes) one.counts = false;
}

CredentialsPause::Lane& CredentialsPause::lane_of(std::string_view tag, const PauseLimits& limits) {
    for (Lane& one : lanes)
        if (one.tag == tag) return one;
    if (lanes.size() >= limits.remembered)
        lanes.erase(std::min_element(lanes.begin(), lanes.end(),
                                     [](const Lane& a, const Lane& b) { return a.at < b.at; }));
    lanes.push_back(Lane{.tag = std::string(tag)});
    return lanes.back();
}

void CredentialsPause::refuse_lane(std::string_view tag, Millis now, const PauseLimits& limits,
                                   Random& random) {
    // One that was not asked for so long is over: its conversation was ended, taken over or erased.
    std::erase_if(lanes, [&](const Lane& one) {
        return one.tag != tag && now - one.until > 2 * limits.lane_longest;
    });
    Lane& one = lane_of(tag, limits);
    one.until = now + doubled(limits.lane_first, limits.lane_longest, one.opens);
    one.at = now;
    one.counts = true;
    ++one.opens;
    const auto refused = std::count_if(lanes.begin(), lanes.end(), [&](const Lane& other) {
        return other.counts && now - other.at < limits.window;
    });
    if (static_cast<std::size_t>(refused) >= limits.lanes)
        refuse_account(false, now, limits, random);
}

void CredentialsPause::accept(std::string_view tag, bool is_success) noexcept {
    std::erase_if(lanes, [tag](const Lane& one) { return one.tag == tag; });
    if (!is_success) return;
    for (Lane& one : lanes) one.counts = false;
}

void CredentialsPause::end(Millis now) noexcept {
    opens = 0;
    since = until = probe_until = 0;
    wanted.clear();
    ended = now;
}

void CredentialsPause::ask_now(std::string_view tag, Millis now) {
    until = std::min(until, now);
    probe_until = std::min(probe_until, now);
    if (is_paused()) wanted = tag;
    for (Lane& one : lanes)
        if (tag.empty() || one.tag == tag) one.until = std::min(one.until, now);
}

}  // namespace lampjack::engine
