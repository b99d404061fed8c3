#pragma once
// The small steps that moves are made of.

#include "conversation/situation.h"

namespace lampjack::conversation {

/// Starts a timer under the present episode and epoch; a duration of 0 or less stops it.
void start(Step& step, TimerKind kind, Millis duration);
void stop(Step& step, TimerKind kind);
/// T_first and T_idle_agent do not fire: see SendingPaused.
void hold_agent_timers(Step& step);
/// A lease that lasts at least as long as the usual one from now on, and never shorter than it was.
void renew_lease(Step& step, Millis duration);
/// Starts the timers of the state that was entered and stops all others.
void start_timers_of_state(Step& step);

/// Another owner: nothing decided before is valid.
void raise_epoch(Step& step);
void begin_episode(Step& step);
/// Remembers a failed handover for the loop guard (R11).
void count_failure(Step& step);

/// Silences the platform's bot if the account wants that and it is not silent yet.
void order_mute(Step& step);
/// Orders the return call. The state is `returning`.
void order_return(Step& step);
/// The agent, the request and what belongs to them are gone; what they handled is never handled again (T11).
void clear_handover(Step& step, Reason reason);

void add_fact(Step& step, FactKind kind, Reason reason);
void raise_alarm(Step& step, Alarm alarm);
void act(Step& step, Action action);

/// The host's decision in a request, fact or command.
const Decision& decision_of(const Situation& situation) noexcept;
const Target& target_of(const Situation& situation) noexcept;
/// Why a request or a handover ends with this input.
Reason reason_of(const Situation& situation) noexcept;

}  // namespace lampjack::conversation
