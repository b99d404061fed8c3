#pragma once
// What the rows of the transition table do besides setting the state, each with the words that documentation uses for it.

#include "conversation/situation.h"

#include <string_view>

namespace lampjack::conversation {

struct Move {
    std::string_view words;
    void (*run)(Step&) = nullptr;
};

/// The functions behind the moves; the row has set `step.next.state` already.
namespace acts {

void open(Step& step);
void mark_echo(Step& step);
void mark_late(Step& step);

void ask(Step& step);
void ask_again(Step& step);
void ask_while_owned(Step& step);
void ask_last_agent(Step& step);
void turn_down(Step& step);
void turn_down_unproven(Step& step);
void turn_down_loop(Step& step);
void turn_down_back_at_bot(Step& step);
void turn_down_reopened(Step& step);
void set_position(Step& step);
void offer_next(Step& step);

void become_owner(Step& step);
void become_owner_and_reply(Step& step);
void own_from_elsewhere(Step& step);
void own_by_platform(Step& step);

void pause_sending(Step& step);
void resume_sending(Step& step);
void renew(Step& step);
void reply(Step& step);
void notify(Step& step);
void agent_spoke(Step& step);
void user_spoke(Step& step);
void user_said(Step& step);

void start_drain(Step& step);
void hand_back(Step& step);
void close_down(Step& step);
void bot_took_back(Step& step);
void pass_on(Step& step);
void requeue(Step& step);
void warn(Step& step);

void back_at_bot(Step& step);
void end_after_return(Step& step);
void alarm_stuck(Step& step);
void return_refused(Step& step);
void repeat_unmute(Step& step);
void return_again(Step& step);
void unmute_late_mute(Step& step);
void return_took(Step& step);
void prove_bot(Step& step);

void mute_took(Step& step);
void prove_mute(Step& step);
void mute_refused(Step& step);
void repeat_mute(Step& step);
void mute_again(Step& step);
void count_talk_over(Step& step);
void mark_diverged(Step& step);
void mark_diverged_bot(Step& step);

void reopen(Step& step);
void reopen_and_forward(Step& step);
void watch_idle_again(Step& step);
void erase(Step& step);

}  // namespace acts

namespace moves {

inline constexpr Move nothing{"", nullptr};
inline constexpr Move open{"epoch 1, episode 0", acts::open};
inline constexpr Move mark_echo{"flag `echo`", acts::mark_echo};
inline constexpr Move mark_late{"flag `late`", acts::mark_late};

inline constexpr Move ask{"episode + 1; mute if the decision says so; start T_accept", acts::ask};
inline constexpr Move ask_again{"the answer repeats what holds", acts::ask_again};
inline constexpr Move ask_while_owned{"the answer says that a human has it", acts::ask_while_owned};
inline constexpr Move ask_last_agent{"epoch + 1, episode + 1; offer to the last agent",
                                     acts::ask_last_agent};
inline constexpr Move turn_down{"answer: not handed over; notice", acts::turn_down};
inline constexpr Move turn_down_unproven{"answer: not handed over; notice",
                                         acts::turn_down_unproven};
inline constexpr Move turn_down_loop{"answer: not handed over; notice", acts::turn_down_loop};
inline constexpr Move turn_down_back_at_bot{"answer: not handed over; the return is proven",
                                            acts::turn_down_back_at_bot};
inline constexpr Move turn_down_reopened{"epoch + 1, episode + 1; answer: not handed over",
                                         acts::turn_down_reopened};
inline constexpr Move set_position{"position; notice, rate limited", acts::set_position};
inline constexpr Move offer_next{"the new offer voids the old; T_accept starts again",
                                 acts::offer_next};

inline constexpr Move become_owner{"epoch + 1; fence; mute; start the lease and T_first",
                                   acts::become_owner};
inline constexpr Move become_owner_and_reply{"epoch + 1; fence; mute; start the lease; send",
                                             acts::become_owner_and_reply};
inline constexpr Move own_from_elsewhere{"epoch + 1; fence; mute; start the lease",
                                         acts::own_from_elsewhere};
inline constexpr Move own_by_platform{"epoch + 1; fence; muted by the platform; start the lease",
                                      acts::own_by_platform};

inline constexpr Move pause_sending{"stop T_first and the lease", acts::pause_sending};
inline constexpr Move resume_sending{
    "start the lease anew, and T_first if the agent has not spoken", acts::resume_sending};
inline constexpr Move renew{"renew the lease", acts::renew};
inline constexpr Move reply{"send; renew the lease", acts::reply};
inline constexpr Move notify{"send as the system", acts::notify};
inline constexpr Move agent_spoke{"renew the lease", acts::agent_spoke};
inline constexpr Move user_spoke{"", acts::user_spoke};
inline constexpr Move user_said{"forward if the bot is to get it", acts::user_said};

inline constexpr Move start_drain{"refuse new commands; what was accepted leaves first",
                                  acts::start_drain};
inline constexpr Move hand_back{"epoch + 1 if the owner changes; unmute if muted; reason recorded",
                                acts::hand_back};
inline constexpr Move close_down{"epoch + 1; unmute if muted; reason recorded", acts::close_down};
inline constexpr Move bot_took_back{"epoch + 1 if the owner changes; the bot is not muted",
                                    acts::bot_took_back};
inline constexpr Move pass_on{"epoch + 1", acts::pass_on};
inline constexpr Move requeue{"epoch + 1; fence; start T_accept", acts::requeue};
inline constexpr Move warn{"alarm; a lease starts again", acts::warn};

inline constexpr Move back_at_bot{"the bot is not muted", acts::back_at_bot};
inline constexpr Move end_after_return{"closed once the bot is back", acts::end_after_return};
inline constexpr Move alarm_stuck{
    "alarm, again at doubling distances; repeat the call if none is under way", acts::alarm_stuck};
inline constexpr Move return_refused{"diverged; alarm", acts::return_refused};
inline constexpr Move repeat_unmute{"repeat the return call", acts::repeat_unmute};
inline constexpr Move return_again{"the platform muted its bot again: repeat the return call",
                                   acts::return_again};
inline constexpr Move unmute_late_mute{"epoch + 1; unmute", acts::unmute_late_mute};
inline constexpr Move return_took{"the bot is not muted", acts::return_took};
inline constexpr Move prove_bot{"the bot is not muted, proven", acts::prove_bot};

inline constexpr Move mute_took{"the bot is muted", acts::mute_took};
inline constexpr Move prove_mute{"the bot is muted, proven", acts::prove_mute};
inline constexpr Move mute_refused{"epoch + 1; fence; unmute, to be sure; fact `mute_failed`",
                                   acts::mute_refused};
inline constexpr Move repeat_mute{"repeat the mute call", acts::repeat_mute};
inline constexpr Move mute_again{"flag `talk_over`; diverged; alarm; mute again", acts::mute_again};
inline constexpr Move count_talk_over{"flag `talk_over`; count", acts::count_talk_over};
inline constexpr Move mark_diverged{"diverged; alarm", acts::mark_diverged};
inline constexpr Move mark_diverged_bot{"diverged; alarm; repeat the return call",
                                        acts::mark_diverged_bot};

inline constexpr Move reopen{"epoch + 1, episode + 1", acts::reopen};
inline constexpr Move reopen_and_forward{"epoch + 1, episode + 1; forward",
                                         acts::reopen_and_forward};
inline constexpr Move watch_idle_again{"start T_idle_bot from the last activity",
                                       acts::watch_idle_again};
inline constexpr Move erase{"erase", acts::erase};

}  // namespace moves
}  // namespace lampjack::conversation
