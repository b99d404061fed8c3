// The platform's bot is muted, or is not, or speaks although it is.

#include "conversation/moves.h"
#include "conversation/step_tools.h"

namespace lampjack::conversation::acts {

void open(Step& step) {
    step.next.epoch = 1;
    step.next.episode = 0;
}

void mark_echo(Step& step) { step.effects.flags.echo = true; }

void mute_took(Step& step) { prove_mute(step); }

void prove_mute(Step& step) {
    step.next.muted = Muted::yes;
    step.next.sync = Sync::confirmed;
}

void mute_refused(Step& step) {
    raise_epoch(step);
    clear_handover(step, Reason::mute_failed);
    count_failure(step);
    step.next.muted = Muted::no;
    // A try whose outcome was unknown, or a return that never left, may have left the bot muted all the same.
    step.next.sync = Sync::unconfirmed;
    act(step, Action::unmute);
    add_fact(step, FactKind::mute_failed, Reason::mute_failed);
}

void repeat_mute(Step& step) {
    step.next.muted = Muted::unknown;
    if (step.next.sync == Sync::confirmed) step.next.sync = Sync::unconfirmed;
    act(step, Action::mute);
}

void mute_again(Step& step) {
    count_talk_over(step);
    step.next.talk_overs = 0;
    mark_diverged(step);
    if (step.policy.mute_by == MuteBy::gate) return;  // it is closed; no call can do more
    step.next.muted = Muted::unknown;
    act(step, Action::mute);
}

void count_talk_over(Step& step) {
    ++step.next.talk_overs;
    raise_alarm(step, Alarm::talk_over);
}

void mark_diverged(Step& step) {
    step.next.sync = Sync::diverged;
    stop(step, TimerKind::reconcile);
    raise_alarm(step, Alarm::diverged);
}

void mark_diverged_bot(Step& step) {
    mark_diverged(step);
    step.next.muted = Muted::unknown;
    act(step, Action::unmute);
}

}  // namespace lampjack::conversation::acts
