#include "conversation/input.h"

#include "conversation/names.h"

#include <array>
#include <type_traits>

namespace lampjack::conversation {
namespace {

constexpr Names<CommandKind, kCommandCount> kCommands{{"take", "reply", "notify", "say", "release",
                                                       "pass", "extend", "close", "reopen",
                                                       "request", "decline", "cancel", "queue"}};
constexpr Names<TimerKind, kTimerCount> kTimers{
    {"accept", "first", "idle_agent", "idle_user", "return", "reconcile", "retain", "idle_bot"}};
constexpr Names<Kind, kKindCount> kKinds{{"user_message",
                                          "bot_message",
                                          "agent_message",
                                          "handover_requested",
                                          "handover_to_bot",
                                          "handover_to_agent",
                                          "return_confirmed",
                                          "session",
                                          "unknown",
                                          "mute_done",
                                          "mute_failed",
                                          "return_done",
                                          "return_failed",
                                          "drain_done",
                                          "sending_paused",
                                          "sending_resumed",
                                          "take",
                                          "reply",
                                          "notify",
                                          "say",
                                          "release",
                                          "pass",
                                          "extend",
                                          "close",
                                          "reopen",
                                          "request",
                                          "decline",
                                          "cancel",
                                          "queue",
                                          "timer_accept",
                                          "timer_first",
                                          "timer_idle_agent",
                                          "timer_idle_user",
                                          "timer_return",
                                          "timer_reconcile",
                                          "timer_retain",
                                          "timer_idle_bot"}};
constexpr Names<By, 6> kBy{{"agent", "user", "bot", "rule", "desk", "platform"}};
constexpr Names<Target::Kind, 3> kTargets{{"anyone", "agent", "team"}};

constexpr Kind offset(Kind first, std::size_t by) noexcept {
    return static_cast<Kind>(static_cast<std::size_t>(first) + by);
}

}  // namespace

// The facts and outcomes stand in Kind in the order of the variant.
static_assert(
    std::is_same_v<std::variant_alternative_t<static_cast<std::size_t>(Kind::unknown), Input>,
                   UnknownEvent>);
static_assert(std::is_same_v<
              std::variant_alternative_t<static_cast<std::size_t>(Kind::sending_resumed), Input>,
              SendingResumed>);
static_assert(static_cast<std::size_t>(Kind::queue) - static_cast<std::size_t>(Kind::take) + 1 ==
              kCommandCount);
static_assert(static_cast<std::size_t>(Kind::timer_idle_bot) + 1 == kKindCount);

Kind kind_of(CommandKind command) noexcept {
    return offset(Kind::take, static_cast<std::size_t>(command));
}

Kind kind_of(TimerKind timer) noexcept {
    return offset(Kind::timer_accept, static_cast<std::size_t>(timer));
}

Kind kind_of(const Input& input) noexcept {
    if (const auto* command = std::get_if<Command>(&input)) return kind_of(command->kind);
    if (const auto* timer = std::get_if<TimerFired>(&input)) return kind_of(timer->kind);
    return static_cast<Kind>(input.index());
}

std::optional<Millis> sent_at(const Input& input) noexcept {
    return std::visit(
        [](const auto& fact) -> std::optional<Millis> {
            if constexpr (requires { fact.at; })
                return fact.at;
            else
                return std::nullopt;
        },
        input);
}

std::string_view name_of(CommandKind kind) noexcept { return kCommands.of(kind); }
std::string_view name_of(TimerKind kind) noexcept { return kTimers.of(kind); }
std::string_view name_of(Kind kind) noexcept { return kKinds.of(kind); }
std::string_view name_of(By by) noexcept { return kBy.of(by); }
std::string_view name_of(Target::Kind kind) noexcept { return kTargets.of(kind); }
std::optional<CommandKind> command_from(std::string_view name) noexcept {
    return kCommands.from(name);
}
std::optional<TimerKind> timer_from(std::string_view name) noexcept { return kTimers.from(name); }
std::optional<By> by_from(std::string_view name) noexcept { return kBy.from(name); }
std::optional<Target::Kind> target_kind_from(std::string_view name) noexcept {
    return kTargets.from(name);
}

}  // namespace lampjack::conversation
