// Asking for a human, and waiting for one.

#include "conversation/moves.h"
#include "conversation/step_tools.h"

namespace lampjack::conversation::acts {
namespace {

bool is_platform_request(const Step& step) { return step.kind == Kind::handover_requested; }

/// Whoever asks over the platform's own webhook is a bot that speaks, unless anybody can ask there.
bool shows_the_bot(const Step& step) {
    const auto* request = step.fact<HandoverRequested>();
    return request != nullptr && request->proven;
}

/// The decision wants a mute. If the platform was not the one who asked, nobody mutes: so the state says `no` until the user's
/// words stay without an answer.
bool asks_unproven(const Step& step) {
    return is_platform_request(step) && !shows_the_bot(step) && decision_of(step).mute &&
           step.policy.mute == MuteWhen::on_accept;
}

/// With MuteBy::answer the platform mutes its bot because our answer says so.
bool answer_mutes(const Step& step) {
    return is_platform_request(step) && step.policy.mute_by == MuteBy::answer &&
           step.policy.mute != MuteWhen::never;
}

void answer(Step& step, bool accepted, Reason reason) {
    if (!is_platform_request(step)) return;
    const bool silent = step.next.muted == Muted::yes || asks_unproven(step);
    const bool muted = accepted && answer_mutes(step) && silent;
    step.effects.answer = Answer{.accepted = accepted, .muted = muted, .reason = reason};
}

void mute_by_answer(Step& step) {
    step.next.muted = Muted::yes;
    step.next.sync = Sync::confirmed;
}

/// Nobody is muted for it. Where the bot was on its way back, the call that wakes it may not have left, and leaves no more.
void mute_unproven(Step& step) {
    const bool was_returning = step.before.state == State::returning;
    if (was_returning) step.next.muted = Muted::no;
    const bool told = was_returning || (asks_unproven(step) && answer_mutes(step));
    if (!told || step.next.muted != Muted::no) return;
    step.next.sync = Sync::unconfirmed;
    step.next.doubted = true;
}

void mute_as_decided(Step& step) {
    if (is_platform_request(step) && !shows_the_bot(step)) return mute_unproven(step);
    if (!decision_of(step).mute) return;
    if (!step.policy.can_mute) step.effects.mute_unsupported = true;
    if (step.policy.mute != MuteWhen::on_accept) return;
    if (answer_mutes(step))
        mute_by_answer(step);
    else
        order_mute(step);
}

/// It was to be silent and speaks: over its own webhook only the platform's bot asks.
void mute_a_bot_that_asks(Step& step) {
    if (!shows_the_bot(step) || step.next.muted == Muted::no) return;
    if (answer_mutes(step)) return mute_by_answer(step);
    if (step.policy.mute_by == MuteBy::gate || step.next.muted == Muted::unknown) return;
    step.next.muted = step.policy.mute == MuteWhen::never ? Muted::no : Muted::unknown;
    order_mute(step);
}

void turn_down_for(Step& step, Reason reason) {
    step.next.end_reason = reason;
    step.effects.notices.push_back({.kind = NoticeKind::no_agent, .position = 0});
    answer(step, false, reason);
}

/// A decline counts as a failed handover; a refusal by the loop guard does not, or it would never end.
void turn_down_counted(Step& step, bool looping) {
    const bool counts = !is_platform_request(step) || shows_the_bot(step);
    if (counts && !looping) count_failure(step);
    turn_down_for(step, looping ? Reason::loop_guard : Reason::no_agent);
}

bool was_declined_by_host(const Step& step) { return !decision_of(step).accept; }

}  // namespace

void mark_late(Step& step) {
    step.effects.flags.late = true;
    const bool handed_over =
        step.before.state == State::requested || step.before.state == State::agent;
    answer(step, handed_over, handed_over ? Reason::none : Reason::late);
}

void ask(Step& step) {
    Conversation& next = step.next;
    if (step.before.state != State::bot) raise_epoch(step);
    if (step.before.state == State::closed) step.reason = Reason::reopened;
    begin_episode(step);
    if (shows_the_bot(step)) {
        next.muted = Muted::no;
        next.sync = Sync::confirmed;
    }
    if (step.policy.asks_by_call && !is_platform_request(step)) act(step, Action::request);
    next.ending = false;
    next.offer = Offer{.target = target_of(step), .deadline = 0};
    if (step.before.state == State::returning && !is_platform_request(step))
        order_mute(step);
    else
        mute_as_decided(step);
    answer(step, true, Reason::none);
}

void ask_again(Step& step) {
    mute_a_bot_that_asks(step);
    if (shows_the_bot(step) && step.before.doubted) step.next.sync = Sync::confirmed;
    if (step.next.muted == Muted::no) mute_as_decided(step);
    answer(step, true, Reason::none);
}

void ask_while_owned(Step& step) {
    mute_a_bot_that_asks(step);
    answer(step, true, Reason::none);
}

void ask_last_agent(Step& step) {
    step.reason = Reason::reopened;
    raise_epoch(step);
    begin_episode(step);
    step.next.offer =
        Offer{.target = {.kind = Target::Kind::agent, .id = step.before.last_agent}, .deadline = 0};
    mute_as_decided(step);
}

void turn_down(Step& step) { turn_down_counted(step, false); }

void turn_down_unproven(Step& step) { turn_down_counted(step, !was_declined_by_host(step)); }

void turn_down_loop(Step& step) { turn_down_counted(step, true); }

void turn_down_back_at_bot(Step& step) {
    back_at_bot(step);
    turn_down_counted(step, !was_declined_by_host(step));
}

void turn_down_reopened(Step& step) {
    reopen(step);
    turn_down_counted(step, !was_declined_by_host(step));
}

void set_position(Step& step) {
    step.next.queue_position = step.command().position;
    if (step.next.queue_noticed_at != 0 &&
        step.now - step.next.queue_noticed_at < step.policy.queue_notice_every) {
        return;
    }
    step.next.queue_noticed_at = step.now;
    step.effects.notices.push_back(
        {.kind = NoticeKind::queue_position, .position = step.command().position});
}

void offer_next(Step& step) {
    step.next.offer = Offer{.target = step.command().target, .deadline = 0};
    start_timers_of_state(step);
}

}  // namespace lampjack::conversation::acts
