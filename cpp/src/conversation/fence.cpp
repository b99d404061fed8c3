#include "conversation/fence.h"

namespace lampjack::conversation {

namespace {

bool is_human_wanted(const Conversation& conversation) noexcept {
    return conversation.state == State::requested || conversation.state == State::agent;
}

}  // namespace

bool may_leave(const Conversation& conversation, Action action, std::uint64_t epoch) noexcept {
    const bool human_wanted = is_human_wanted(conversation);
    switch (action) {
        case Action::mute: return human_wanted && conversation.muted == Muted::unknown;
        // Also in `bot`, `closed` and a new request that left the bot speaking: what seemed to prove the return (a stray
        // bot message, a request that came late) may be older than it, and the return call may never have left.
        case Action::unmute:
            return !human_wanted ||
                   (conversation.state == State::requested && conversation.muted == Muted::no);
        case Action::notify: return true;
        case Action::request: return human_wanted && epoch == conversation.epoch;
        case Action::reply:
        case Action::forward: break;
    }
    return epoch == conversation.epoch;
}

bool still_holds(const Conversation& conversation, Action action) noexcept {
    switch (action) {
        case Action::mute: return is_human_wanted(conversation) && conversation.muted != Muted::no;
        case Action::unmute: return may_leave(conversation, action, conversation.epoch);
        case Action::request: return is_human_wanted(conversation);
        case Action::notify:
        case Action::reply:
        case Action::forward: break;
    }
    return true;
}

}  // namespace lampjack::conversation
