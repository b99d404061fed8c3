#include "engine/bulkhead.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

/// An account's own places are this part of what it may have, where not all have all.
constexpr std::size_t kOwnPart = 4;
/// Half of the descriptors a process has where nobody raised the limit.
constexpr std::size_t kDescriptors = 512;
/// What must be there also where one account alone may have more, and the outcomes that are kept: times `each`.
constexpr std::size_t kAccounts = 4;

std::size_t less(std::size_t from, std::size_t what) noexcept {
    return from > what ? from - what : 0;
}

}  // namespace

Places Places::of(std::size_t in_flight, std::size_t accounts) noexcept {
    const std::size_t each = std::max<std::size_t>(in_flight, 1);
    const std::size_t all = std::max<std::size_t>(accounts, 1);
    const std::size_t most = std::max(kDescriptors, kAccounts * each);
    const std::size_t kept = kAccounts * each;
    if (all <= most / each) return {each, each, 0, each * all, kept};
    const std::size_t half = most / 2 / all;
    const std::size_t own =
        std::clamp<std::size_t>(half, 1, std::max<std::size_t>(each / kOwnPart, 1));
    return {each, own, less(most, own * all), most, kept};
}

std::size_t Bulkhead::busy(std::string_view account) const noexcept {
    const auto found = busy_.find(account);
    return found == busy_.end() ? 0 : found->second;
}

void Bulkhead::take(std::string_view account) {
    auto found = busy_.find(account);
    if (found == busy_.end()) found = busy_.emplace(account, 0).first;
    if (++found->second > places_.own) ++drawn_;
    ++taken_;
}

void Bulkhead::give_back(std::string_view account) noexcept {
    const auto found = busy_.find(account);
    if (found == busy_.end() || found->second == 0) return;
    if (found->second-- > places_.own) --drawn_;
    --taken_;
}

std::size_t Bulkhead::room(std::string_view account, std::size_t kept) const noexcept {
    if (kept >= places_.kept) return 0;
    const std::size_t mine = busy(account);
    const std::size_t drawn = less(mine, places_.own);
    const std::size_t free = less(places_.stock, drawn_);
    // Drawing so many leaves at least as many free as the account then has of them.
    const std::size_t more = (less(free, drawn) + 1) / 2;
    const std::size_t wanted = std::min(less(places_.each, mine), less(places_.own, mine) + more);
    return std::min(wanted, less(places_.most, taken_));
}

Bulkhead::Group Bulkhead::next(const std::vector<std::string>& accounts, std::size_t kept) const {
    std::size_t widest = 0;
    for (const std::string& account : accounts) widest = std::max(widest, room(account, kept));
    Group group;
    for (const std::string& account : accounts) {
        const std::size_t here = room(account, kept);
        if (here == 0 || here * 2 <= widest)
            continue;  // one with little room would slow the others
        group.limit = group.accounts.empty() ? here : std::min(group.limit, here);
        group.accounts.push_back(account);
    }
    return group;
}

}  // namespace lampjack::engine
