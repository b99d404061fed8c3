#include "engine/handover_log.h"

#include "engine/change.h"

namespace lampjack::engine {

using conversation::Alarm;
using conversation::Fact;
using conversation::FactKind;
using conversation::Outcome;
using conversation::Owner;
using conversation::Reason;
using conversation::State;

namespace {

LogLine& say(Change& change, LogEvent event) {
    return change.say(event).add("epoch", change.row().state.epoch);
}

void log_request(Change& change, State before, const Outcome& outcome) {
    const auto& answer = outcome.effects.answer;
    const bool declined = answer && !answer->accepted;
    const bool handed_over = before == State::requested || before == State::agent;
    const bool opened = outcome.next.state == State::requested && !handed_over;
    if (!declined && !opened) return;
    say(change, LogEvent::handover_requested);
    if (declined)
        say(change, LogEvent::handover_declined).add("reason", name_of(answer->reason));
    else
        say(change, LogEvent::handover_accepted).add("muted", name_of(outcome.next.muted));
}

void log_fact(Change& change, const Fact& fact) {
    if (fact.kind == FactKind::handover_ended) {
        if (fact.reason == Reason::accept_timeout) say(change, LogEvent::request_accept_timeout);
        say(change, LogEvent::handover_ended).add("reason", name_of(fact.reason));
    }
    const bool taken = fact.kind == FactKind::owner_changed && fact.to.kind == Owner::agent &&
                       fact.from != fact.to;
    if (taken) say(change, LogEvent::handover_taken).add("reason", name_of(fact.reason));
}

bool is_over(State before, State after) noexcept {
    if (before == State::returning) return after == State::bot || after == State::closed;
    return (before == State::requested || before == State::agent) && after == State::bot;
}

}  // namespace

void log_handover(Change& change, State before, const Outcome& outcome) {
    log_request(change, before, outcome);
    for (const Fact& fact : outcome.effects.facts) log_fact(change, fact);
    if (is_over(before, outcome.next.state))
        say(change, LogEvent::handover_returned).add("reason", name_of(outcome.next.end_reason));
}

LogEvent event_of(Alarm alarm) noexcept {
    switch (alarm) {
        case Alarm::talk_over: return LogEvent::bot_talk_over;
        case Alarm::diverged: return LogEvent::bot_diverged;
        case Alarm::stuck: return LogEvent::return_stuck;
        case Alarm::agent_idle: break;
    }
    return LogEvent::agent_idle;
}

}  // namespace lampjack::engine
