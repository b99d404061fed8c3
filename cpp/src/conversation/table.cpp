#include "conversation/table.h"

#include <array>

namespace lampjack::conversation {
namespace {

template <class... States>
constexpr StateSet in(States... states) {
    return {static_cast<std::uint8_t>(((1U << static_cast<unsigned>(states)) | ...))};
}

template <class... Kinds>
constexpr KindSet on(Kinds... kinds) {
    return {((std::uint64_t{1} << static_cast<unsigned>(kinds)) | ...)};
}

constexpr KindSet range(Kind first, Kind last) {
    KindSet set;
    for (auto kind = static_cast<unsigned>(first); kind <= static_cast<unsigned>(last); ++kind) {
        set.bits |= std::uint64_t{1} << kind;
    }
    return set;
}

using namespace guards;
namespace m = moves;
using K = Kind;
constexpr State bot = State::bot;
constexpr State requested = State::requested;
constexpr State agent = State::agent;
constexpr State returning = State::returning;
constexpr State closed = State::closed;

constexpr std::nullopt_t stays = std::nullopt;
constexpr StateSet unseen{1U << kStateCount};
constexpr StateSet any = in(bot, requested, agent, returning, closed);
constexpr KindSet anything = range(K::user_message, K::timer_idle_bot);
constexpr KindSet any_timer = range(K::timer_accept, K::timer_idle_bot);
/// The commands that are bound to the epoch they were decided under. A take is not: it asks who owns now.
constexpr KindSet bound = on(K::reply, K::notify, K::release, K::pass, K::extend, K::close,
                             K::reopen, K::request, K::decline, K::cancel, K::queue);

constexpr Row refuse(std::string_view id, StateSet from, KindSet kinds, Guard when, Code code,
                     std::string_view why) {
    return {id, from, kinds, when, stays, m::nothing, code, why};
}

// clang-format off
constexpr auto kTable = std::to_array<Row>({
    // ---- What comes before everything else ----
    {"T1",  unseen, anything,                                        always,           bot,       m::open},
    {"T18", any, on(K::unknown),                                     always,           stays,     m::nothing},
    {"R12", any, on(K::bot_message, K::agent_message),               is_echo,          stays,     m::mark_echo},
    {"R10", any, range(K::user_message, K::return_confirmed),        is_late,          stays,     m::mark_late},
    {"-",   any, any_timer,                                          is_not_running,   stays,     m::nothing},
    {"T17", in(agent), on(K::take),                                  by_owner,         stays,     m::renew},
    {"T17", in(agent), on(K::release, K::pass, K::close),            repeats_itself,   stays,     m::nothing},
    refuse("R2", any, bound, is_stale, Code::stale_owner, "it was decided under an epoch that is over"),
    refuse("R2", in(agent), bound, is_leaving, Code::not_owner, "the owner is leaving the conversation"),

    // ---- Asking for a human ----
    {"-",   in(returning), on(K::handover_requested),                is_unproven_decline, stays,  m::turn_down_unproven},
    {"R11", in(bot), on(K::handover_requested),                      is_looping,       stays,     m::turn_down_loop},
    {"R11", in(returning), on(K::handover_requested),                is_looping,       bot,       m::turn_down_back_at_bot},
    {"R11", in(closed), on(K::handover_requested),                   is_looping,       bot,       m::turn_down_reopened},
    refuse("R11", in(bot, returning, closed), on(K::request), is_looping, Code::unsupported,
           "too many handovers failed lately; only a person may ask again"),
    {"T2",  in(bot, returning), on(K::handover_requested, K::request), is_accepted,    requested, m::ask},
    {"T16", in(closed), on(K::handover_requested, K::request),       is_accepted,      requested, m::ask},
    {"T3",  in(bot), on(K::handover_requested),                      always,           stays,     m::turn_down},
    {"T12", in(returning), on(K::handover_requested),                always,           bot,       m::turn_down_back_at_bot},
    {"T16", in(closed), on(K::handover_requested),                   always,           bot,       m::turn_down_reopened},
    {"T3",  in(bot, returning, closed), on(K::request),              always,           stays,     m::turn_down},
    {"-",   in(requested), on(K::handover_requested, K::request),    always,           stays,     m::ask_again},
    {"-",   in(agent), on(K::handover_requested),                    always,           stays,     m::ask_while_owned},
    refuse("R4", in(agent), on(K::request), always, Code::unsupported, "a human owns the conversation; pass it instead"),

    // ---- Waiting for a human ----
    {"T4",  in(requested), on(K::queue),                             always,           stays,     m::set_position},
    refuse("T4", in(bot, agent, returning, closed), on(K::queue), always, Code::unsupported, "nobody waits for a human"),
    {"T7",  in(requested), on(K::decline),                           offers_next,      stays,     m::offer_next},
    {"T8",  in(requested), on(K::decline),                           asked_must_unmute, returning, m::hand_back},
    {"T8",  in(requested), on(K::decline),                           was_asked,        bot,       m::hand_back},
    refuse("R3", in(requested), on(K::decline), always, Code::not_owner, "the request was offered to another agent"),
    refuse("T7", in(bot, agent, returning, closed), on(K::decline), always, Code::unsupported, "nobody waits for a human"),
    {"T15", in(requested), on(K::timer_accept),                      unanswered_must_unmute, returning, m::close_down},
    {"T15", in(requested), on(K::timer_accept),                      closes_when_unanswered, closed, m::close_down},
    {"T8",  in(requested), on(K::timer_accept, K::timer_idle_user, K::cancel), must_unmute, returning, m::hand_back},
    {"T8",  in(requested), on(K::timer_accept, K::timer_idle_user, K::cancel), always, bot, m::hand_back},
    refuse("R4", in(agent), on(K::cancel), always, Code::unsupported, "a human has taken the conversation already"),
    refuse("T8", in(bot, returning, closed), on(K::cancel), always, Code::unsupported, "nobody waits for a human"),

    // ---- A human takes it ----
    {"T5",  in(requested), on(K::take),                              may_accept,       agent,     m::become_owner},
    refuse("R3", in(requested), on(K::take), always, Code::not_owner, "the request was offered to another agent"),
    {"T9",  in(bot, returning), on(K::take),                         may_take,         agent,     m::become_owner},
    refuse("R6", in(bot, returning), on(K::take), always, Code::not_owner,
           "no request is open, and only a supervisor may take without one"),
    {"T9",  in(agent), on(K::take),                                  outranks,         agent,     m::become_owner},
    refuse("R3", in(agent), on(K::take), always, Code::not_owner, "an agent owns the conversation"),
    refuse("T16", in(closed), on(K::take), always, Code::unsupported, "the conversation is closed; reopen it first"),
    {"T6",  in(requested), on(K::reply),                             reply_accepts,    agent,     m::become_owner_and_reply},
    {"T9",  in(bot), on(K::reply),                                   reply_takes,      agent,     m::become_owner_and_reply},
    {"T6",  in(requested), on(K::agent_message),                     message_takes,    agent,     m::own_from_elsewhere},
    {"T9",  in(bot, returning), on(K::agent_message),                message_takes,    agent,     m::own_from_elsewhere},
    {"T9",  in(bot, requested), on(K::handover_to_agent),            always,           agent,     m::own_by_platform},
    {"T9",  in(returning), on(K::handover_to_agent),                 is_named,         agent,     m::own_by_platform},
    {"T16", in(closed), on(K::handover_to_agent),                    always,           agent,     m::own_by_platform},
    {"-",   in(agent), on(K::handover_to_agent),                     always,           stays,     m::prove_mute},
    {"R14", in(returning), on(K::handover_to_agent),                 return_was_sent,  stays,     m::return_again},
    {"-",   in(returning), on(K::handover_to_agent),                 always,           stays,     m::nothing},

    // ---- Words ----
    {"-",   in(agent), on(K::reply),                                 by_owner,         stays,     m::reply},
    refuse("R3", in(bot, requested, agent, returning), on(K::reply), always, Code::not_owner,
           "the agent does not own the conversation"),
    refuse("T16", in(closed), on(K::reply), always, Code::unsupported, "the conversation is closed; reopen it first"),
    {"-",   in(bot, requested, agent, returning), on(K::notify),     always,           stays,     m::notify},
    refuse("T16", in(closed), on(K::notify), always, Code::unsupported, "the conversation is closed; reopen it first"),
    {"-",   in(agent), on(K::agent_message),                         by_owner,         stays,     m::agent_spoke},
    {"-",   any, on(K::agent_message, K::session),                   always,           stays,     m::nothing},
    {"T16", in(closed), on(K::user_message, K::bot_message),         always,           bot,       m::reopen},
    {"T16", in(closed), on(K::say),                                  always,           bot,       m::reopen_and_forward},
    {"-",   any, on(K::user_message),                                always,           stays,     m::user_spoke},
    {"-",   any, on(K::say),                                         always,           stays,     m::user_said},
    {"-",   in(bot), on(K::bot_message, K::return_confirmed, K::handover_to_bot), always, stays,  m::prove_bot},
    {"R7",  in(requested, agent), on(K::bot_message),                is_too_talkative, stays,     m::mute_again},
    {"R7",  in(agent), on(K::bot_message),                           always,           stays,     m::count_talk_over},
    {"R7",  in(requested), on(K::bot_message),                       may_be_muted,     stays,     m::count_talk_over},
    {"-",   in(requested), on(K::bot_message),                       told_to_mute,     stays,     m::prove_bot},
    {"-",   in(requested), on(K::bot_message),                       always,           stays,     m::nothing},

    // ---- The owner leaves ----
    {"T11", in(agent), on(K::release),                               forced_must_unmute, returning, m::hand_back},
    {"T11", in(agent), on(K::release),                               is_forced,        bot,       m::hand_back},
    {"T11", in(agent), on(K::release),                               may_manage,       stays,     m::start_drain},
    {"T10", in(agent), on(K::pass),                                  forced_to_agent,  agent,     m::pass_on},
    {"T10", in(agent), on(K::pass),                                  is_forced,        requested, m::pass_on},
    {"T10", in(agent), on(K::pass),                                  may_manage,       stays,     m::start_drain},
    {"-",   in(agent), on(K::extend),                                may_manage,       stays,     m::renew},
    refuse("R3", in(bot, requested, agent, returning), on(K::release, K::pass, K::extend), always, Code::not_owner,
           "the agent does not own the conversation"),
    refuse("T16", in(closed), on(K::release, K::pass, K::extend), always, Code::unsupported, "the conversation is closed"),
    {"T15", in(agent), on(K::close),                                 forced_must_unmute, returning, m::close_down},
    {"T15", in(agent), on(K::close),                                 is_forced,        closed,    m::close_down},
    {"T15", in(agent), on(K::close),                                 may_close,        stays,     m::start_drain},
    refuse("R3", in(agent), on(K::close), always, Code::not_owner, "another agent owns the conversation"),
    {"T15", in(bot, requested), on(K::close),                        must_unmute,      returning, m::close_down},
    {"T15", in(bot, requested), on(K::close),                        always,           closed,    m::close_down},
    {"T15", in(returning), on(K::close),                             always,           stays,     m::end_after_return},
    {"T17", in(closed), on(K::close),                                always,           stays,     m::nothing},
    {"T11", in(agent), on(K::drain_done, K::timer_idle_agent),       released_must_unmute, returning, m::hand_back},
    {"T11", in(agent), on(K::drain_done, K::timer_idle_agent),       released,         bot,       m::hand_back},
    {"T10", in(agent), on(K::drain_done, K::timer_idle_agent),       passed_to_agent,  agent,     m::pass_on},
    {"T10", in(agent), on(K::drain_done, K::timer_idle_agent),       passed,           requested, m::pass_on},
    {"T15", in(agent), on(K::drain_done, K::timer_idle_agent),       closed_must_unmute, returning, m::close_down},
    {"T15", in(agent), on(K::drain_done, K::timer_idle_agent),       was_closed,       closed,    m::close_down},
    {"-",   any, on(K::drain_done),                                  always,           stays,     m::nothing},
    {"T14", in(agent), on(K::timer_first, K::timer_idle_agent),      only_warns,       stays,     m::warn},
    {"T14", in(agent), on(K::timer_first, K::timer_idle_agent),      requeues,         requested, m::requeue},
    {"T14", in(agent), on(K::timer_first, K::timer_idle_agent),      must_unmute,      returning, m::hand_back},
    {"T14", in(agent), on(K::timer_first, K::timer_idle_agent),      always,           bot,       m::hand_back},
    {"-",   in(agent), on(K::sending_paused),                        always,           stays,     m::pause_sending},
    {"-",   in(agent), on(K::sending_resumed),                       is_paused,        stays,     m::resume_sending},
    {"-",   any, on(K::sending_paused, K::sending_resumed),          always,           stays,     m::nothing},
    {"T15", in(agent), on(K::timer_idle_user),                       always,           stays,     m::start_drain},
    {"T8",  in(requested), on(K::handover_to_bot),                   mute_is_settled,  bot,       m::bot_took_back},
    {"T11", in(agent), on(K::handover_to_bot),                       is_muted,         bot,       m::bot_took_back},

    // ---- The bot comes back ----
    {"T12", in(returning), on(K::return_confirmed, K::handover_to_bot, K::bot_message), is_ending, closed, m::back_at_bot},
    {"T12", in(returning), on(K::return_confirmed, K::handover_to_bot, K::bot_message), always, bot, m::back_at_bot},
    {"T12", in(returning), on(K::return_done),                       awaits_proof,     stays,     m::return_took},
    {"T12", in(returning), on(K::return_done),                       is_ending,        closed,    m::back_at_bot},
    {"T12", in(returning), on(K::return_done),                       always,           bot,       m::back_at_bot},
    {"T13", in(returning), on(K::timer_return),                      always,           stays,     m::alarm_stuck},
    {"T13", in(returning), on(K::return_failed),                     return_is_refused, stays,    m::return_refused},
    {"R14", in(returning), on(K::return_failed),                     always,           stays,     m::repeat_unmute},
    {"T13", in(bot), on(K::return_failed),                           refused_unproven, stays,     m::return_refused},
    {"-",   in(bot, closed), on(K::return_failed),                   return_is_refused, stays,    m::nothing},
    {"R14", in(bot, closed), on(K::return_failed),                   always,           stays,     m::repeat_unmute},
    {"-",   in(bot), on(K::return_done),                             always,           stays,     m::return_took},
    {"R14", in(requested, agent), on(K::return_done),                is_muted,         stays,     m::repeat_mute},
    {"-",   any, on(K::return_done, K::return_failed, K::return_confirmed, K::handover_to_bot), always, stays, m::nothing},

    // ---- Muting ----
    {"-",   in(requested, agent), on(K::mute_done),                  mute_is_pending,  stays,     m::mute_took},
    {"T11", in(bot, closed), on(K::mute_done),                       always,           returning, m::unmute_late_mute},
    {"T19", in(requested, agent), on(K::mute_failed),                mute_is_refused,  bot,       m::mute_refused},
    {"R14", in(requested, agent), on(K::mute_failed),                mute_is_pending,  stays,     m::repeat_mute},
    {"-",   any, on(K::mute_done, K::mute_failed),                   always,           stays,     m::nothing},
    {"R14", in(requested), on(K::timer_reconcile),                   told_to_mute,     stays,     m::prove_mute},
    {"R14", in(requested, agent), on(K::timer_reconcile),            is_unconfirmed,   stays,     m::mark_diverged},
    {"R14", in(bot), on(K::timer_reconcile),                         is_unproven,      stays,     m::mark_diverged_bot},

    // ---- Ending ----
    {"-",   in(bot), on(K::timer_idle_bot),                          was_active,       stays,     m::watch_idle_again},
    {"T15", in(bot), on(K::timer_idle_bot),                          must_unmute,      returning, m::close_down},
    {"T15", in(bot), on(K::timer_idle_bot),                          always,           closed,    m::close_down},
    {"T15", in(closed), on(K::timer_retain),                         always,           stays,     m::erase},
    {"T16", in(closed), on(K::reopen),                               asks_last_agent,  requested, m::ask_last_agent},
    {"T16", in(closed), on(K::reopen),                               always,           bot,       m::reopen},
    refuse("T16", in(bot, requested, agent, returning), on(K::reopen), always, Code::unsupported, "the conversation is open"),
    {"-",   any, any_timer,                                          always,           stays,     m::nothing},
});
// clang-format on

/// The rows that may decide one pair of state and input, in order, found at compile time.
struct Candidates {
    std::array<std::uint8_t, 12> rows{};
    std::uint8_t count = 0;
    bool decided = false;
};

constexpr Candidates candidates_for(State state, Kind kind) {
    Candidates found;
    for (std::size_t index = 0; index < kTable.size() && !found.decided; ++index) {
        const Row& row = kTable[index];
        if (!row.from.has(state) || !row.on.has(kind)) continue;
        found.rows.at(found.count++) = static_cast<std::uint8_t>(index);
        found.decided = row.when.is_always;
    }
    return found;
}

using Index = std::array<std::array<Candidates, kKindCount>, kStateCount>;

constexpr Index make_index() {
    Index index;
    for (std::size_t state = 0; state < kStateCount; ++state) {
        for (std::size_t kind = 0; kind < kKindCount; ++kind) {
            index[state][kind] = candidates_for(static_cast<State>(state), static_cast<Kind>(kind));
        }
    }
    return index;
}
constexpr Index kIndex = make_index();

constexpr bool every_pair_is_decided() {
    for (const auto& of_state : kIndex) {
        for (const Candidates& candidates : of_state) {
            if (!candidates.decided) return false;
        }
    }
    return true;
}
static_assert(every_pair_is_decided(), "some state and input have no row without a condition");

}  // namespace

std::span<const Row> transition_table() noexcept { return kTable; }

const Row& first_row() noexcept { return kTable.front(); }

const Row& find_row(const Situation& situation) noexcept {
    const auto state = static_cast<std::size_t>(situation.before.state);
    const Candidates& candidates = kIndex[state][static_cast<std::size_t>(situation.kind)];
    for (std::size_t place = 0; place + 1 < candidates.count; ++place) {
        const Row& row = kTable[candidates.rows[place]];
        if (row.when(situation)) return row;
    }
    return kTable[candidates.rows[candidates.count - 1]];  // has no condition: see the assertion
}

}  // namespace lampjack::conversation
