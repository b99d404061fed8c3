#pragma once
// The conditions of the transition table, each with the words that documentation and explanations use for it.

#include "conversation/situation.h"

#include <string_view>

namespace lampjack::conversation {

struct Guard {
    std::string_view words;
    bool (*holds)(const Situation&);
    bool is_always = false;

    bool operator()(const Situation& s) const { return is_always || holds(s); }
};

/// The functions behind the guards.
namespace conditions {

bool is_late(const Situation& s);
bool is_echo(const Situation& s);
bool is_not_running(const Situation& s);
bool is_stale(const Situation& s);
bool is_leaving(const Situation& s);
bool repeats_itself(const Situation& s);
bool is_looping(const Situation& s);
bool is_accepted(const Situation& s);
bool is_unproven_decline(const Situation& s);
bool was_asked(const Situation& s);
bool offers_next(const Situation& s);
bool closes_when_unanswered(const Situation& s);
bool asks_last_agent(const Situation& s);
bool may_accept(const Situation& s);
bool may_take(const Situation& s);
bool reply_accepts(const Situation& s);
bool reply_takes(const Situation& s);
bool message_takes(const Situation& s);
bool outranks(const Situation& s);
bool is_named(const Situation& s);
bool by_owner(const Situation& s);
bool may_manage(const Situation& s);
bool may_close(const Situation& s);
bool is_forced(const Situation& s);
bool forced_to_agent(const Situation& s);

bool must_unmute(const Situation& s);
bool forced_must_unmute(const Situation& s);
bool unanswered_must_unmute(const Situation& s);
bool asked_must_unmute(const Situation& s);
bool mute_is_pending(const Situation& s);
bool told_to_mute(const Situation& s);
bool mute_is_settled(const Situation& s);
bool is_muted(const Situation& s);
bool may_be_muted(const Situation& s);
bool mute_is_refused(const Situation& s);
bool return_is_refused(const Situation& s);
bool refused_unproven(const Situation& s);
bool awaits_proof(const Situation& s);
bool return_was_sent(const Situation& s);
bool is_ending(const Situation& s);
bool is_unconfirmed(const Situation& s);
bool is_unproven(const Situation& s);
bool is_too_talkative(const Situation& s);
bool released_must_unmute(const Situation& s);
bool released(const Situation& s);
bool closed_must_unmute(const Situation& s);
bool was_closed(const Situation& s);
bool passed_to_agent(const Situation& s);
bool passed(const Situation& s);
bool only_warns(const Situation& s);
bool requeues(const Situation& s);
bool was_active(const Situation& s);
bool is_paused(const Situation& s);

}  // namespace conditions

namespace guards {

inline constexpr Guard always{"", nullptr, true};

// ---- Rules that come before the transitions ----
inline constexpr Guard is_late{"older than the newest event of the same witness",
                               conditions::is_late};
inline constexpr Guard is_echo{"it is a text that we sent", conditions::is_echo};
inline constexpr Guard is_not_running{"set under another episode or epoch, moved, or cancelled",
                                      conditions::is_not_running};
inline constexpr Guard is_stale{"decided under another epoch", conditions::is_stale};
inline constexpr Guard is_leaving{"the owner is leaving", conditions::is_leaving};
inline constexpr Guard repeats_itself{"the owner has asked for the same already",
                                      conditions::repeats_itself};

// ---- Asking for a human ----
inline constexpr Guard is_looping{"too many handovers failed lately, and no person asks",
                                  conditions::is_looping};
inline constexpr Guard is_accepted{"the decision accepts", conditions::is_accepted};
inline constexpr Guard is_unproven_decline{"anybody may have asked, and the answer is no",
                                           conditions::is_unproven_decline};
inline constexpr Guard was_asked{"whoever was asked", conditions::was_asked};
inline constexpr Guard offers_next{"another target is named", conditions::offers_next};
inline constexpr Guard closes_when_unanswered{"the account closes unanswered requests",
                                              conditions::closes_when_unanswered};
inline constexpr Guard asks_last_agent{"the account asks the last agent first",
                                       conditions::asks_last_agent};

// ---- Taking ----
inline constexpr Guard may_accept{"the request is open to this agent", conditions::may_accept};
inline constexpr Guard may_take{"this agent may take without a request", conditions::may_take};
inline constexpr Guard reply_accepts{
    "an agent's message takes, and the request is open to this agent", conditions::reply_accepts};
inline constexpr Guard reply_takes{
    "an agent's message takes, and this agent may take without a request", conditions::reply_takes};
inline constexpr Guard message_takes{"an agent's message takes, and it is known to be an agent's",
                                     conditions::message_takes};
inline constexpr Guard outranks{"a supervisor, by force, or the owner is not known by name",
                                conditions::outranks};
inline constexpr Guard is_named{"the agent is named", conditions::is_named};

// ---- The agent at work ----
inline constexpr Guard by_owner{"the owner", conditions::by_owner};
inline constexpr Guard may_manage{"the owner or a supervisor", conditions::may_manage};
inline constexpr Guard may_close{"the owner, a supervisor, the desk or the platform",
                                 conditions::may_close};
inline constexpr Guard is_forced{"by force", conditions::is_forced};
inline constexpr Guard forced_to_agent{"by force, to an agent", conditions::forced_to_agent};

// ---- Mute and return ----
inline constexpr Guard must_unmute{"the bot is, or may be, muted by a call or an answer",
                                   conditions::must_unmute};
inline constexpr Guard forced_must_unmute{"by force; the bot is, or may be, muted",
                                          conditions::forced_must_unmute};
inline constexpr Guard unanswered_must_unmute{
    "the account closes unanswered requests; the bot is, or may be, muted",
    conditions::unanswered_must_unmute};
inline constexpr Guard asked_must_unmute{"whoever was asked; the bot is, or may be, muted",
                                         conditions::asked_must_unmute};
inline constexpr Guard mute_is_pending{"a mute is on its way", conditions::mute_is_pending};
inline constexpr Guard told_to_mute{"anybody may have asked, and the bot may be muted",
                                    conditions::told_to_mute};
inline constexpr Guard mute_is_settled{"no mute is on its way", conditions::mute_is_settled};
inline constexpr Guard is_muted{"the bot is muted", conditions::is_muted};
inline constexpr Guard may_be_muted{"the bot is, or may be, muted", conditions::may_be_muted};
inline constexpr Guard mute_is_refused{"refused for good, and a mute is on its way",
                                       conditions::mute_is_refused};
inline constexpr Guard return_is_refused{"refused for good", conditions::return_is_refused};
inline constexpr Guard refused_unproven{"refused for good, and the bot has not spoken since",
                                        conditions::refused_unproven};
inline constexpr Guard return_was_sent{"the return call has left already",
                                       conditions::return_was_sent};
inline constexpr Guard awaits_proof{"the platform confirms returns", conditions::awaits_proof};
inline constexpr Guard is_ending{"it ends once the bot is back", conditions::is_ending};
inline constexpr Guard is_unconfirmed{"what the platform does is unconfirmed",
                                      conditions::is_unconfirmed};
inline constexpr Guard is_unproven{"the bot has not spoken since", conditions::is_unproven};
inline constexpr Guard is_too_talkative{"the bot is muted and has spoken more often than allowed",
                                        conditions::is_too_talkative};

// ---- Draining: the owner has left, or the lease expired while the owner was leaving ----
inline constexpr Guard released_must_unmute{"the owner released it; the bot is, or may be, muted",
                                            conditions::released_must_unmute};
inline constexpr Guard released{"the owner released it", conditions::released};
inline constexpr Guard closed_must_unmute{"it was to be closed; the bot is, or may be, muted",
                                          conditions::closed_must_unmute};
inline constexpr Guard was_closed{"it was to be closed", conditions::was_closed};
inline constexpr Guard passed_to_agent{"the owner passed it to an agent",
                                       conditions::passed_to_agent};
inline constexpr Guard passed{"the owner passed it on", conditions::passed};

// ---- Leases ----
inline constexpr Guard only_warns{"the account warns first", conditions::only_warns};
inline constexpr Guard requeues{"the account asks for another human", conditions::requeues};
inline constexpr Guard is_paused{"nothing could be sent", conditions::is_paused};
inline constexpr Guard was_active{"there was activity meanwhile", conditions::was_active};

}  // namespace guards
}  // namespace lampjack::conversation
