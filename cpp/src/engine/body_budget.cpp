#include "engine/body_budget.h"

#include <algorithm>

namespace lampjack::engine {
namespace {

constexpr std::size_t kAnonymousShare = 8;  ///< bodies without a token get one part of so many

std::size_t share_of(std::int64_t limit, bool anonymous) noexcept {
    const auto bytes = static_cast<std::size_t>(limit);
    return anonymous ? bytes / kAnonymousShare : bytes;
}

bool is_within(std::size_t held, std::uint64_t more, std::size_t limit) noexcept {
    return held <= limit && more <= limit - held;
}

}  // namespace

std::size_t BodyBudget::most(const BodySettings& settings, bool anonymous) noexcept {
    const std::size_t share =
        std::min(share_of(settings.all, anonymous), share_of(settings.account, anonymous));
    return anonymous ? std::min(share, static_cast<std::size_t>(settings.anonymous)) : share;
}

bool BodyBudget::fits(const BodySettings& settings, BodyOwner owner, std::uint64_t bytes) const {
    const auto found = accounts_.find(owner.account);
    const Held own = found == accounts_.end() ? Held{} : found->second;
    const auto both = [&](std::size_t all, std::size_t account, bool anonymous) {
        return is_within(all, bytes, share_of(settings.all, anonymous)) &&
               is_within(account, bytes, share_of(settings.account, anonymous));
    };
    return both(all_.bytes, own.bytes, false) &&
           (!owner.anonymous || both(all_.anonymous, own.anonymous, true));
}

bool BodyBudget::has_room(const BodySettings& settings, BodyOwner owner,
                          std::uint64_t bytes) const {
    std::lock_guard lock(mutex_);
    return fits(settings, owner, bytes);
}

bool BodyBudget::take(const BodySettings& settings, BodyOwner owner, std::size_t bytes) {
    std::lock_guard lock(mutex_);
    if (!fits(settings, owner, bytes)) return false;
    auto found = accounts_.find(owner.account);
    if (found == accounts_.end()) found = accounts_.emplace(owner.account, Held{}).first;
    for (Held* held : {&all_, &found->second}) {
        held->bytes += bytes;
        if (owner.anonymous) held->anonymous += bytes;
    }
    return true;
}

void BodyBudget::give_back(BodyOwner owner, std::size_t bytes) noexcept {
    std::lock_guard lock(mutex_);
    const auto found = accounts_.find(owner.account);
    if (found == accounts_.end()) return;
    for (Held* held : {&all_, &found->second}) {
        held->bytes -= bytes;
        if (owner.anonymous) held->anonymous -= bytes;
    }
    if (found->second.bytes == 0) accounts_.erase(found);
}

std::size_t BodyBudget::held() const {
    std::lock_guard lock(mutex_);
    return all_.bytes;
}

}  // namespace lampjack::engine
