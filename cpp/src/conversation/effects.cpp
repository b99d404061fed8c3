#include "conversation/effects.h"

#include "conversation/names.h"

namespace lampjack::conversation {
namespace {

constexpr Names<To, 3> kTo{{"nobody", "desk", "bot"}};
constexpr Names<Action, 6> kActions{{"mute", "unmute", "reply", "notify", "forward", "request"}};
constexpr Names<FactKind, 4> kFacts{{"owner_changed", "handover_ended", "mute_failed", "draining"}};
constexpr Names<NoticeKind, 2> kNotices{{"no_agent", "queue_position"}};
constexpr Names<Alarm, 4> kAlarms{{"talk_over", "diverged", "stuck", "agent_idle"}};

}  // namespace

std::string words_of(const ItemFlags& flags) {
    std::string words;
    const auto add = [&](bool flag, std::string_view word) {
        if (!flag) return;
        if (!words.empty()) words += ' ';
        words += word;
    };
    add(flags.talk_over, "talk_over");
    add(flags.late, "late");
    add(flags.echo, "echo");
    add(flags.bot_too, "bot_too");
    add(flags.bot_line, "bot_line");
    return words;
}

std::string_view name_of(To to) noexcept { return kTo.of(to); }
std::string_view name_of(Action action) noexcept { return kActions.of(action); }
std::string_view name_of(FactKind kind) noexcept { return kFacts.of(kind); }
std::string_view name_of(NoticeKind kind) noexcept { return kNotices.of(kind); }
std::string_view name_of(Alarm alarm) noexcept { return kAlarms.of(alarm); }

}  // namespace lampjack::conversation
