#include "conversation/fence.h"

namespace lampjack::conversation {

bool may_leave(const Conversation& conversation, Action action, std::uint64_t epoch) noexcept {
    const bool human_wanted =
        conversation.state == State::requested || conversation.state == State::agent;
    switch (action) {
        case Action::mute: return human_wanted && conversation.muted == Muted::unknown;
        // Also in `bot` and `closed`: a stray bot message may have confirmed a return that never left.
        case Action::unmute: return !human_wanted;
        case Action::notify: return true;
        case Action::reply:
        case Action::forward: break;
    }
    return epoch == conversation.epoch;
}

}  // namespace lampjack::conversation
