// Muting, returning, leaving, leases: the conditions about the platform and the owner's way out.

#include "conversation/guards.h"

namespace lampjack::conversation::conditions {

using S = const Situation&;

namespace {

/// The owner who was leaving by this command has left, or the lease expired meanwhile.
bool drained(S s, CommandKind command) {
    const auto& drain = s.before.draining;
    if (!drain || drain->command != command) return false;
    const auto* done = s.fact<DrainDone>();
    return done == nullptr || done->epoch == s.before.epoch;
}

OnIdle on_idle(S s) { return s.kind == Kind::timer_first ? s.policy.on_first : s.policy.on_idle; }

}  // namespace

// ---- Mute and return ----

bool must_unmute(S s) { return s.before.muted != Muted::no && s.policy.mute_by != MuteBy::gate; }

bool forced_must_unmute(S s) { return s.command().force && must_unmute(s); }

bool unanswered_must_unmute(S s) { return closes_when_unanswered(s) && must_unmute(s); }

bool asked_must_unmute(S s) { return was_asked(s) && must_unmute(s); }

bool mute_is_pending(S s) { return s.before.muted == Muted::unknown; }

bool told_to_mute(S s) { return s.before.doubted; }

bool mute_is_settled(S s) { return s.before.muted != Muted::unknown; }

bool is_muted(S s) { return s.before.muted == Muted::yes; }

bool may_be_muted(S s) { return s.before.muted != Muted::no; }

bool mute_is_refused(S s) {
    return s.fact<MuteFailed>()->permanent && s.before.muted == Muted::unknown;
}

bool return_is_refused(S s) { return s.fact<ReturnFailed>()->permanent; }

bool refused_unproven(S s) {
    return s.fact<ReturnFailed>()->permanent && s.before.sync != Sync::confirmed;
}

bool awaits_proof(S s) { return s.policy.return_is_confirmed; }

bool return_was_sent(S s) { return s.before.muted == Muted::no; }

bool is_ending(S s) { return s.before.ending; }

bool is_unconfirmed(S s) { return s.before.sync == Sync::unconfirmed; }

bool is_unproven(S s) { return s.before.sync != Sync::confirmed; }

bool is_too_talkative(S s) {
    return s.before.muted == Muted::yes && s.before.talk_overs >= s.policy.talk_over_limit;
}

// ---- Draining: the owner has left, or the lease expired while the owner was leaving ----

bool released_must_unmute(S s) { return drained(s, CommandKind::release) && must_unmute(s); }

bool released(S s) { return drained(s, CommandKind::release); }

bool closed_must_unmute(S s) { return drained(s, CommandKind::close) && must_unmute(s); }

bool was_closed(S s) { return drained(s, CommandKind::close); }

bool passed_to_agent(S s) {
    return drained(s, CommandKind::pass) && s.before.draining->target.kind == Target::Kind::agent &&
           !s.before.draining->target.id.empty();
}

bool passed(S s) { return drained(s, CommandKind::pass); }

// ---- Leases ----

bool only_warns(S s) {
    return on_idle(s) == OnIdle::warn && (s.kind == Kind::timer_first || !s.before.warned);
}

bool requeues(S s) { return on_idle(s) == OnIdle::requeue; }

bool is_paused(S s) { return is_sending_paused(s.before); }

bool was_active(S s) { return s.now - s.before.active_at < s.policy.idle_bot; }

}  // namespace lampjack::conversation::conditions
