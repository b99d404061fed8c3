#pragma once
// LaneSchedule: which lanes have something to do, when, and who holds them. A lane is leased to one holder at a time; a
// lease that ran out may be taken by the next one, and the late holder's token no longer counts. Pure; one thread at a time.

#include "base/clock.h"
#include "store/rows.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

namespace lampjack::store {

inline constexpr Millis kNever = std::numeric_limits<Millis>::max();

class LaneSchedule {
public:
    struct Lease {
        ConversationKey key{};
        std::uint64_t token = 0;
    };

    LaneSchedule() = default;
    /// Tokens above this number: those of two schedules must not meet where one token may be of either.
    explicit LaneSchedule(std::uint64_t tokens_above) noexcept : last_token_(tokens_above) {}

    /// The lane has something to do from `at` on. A waiting lane moves to that time; a leased one stays.
    void offer(const ConversationKey& key, Millis at);
    /// The first lanes whose time has come and that `wanted` accepts.
    std::vector<ConversationKey>
    due(Millis now, std::size_t limit,
        const std::function<bool(const ConversationKey&)>& wanted) const;
    /// The same, held until `until`.
    std::vector<Lease> lease(Millis now, Millis until, std::size_t limit,
                             const std::function<bool(const ConversationKey&)>& wanted);
    bool holds(const ConversationKey& key, std::uint64_t token) const;
    /// Whether somebody holds the lane and the lease has not run out.
    bool is_leased(const ConversationKey& key, Millis now) const;
    /// When it is due, or its lease ends; 0 for an idle one.
    Millis at(const ConversationKey& key) const;
    /// A lease ends at that time, if that is earlier; its token still counts until another has the lane.
    void cut_short(const ConversationKey& key, std::uint64_t token, Millis at);
    /// A lease ends at that time instead.
    void extend(const ConversationKey& key, std::uint64_t token, Millis until);
    /// Gives the lane back: due again at `at`, or idle when that is absent. False when the lease was lost.
    bool release(const ConversationKey& key, std::uint64_t token, std::optional<Millis> at);
    void erase(const ConversationKey& key);
    /// Nothing is left to do: a waiting lane goes, a leased one stays until its holder gives it back.
    void drop_waiting(const ConversationKey& key);
    /// Lanes that `wanted` does not accept and whose lease ran out before then: whoever held them is gone.
    void drop_left(Millis before, const std::function<bool(const ConversationKey&)>& wanted);
    /// When the next waiting lane that `wanted` accepts becomes due, or a lease runs out; kNever when there is none.
    Millis next_at(const std::function<bool(const ConversationKey&)>& wanted) const;

private:
    struct Entry {
        Millis at = 0;
        std::uint64_t order = 0;
        std::uint64_t token = 0;  ///< 0: waiting
    };
    using Place = std::tuple<Millis, std::uint64_t, ConversationKey>;

    void move(const ConversationKey& key, Entry& entry, Millis at);

    std::map<ConversationKey, Entry> lanes_;
    std::set<Place> order_;
    std::uint64_t last_order_ = 0;
    std::uint64_t last_token_ = 0;
};

}  // namespace lampjack::store
