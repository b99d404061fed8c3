#include "conversation/conversation.h"

namespace lampjack::conversation {

OwnerRef owner_of(const Conversation& conversation) {
    switch (conversation.state) {
        case State::bot: return {.kind = Owner::bot, .agent = {}};
        case State::agent: return {.kind = Owner::agent, .agent = conversation.agent};
        case State::requested:
            return {.kind = conversation.muted == Muted::no ? Owner::bot : Owner::nobody,
                    .agent = {}};
        case State::returning:
        case State::closed: break;
    }
    return {};
}

bool may_be_muted_by_answer(const Conversation& conversation) noexcept {
    return conversation.state == State::requested && conversation.muted == Muted::no &&
           conversation.sync == Sync::unconfirmed;
}

bool is_sending_paused(const Conversation& conversation) noexcept {
    return conversation.state == State::agent && !conversation.timer(TimerKind::idle_agent);
}

std::optional<Millis> earliest_timer(const Conversation& conversation) noexcept {
    std::optional<Millis> earliest;
    for (const auto& timer : conversation.timers)
        if (timer && (!earliest || timer->due < *earliest)) earliest = timer->due;
    return earliest;
}

}  // namespace lampjack::conversation
