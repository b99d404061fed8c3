#pragma once
// The conditions of the transition table about muting, returning, leaving and leases.

#include "conversation/guards.h"

namespace lampjack::conversation::guards {

// ---- Mute and return ----

inline constexpr Guard must_unmute{"the bot is, or may be, muted by a call or an answer", [](S s) {
                                       return s.before.muted != Muted::no &&
                                              s.policy.mute_by != MuteBy::gate;
                                   }};
inline constexpr Guard forced_must_unmute{"by force; the bot is, or may be, muted",
                                          [](S s) { return s.command().force && must_unmute(s); }};
inline constexpr Guard unanswered_must_unmute{
    "the account closes unanswered requests; the bot is, or may be, muted",
    [](S s) { return closes_when_unanswered(s) && must_unmute(s); }};
inline constexpr Guard asked_must_unmute{"whoever was asked; the bot is, or may be, muted",
                                         [](S s) { return was_asked(s) && must_unmute(s); }};
inline constexpr Guard mute_is_pending{"a mute is on its way",
                                       [](S s) { return s.before.muted == Muted::unknown; }};
inline constexpr Guard mute_is_settled{"no mute is on its way",
                                       [](S s) { return s.before.muted != Muted::unknown; }};
inline constexpr Guard is_muted{"the bot is muted",
                                [](S s) { return s.before.muted == Muted::yes; }};
inline constexpr Guard may_be_muted{"the bot is, or may be, muted",
                                    [](S s) { return s.before.muted != Muted::no; }};
inline constexpr Guard mute_is_refused{"refused for good, and a mute is on its way", [](S s) {
                                           return s.fact<MuteFailed>()->permanent &&
                                                  s.before.muted == Muted::unknown;
                                       }};
inline constexpr Guard return_is_refused{"refused for good",
                                         [](S s) { return s.fact<ReturnFailed>()->permanent; }};
inline constexpr Guard refused_unproven{
    "refused for good, and the bot has not spoken since",
    [](S s) { return s.fact<ReturnFailed>()->permanent && s.before.sync != Sync::confirmed; }};
inline constexpr Guard is_unproven{"the bot has not spoken since",
                                   [](S s) { return s.before.sync != Sync::confirmed; }};
inline constexpr Guard awaits_proof{"the platform confirms returns",
                                    [](S s) { return s.policy.return_is_confirmed; }};
inline constexpr Guard is_ending{"it ends once the bot is back",
                                 [](S s) { return s.before.ending; }};
inline constexpr Guard is_unconfirmed{"what the platform does is unconfirmed",
                                      [](S s) { return s.before.sync == Sync::unconfirmed; }};
inline constexpr Guard is_too_talkative{
    "the bot is muted and has spoken more often than allowed", [](S s) {
        return s.before.muted == Muted::yes && s.before.talk_overs >= s.policy.talk_over_limit;
    }};

// ---- Draining: the owner has left, or the lease expired while the owner was leaving ----

inline bool drained(S s, CommandKind command) {
    const auto& drain = s.before.draining;
    if (!drain || drain->command != command) return false;
    const auto* done = s.fact<DrainDone>();
    return done == nullptr || done->epoch == s.before.epoch;
}
inline constexpr Guard released_must_unmute{
    "the owner released it; the bot is, or may be, muted",
    [](S s) { return drained(s, CommandKind::release) && must_unmute(s); }};
inline constexpr Guard released{"the owner released it",
                                [](S s) { return drained(s, CommandKind::release); }};
inline constexpr Guard closed_must_unmute{
    "it was to be closed; the bot is, or may be, muted",
    [](S s) { return drained(s, CommandKind::close) && must_unmute(s); }};
inline constexpr Guard was_closed{"it was to be closed",
                                  [](S s) { return drained(s, CommandKind::close); }};
inline constexpr Guard passed_to_agent{"the owner passed it to an agent", [](S s) {
                                           return drained(s, CommandKind::pass) &&
                                                  s.before.draining->target.kind ==
                                                      Target::Kind::agent &&
                                                  !s.before.draining->target.id.empty();
                                       }};
inline constexpr Guard passed{"the owner passed it on",
                              [](S s) { return drained(s, CommandKind::pass); }};

// ---- Leases ----

inline OnIdle on_idle(S s) {
    return s.kind == Kind::timer_first ? s.policy.on_first : s.policy.on_idle;
}
inline constexpr Guard only_warns{"the account warns first", [](S s) {
                                      return on_idle(s) == OnIdle::warn &&
                                             (s.kind == Kind::timer_first || !s.before.warned);
                                  }};
inline constexpr Guard requeues{"the account asks for another human",
                                [](S s) { return on_idle(s) == OnIdle::requeue; }};
inline constexpr Guard was_active{"there was activity meanwhile", [](S s) {
                                      return s.now - s.before.active_at < s.policy.idle_bot;
                                  }};

}  // namespace lampjack::conversation::guards
