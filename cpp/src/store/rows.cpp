// The key of a conversation and the words of its rows.
#include "store/rows.h"

#include "base/digest.h"
#include "base/time_span.h"

#include <algorithm>
#include <limits>

namespace lampjack::store {

ConversationKey key_of(std::string_view ref) {
    const Digest digest = sha256(ref);
    ConversationKey key;
    std::copy_n(digest.begin(), key.size(), key.begin());
    return key;
}

UserKey user_key(std::string_view account, std::string_view user) {
    const Digest digest = FieldHash().add("user").add(account).add(user).finish();
    UserKey key;
    std::copy_n(digest.begin(), key.size(), key.begin());
    return key;
}

std::optional<Millis> timers_at(const ConversationRow& row) noexcept {
    constexpr Millis kMinute = 60'000, kDay = 24 * 60 * kMinute;
    const auto first = conversation::earliest_timer(row.state);
    const bool far = row.touched != 0 && first && between(row.touched, *first) >= kDay;
    if (!far || *first > std::numeric_limits<Millis>::max() - kMinute) return first;
    return (*first + kMinute - 1) / kMinute * kMinute;
}

std::string_view name_of(DeliveryStatus status) noexcept {
    switch (status) {
        case DeliveryStatus::pending: return "pending";
        case DeliveryStatus::sent: return "sent";
        case DeliveryStatus::dead: return "dead";
        case DeliveryStatus::refused: return "refused";
        case DeliveryStatus::held: return "held";
    }
    return "pending";
}

std::string_view name_of(LogState state) noexcept {
    switch (state) {
        case LogState::empty: return "empty";
        case LogState::held: return "held";
        case LogState::server: return "server";
    }
    return "held";
}

}  // namespace lampjack::store
