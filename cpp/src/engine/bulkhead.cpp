#include "engine/bulkhead.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

/// The stock, as a multiple of what one account may have.
constexpr std::size_t kStock = 4;
/// An account's own places are this part of what it may have.
constexpr std::size_t kOwnPart = 4;
/// Half of the descriptors a process has where nobody raised the limit.
constexpr std::size_t kDescriptors = 512;

std::size_t less(std::size_t from, std::size_t what) noexcept {
    return from > what ? from - what : 0;
}

}  // namespace

Places Places::of(std::size_t in_flight, std::size_t accounts) noexcept {
    const std::size_t each = std::max<std::size_t>(in_flight, 1);
    const std::size_t own = std::max<std::size_t>(each / kOwnPart, 1);
    const std::size_t shared = each * kStock;
    return {each, own, shared,
            std::min(shared + own * accounts, std::max(kDescriptors, 2 * shared))};
}

std::size_t Bulkhead::busy(std::string_view account) const noexcept {
    const auto found = busy_.find(account);
    return found == busy_.end() ? 0 : found->second;
}

void Bulkhead::take(std::string_view account) {
    auto found = busy_.find(account);
    if (found == busy_.end()) found = busy_.emplace(account, 0).first;
    ++found->second;
    ++taken_;
}

void Bulkhead::give_back(std::string_view account) noexcept {
    const auto found = busy_.find(account);
    if (found == busy_.end() || found->second == 0) return;
    --found->second;
    --taken_;
}

std::size_t Bulkhead::room(std::string_view account, std::size_t kept) const noexcept {
    if (kept >= places_.shared)
        return 0;  // what came back cannot be written down: no use to send more
    const std::size_t mine = busy(account);
    const std::size_t free = less(places_.shared, taken_ + kept);
    // Taking so many leaves at least as many free as the account then has.
    const std::size_t of_stock = std::min(less(places_.each, mine), (less(free, mine) + 1) / 2);
    return std::min(std::max(of_stock, less(places_.own, mine)), less(places_.most, taken_));
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
