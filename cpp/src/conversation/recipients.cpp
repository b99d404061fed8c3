#include "conversation/recipients.h"

namespace lampjack::conversation {
namespace {

constexpr Recipients kBoth{.to = To::desk, .bot_too = true};
constexpr Recipients kDesk{.to = To::desk};
constexpr Recipients kBot{.to = To::bot};

/// Until the return call is recorded as sent the bot does not read: the desk does, and what goes through us is also queued
/// behind the call.
Recipients while_returning(const Conversation& conversation, const Policy& policy) noexcept {
    if (conversation.muted == Muted::no) return kBot;
    return policy.words_through_us ? kBoth : kDesk;
}

To address_of(const Step& step) {
    switch (step.kind) {
        case Kind::handover_requested:
        case Kind::request: return step.next.episode != step.before.episode ? To::desk : To::nobody;
        case Kind::session:
        case Kind::handover_to_agent:
        case Kind::handover_to_bot:
            return step.before.state == State::agent || step.next.state == State::agent
                       ? To::desk
                       : To::nobody;
        case Kind::agent_message:
            return step.effects.flags.echo || step.next.state != State::agent ? To::nobody
                                                                              : To::desk;
        default: return To::nobody;
    }
}

/// What the bot says while a human is wanted; not what it should not have said, nor what comes too late.
bool is_line_for_the_desk(const Step& step) {
    const ItemFlags& flags = step.effects.flags;
    return step.kind == Kind::bot_message && step.next.state == State::requested &&
           !flags.talk_over && !flags.late && !flags.echo;
}

}  // namespace

Recipients recipients_of_user_words(const Conversation& conversation,
                                    const Policy& policy) noexcept {
    switch (conversation.state) {
        case State::bot: return kBot;
        case State::requested: return conversation.muted == Muted::yes ? kDesk : kBoth;
        case State::agent: return kDesk;
        case State::returning: return while_returning(conversation, policy);
        case State::closed: break;  // only what is late stays in a closed conversation
    }
    return {};
}

void address(Step& step) {
    ItemFlags& flags = step.effects.flags;
    const bool silenced = step.before.state == State::agent ||
                          (step.before.state == State::requested && step.before.muted != Muted::no);
    flags.talk_over = step.kind == Kind::bot_message && silenced && !flags.echo;
    flags.bot_line = is_line_for_the_desk(step);
    if (step.kind != Kind::user_message && step.kind != Kind::say) {
        step.effects.to = address_of(step);
        return;
    }
    const Recipients recipients = recipients_of_user_words(step.next, step.policy);
    step.effects.to = recipients.to;
    flags.bot_too = recipients.bot_too;
}

}  // namespace lampjack::conversation
