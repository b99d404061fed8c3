// Every state meets every input, and every pair has a written expectation.

#include "conversation/transition.h"

#include "conversation/explain.h"
#include "conversation/scenes.h"
#include "conversation/table.h"

#include <array>
#include <set>
#include <span>

namespace lampjack::conversation {
namespace {

struct Expectation {
    Kind kind;
    std::array<std::string_view, kStateCount> results;  ///< "row state" or "row !code" per state
};

// In `requested` the bot is not muted, in `agent` it is and Ana owns it; Ana gives every command.
// clang-format off
constexpr Expectation kExpectations[] = {
    {Kind::user_message,      {"- bot", "- requested", "- agent", "- returning", "T16 bot"}},
    {Kind::bot_message,       {"- bot", "- requested", "R7 agent", "T12 bot", "T16 bot"}},
    {Kind::agent_message,     {"T9 agent", "T6 agent", "- agent", "T9 agent", "- closed"}},
    {Kind::handover_requested,{"T2 requested", "- requested", "- agent", "T2 requested", "T16 requested"}},
    {Kind::handover_to_bot,   {"- bot", "T8 bot", "T11 bot", "T12 bot", "- closed"}},
    {Kind::handover_to_agent, {"T9 agent", "T9 agent", "- agent", "T9 agent", "T16 agent"}},
    {Kind::return_confirmed,  {"- bot", "- requested", "- agent", "T12 bot", "- closed"}},
    {Kind::session,           {"- bot", "- requested", "- agent", "- returning", "- closed"}},
    {Kind::unknown,           {"T18 bot", "T18 requested", "T18 agent", "T18 returning", "T18 closed"}},
    {Kind::mute_done,         {"T11 returning", "- requested", "- agent", "- returning", "T11 returning"}},
    {Kind::mute_failed,       {"- bot", "- requested", "- agent", "- returning", "- closed"}},
    {Kind::return_done,       {"- bot", "- requested", "R14 agent", "T12 bot", "- closed"}},
    {Kind::return_failed,     {"- bot", "- requested", "- agent", "T13 returning", "- closed"}},
    {Kind::drain_done,        {"- bot", "- requested", "- agent", "- returning", "- closed"}},
    {Kind::sending_paused,    {"- bot", "- requested", "- agent", "- returning", "- closed"}},
    {Kind::sending_resumed,   {"- bot", "- requested", "- agent", "- returning", "- closed"}},
    {Kind::take,              {"T9 agent", "T5 agent", "T17 agent", "T9 agent", "T16 !unsupported"}},
    {Kind::reply,             {"T9 agent", "T6 agent", "- agent", "R3 !not_owner", "T16 !unsupported"}},
    {Kind::notify,            {"- bot", "- requested", "- agent", "- returning", "T16 !unsupported"}},
    {Kind::say,               {"- bot", "- requested", "- agent", "- returning", "T16 bot"}},
    {Kind::release,           {"R3 !not_owner", "R3 !not_owner", "T11 agent", "R3 !not_owner", "T16 !unsupported"}},
    {Kind::pass,              {"R3 !not_owner", "R3 !not_owner", "T10 agent", "R3 !not_owner", "T16 !unsupported"}},
    {Kind::extend,            {"R3 !not_owner", "R3 !not_owner", "- agent", "R3 !not_owner", "T16 !unsupported"}},
    {Kind::close,             {"T15 closed", "T15 closed", "T15 agent", "T15 returning", "T17 closed"}},
    {Kind::reopen,            {"T16 !unsupported", "T16 !unsupported", "T16 !unsupported", "T16 !unsupported", "T16 bot"}},
    {Kind::request,           {"T2 requested", "- requested", "R4 !unsupported", "T2 requested", "T16 requested"}},
    {Kind::decline,           {"T7 !unsupported", "T8 bot", "T7 !unsupported", "T7 !unsupported", "T7 !unsupported"}},
    {Kind::cancel,            {"T8 !unsupported", "T8 bot", "R4 !unsupported", "T8 !unsupported", "T8 !unsupported"}},
    {Kind::queue,             {"T4 !unsupported", "T4 requested", "T4 !unsupported", "T4 !unsupported", "T4 !unsupported"}},
    {Kind::timer_accept,      {"- bot", "T8 bot", "- agent", "- returning", "- closed"}},
    {Kind::timer_first,       {"- bot", "- requested", "T14 agent", "- returning", "- closed"}},
    {Kind::timer_idle_agent,  {"- bot", "- requested", "T14 returning", "- returning", "- closed"}},
    {Kind::timer_idle_user,   {"- bot", "- requested", "T15 agent", "- returning", "- closed"}},
    {Kind::timer_return,      {"- bot", "- requested", "- agent", "T13 returning", "- closed"}},
    {Kind::timer_reconcile,   {"- bot", "- requested", "- agent", "- returning", "- closed"}},
    {Kind::timer_retain,      {"- bot", "- requested", "- agent", "- returning", "T15 closed"}},
    {Kind::timer_idle_bot,    {"T15 closed", "- requested", "- agent", "- returning", "- closed"}},
};

// What a state alone does not tell. The bot of `asked` is being muted by a call, that of `gated` is muted already because the
// gate is ours; in `paused` credentials are refused, in `leaving` Ana has released and her words have not left; in `sent` the
// return call has left and nothing proves it yet.
constexpr Expectation kWithin[] = {
    // asked, gated, paused, leaving, sent
    {Kind::user_message,      {"- requested", "- requested", "- agent", "- agent", "- returning"}},
    {Kind::bot_message,       {"R7 requested", "R7 requested", "R7 agent", "R7 agent", "T12 bot"}},
    {Kind::agent_message,     {"T6 agent", "T6 agent", "- agent", "- agent", "T9 agent"}},
    {Kind::handover_requested, {"- requested", "- requested", "- agent", "- agent", "T2 requested"}},
    {Kind::handover_to_bot,   {"- requested", "T8 bot", "T11 bot", "T11 bot", "T12 bot"}},
    {Kind::handover_to_agent, {"T9 agent", "T9 agent", "- agent", "- agent", "T9 agent"}},
    {Kind::return_confirmed,  {"- requested", "- requested", "- agent", "- agent", "T12 bot"}},
    {Kind::session,           {"- requested", "- requested", "- agent", "- agent", "- returning"}},
    {Kind::unknown,           {"T18 requested", "T18 requested", "T18 agent", "T18 agent", "T18 returning"}},
    {Kind::mute_done,         {"- requested", "- requested", "- agent", "- agent", "- returning"}},
    {Kind::mute_failed,       {"T19 bot", "- requested", "- agent", "- agent", "- returning"}},
    {Kind::return_done,       {"- requested", "R14 requested", "R14 agent", "R14 agent", "T12 returning"}},
    {Kind::return_failed,     {"- requested", "- requested", "- agent", "- agent", "T13 returning"}},
    {Kind::drain_done,        {"- requested", "- requested", "- agent", "T11 returning", "- returning"}},
    {Kind::sending_paused,    {"- requested", "- requested", "- agent", "- agent", "- returning"}},
    {Kind::sending_resumed,   {"- requested", "- requested", "- agent", "- agent", "- returning"}},
    {Kind::take,              {"T5 agent", "T5 agent", "T17 agent", "R3 !not_owner", "T9 agent"}},
    {Kind::reply,             {"T6 agent", "T6 agent", "- agent", "R2 !not_owner", "R3 !not_owner"}},
    {Kind::notify,            {"- requested", "- requested", "- agent", "R2 !not_owner", "- returning"}},
    {Kind::say,               {"- requested", "- requested", "- agent", "- agent", "- returning"}},
    {Kind::release,           {"R3 !not_owner", "R3 !not_owner", "T11 agent", "T17 agent", "R3 !not_owner"}},
    {Kind::pass,              {"R3 !not_owner", "R3 !not_owner", "T10 agent", "R2 !not_owner", "R3 !not_owner"}},
    {Kind::extend,            {"R3 !not_owner", "R3 !not_owner", "- agent", "R2 !not_owner", "R3 !not_owner"}},
    {Kind::close,             {"T15 returning", "T15 closed", "T15 agent", "R2 !not_owner", "T15 returning"}},
    {Kind::reopen,            {"T16 !unsupported", "T16 !unsupported", "T16 !unsupported", "R2 !not_owner", "T16 !unsupported"}},
    {Kind::request,           {"- requested", "- requested", "R4 !unsupported", "R2 !not_owner", "T2 requested"}},
    {Kind::decline,           {"T8 returning", "T8 bot", "T7 !unsupported", "R2 !not_owner", "T7 !unsupported"}},
    {Kind::cancel,            {"T8 returning", "T8 bot", "R4 !unsupported", "R2 !not_owner", "T8 !unsupported"}},
    {Kind::queue,             {"T4 requested", "T4 requested", "T4 !unsupported", "R2 !not_owner", "T4 !unsupported"}},
    {Kind::timer_accept,      {"T8 returning", "T8 bot", "- agent", "- agent", "- returning"}},
    {Kind::timer_first,       {"- requested", "- requested", "- agent", "- agent", "- returning"}},
    {Kind::timer_idle_agent,  {"- requested", "- requested", "- agent", "T11 returning", "- returning"}},
    {Kind::timer_idle_user,   {"- requested", "- requested", "T15 agent", "- agent", "- returning"}},
    {Kind::timer_return,      {"- requested", "- requested", "- agent", "- agent", "T13 returning"}},
    {Kind::timer_reconcile,   {"R14 requested", "- requested", "- agent", "- agent", "- returning"}},
    {Kind::timer_retain,      {"- requested", "- requested", "- agent", "- agent", "- returning"}},
    {Kind::timer_idle_bot,    {"- requested", "- requested", "- agent", "- agent", "- returning"}},
};
// clang-format on

/// A plain input of the kind, as it would come in this scene.
Input sample(Kind kind, const Scene& scene) {
    const auto index = static_cast<std::size_t>(kind);
    if (kind >= Kind::timer_accept) {
        const auto timer =
            static_cast<TimerKind>(index - static_cast<std::size_t>(Kind::timer_accept));
        return TimerFired{.kind = timer, .episode = scene.now.episode, .epoch = scene.now.epoch};
    }
    if (kind >= Kind::take) {
        return by("ana", static_cast<CommandKind>(index - static_cast<std::size_t>(Kind::take)));
    }
    switch (kind) {
        case Kind::user_message: return UserMessage{};
        case Kind::bot_message: return BotMessage{};
        case Kind::agent_message: return AgentMessage{.agent = "bo"};
        case Kind::handover_requested: return wanted();
        case Kind::handover_to_bot: return HandoverToBot{};
        case Kind::handover_to_agent: return HandoverToAgent{.agent = "bo"};
        case Kind::return_confirmed: return ReturnConfirmed{};
        case Kind::session: return SessionEvent{};
        case Kind::mute_done: return MuteDone{};
        case Kind::mute_failed: return MuteFailed{.permanent = true};
        case Kind::return_done: return ReturnDone{};
        case Kind::return_failed: return ReturnFailed{.permanent = true};
        case Kind::drain_done: return DrainDone{.epoch = scene.now.epoch};
        case Kind::sending_paused: return SendingPaused{};
        case Kind::sending_resumed: return SendingResumed{};
        default: return UnknownEvent{};
    }
}

std::string result_of(const Outcome& outcome) {
    std::string result(outcome.rule);
    result += ' ';
    if (outcome.refusal) return result + "!" + std::string(name_of(outcome.refusal->code));
    return result + std::string(name_of(outcome.next.state));
}

const Expectation* expectation_of(Kind kind, std::span<const Expectation> all = kExpectations) {
    for (const Expectation& expectation : all) {
        if (expectation.kind == kind) return &expectation;
    }
    return nullptr;
}

/// In the order of the columns of kWithin.
std::array<Scene, kStateCount> scenes_within_states() {
    Policy confirmed;
    confirmed.return_is_confirmed = true;
    return {requested_scene({.mute = MuteWhen::on_accept, .mute_by = MuteBy::call}, true),
            requested_scene(through_us(muting_by_gate()), true),
            agent_scene().apply(SendingPaused{}), agent_scene().apply(release("ana")),
            returning_scene(confirmed).apply(ReturnDone{})};
}

TEST(EveryPair, has_an_expectation_and_meets_it) {
    for (std::size_t k = 0; k < kKindCount; ++k) {
        const auto kind = static_cast<Kind>(k);
        const Expectation* expectation = expectation_of(kind);
        ASSERT_NE(expectation, nullptr) << "no expectation for " << name_of(kind);
        for (std::size_t s = 0; s < kStateCount; ++s) {
            Scene scene = scene_in(static_cast<State>(s));
            ASSERT_EQ(scene.now.state, static_cast<State>(s));
            scene.later(40 * kDay);  // whatever timer runs is due
            scene.now.active_at = 0;
            const Input input = sample(kind, scene);
            ASSERT_EQ(kind_of(input), kind);
            EXPECT_EQ(result_of(apply(scene.now, input, scene.policy, scene.clock)),
                      expectation->results[s])
                << name_of(kind) << " in " << name_of(scene.now.state);
        }
    }
}

TEST(EveryPair, within_a_state_has_an_expectation_and_meets_it) {
    for (std::size_t k = 0; k < kKindCount; ++k) {
        const auto kind = static_cast<Kind>(k);
        const Expectation* expectation = expectation_of(kind, kWithin);
        ASSERT_NE(expectation, nullptr) << "no expectation for " << name_of(kind);
        auto scenes = scenes_within_states();
        for (std::size_t s = 0; s < scenes.size(); ++s) {
            Scene& scene = scenes.at(s);
            scene.later(40 * kDay);
            EXPECT_EQ(result_of(apply(scene.now, sample(kind, scene), scene.policy, scene.clock)),
                      expectation->results.at(s))
                << name_of(kind) << " in column " << s;
        }
    }
}

TEST(EveryPair, of_a_command_is_explained_as_it_is_decided) {
    const Policy policies[] = {{},
                               {.message_takes = false, .agents_may_take = false},
                               muting_by_answer(),
                               muting_by_gate(),
                               {.mute = MuteWhen::never}};
    for (const Policy& policy : policies) {
        for (std::size_t s = 0; s < kStateCount; ++s) {
            for (std::size_t c = 0; c < kCommandCount; ++c) {
                for (const char* agent : {"ana", "bo", ""}) {
                    const Scene scene = scene_in(static_cast<State>(s), policy);
                    const Command command = by(agent, static_cast<CommandKind>(c));
                    const Outcome outcome = apply(scene.now, command, policy, scene.clock);
                    const Explanation told =
                        explain(scene.now, command.kind, agent, policy, scene.clock);
                    EXPECT_EQ(told.allowed, !outcome.refusal.has_value());
                    EXPECT_EQ(told.rule, outcome.rule);
                    EXPECT_EQ(told.allowed, told.allowed_now.test(c));
                    EXPECT_EQ(told.owner, owner_of(scene.now));
                    EXPECT_EQ(told.epoch, scene.now.epoch);
                    if (outcome.refusal) {
                        EXPECT_EQ(told.code, outcome.refusal->code);
                        EXPECT_EQ(told.why, outcome.refusal->why);
                        EXPECT_FALSE(told.why.empty());
                        EXPECT_EQ(told.allowed_now, outcome.refusal->allowed);
                    } else if (told.to) {
                        EXPECT_EQ(*told.to, outcome.next.state);
                    }
                }
            }
        }
    }
}

TEST(Table, decides_each_pair_by_the_first_row_that_fits) {
    for (std::size_t s = 0; s < kStateCount; ++s) {
        for (std::size_t k = 0; k < kKindCount; ++k) {
            const Scene scene = scene_in(static_cast<State>(s));
            const Input input = sample(static_cast<Kind>(k), scene);
            const Situation situation{scene.now, input, static_cast<Kind>(k), scene.policy,
                                      scene.clock};
            const auto rows = transition_table();
            const auto first = std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
                return row.from.has(scene.now.state) && row.on.has(situation.kind) &&
                       row.when(situation);
            });
            ASSERT_NE(first, rows.end());
            EXPECT_EQ(&find_row(situation), &*first);
        }
    }
}

TEST(Table, has_no_empty_row_and_names_every_transition) {
    std::set<std::string_view> ids;
    for (const Row& row : transition_table()) {
        ids.insert(row.id);
        EXPECT_NE(row.on.bits, 0U);
        EXPECT_NE(row.from.bits, 0U);
        EXPECT_EQ(row.refuses(), !row.why.empty()) << row.id;
        EXPECT_FALSE(row.refuses() && row.to) << row.id;
    }
    for (int number = 1; number <= 19; ++number) {
        EXPECT_TRUE(ids.contains("T" + std::to_string(number))) << "T" << number;
    }
}

TEST(Table, becomes_a_markdown_table_of_one_line_a_row) {
    const std::string markdown = table_as_markdown();
    const auto lines = static_cast<std::size_t>(std::count(markdown.begin(), markdown.end(), '\n'));
    EXPECT_EQ(lines, transition_table().size() + 2);
    EXPECT_NE(
        markdown.find("| T5 | requested | take | the request is open to this agent | agent | "),
        std::string::npos);
    EXPECT_NE(markdown.find("| R3 | agent | take | | not_owner | an agent owns the conversation |"),
              std::string::npos)
        << markdown;
}

}  // namespace
}  // namespace lampjack::conversation
